/**
 * Which keys sealed a webhook's row: the ids of the keys of its four sealed values, one after the
 * other, cut out of the values themselves (encryption.ts tells their form). Both stores have an index
 * over this very expression, so that what is sealed with another key than the present one is found
 * without looking at any row, and nothing has to be kept in step with the values.
 *
 * A row without a previous secret counts its secret twice: so a row that one key sealed is always
 * that key's id, four times.
 */
export const SEALED_WITH = `(substr(url, 4, 8) || substr(headers, 4, 8) || substr(secret, 4, 8)
  || substr(coalesce(previous_secret, secret), 4, 8))`

const ID_LENGTH = 8

/** What the expression is of a row that this key sealed. */
export function sealedWithOnly(keyId: string): string {
  return keyId.repeat(4)
}

/** The ids in a value of the expression, each once. */
function keyIdsOf(sealedWith: string): string[] {
  const ids = sealedWith.match(new RegExp(`.{${ID_LENGTH}}`, 'gs')) ?? []
  return [...new Set(ids)]
}

/** How many webhooks each key has sealed something of. */
export function countByKey(groups: readonly { sealed_with: string; count: number }[]) {
  const counts = new Map<string, number>()
  for (const { sealed_with, count } of groups) {
    for (const id of keyIdsOf(sealed_with)) counts.set(id, (counts.get(id) ?? 0) + count)
  }
  return counts
}

/** Of what is left of a deleted webhook only the URL is sealed. Indexed, too. */
export const DELETED_SEALED_WITH = 'substr(url, 4, 8)'

/** Walks the index alone. What is left of deleted webhooks forbids no start: it is told or it is not. */
export const COUNT_SEALED_WITH = `SELECT ${SEALED_WITH} AS sealed_with, count(*) AS count
  FROM webhooks GROUP BY ${SEALED_WITH}`
