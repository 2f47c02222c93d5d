/** Puts what was sealed anew in the place of what an older key sealed. */
import type { ResealResult } from '../../../road.ts'
import { type Encryption, sealingKeyOf } from '../../../sealing/encryption.ts'
import { KEY_CHECK } from '../../../sealing/key-check.ts'
import { resealed, type SealedRow } from '../../../sealing/reseal.ts'
import { DELETED_SEALED_WITH, SEALED_WITH, sealedWithOnly } from '../../../sealing/sealed-with.ts'
import { column } from '../../connection/parameters.ts'
import type { Transaction } from '../../connection/transaction.ts'

export async function reseal(
  tx: Transaction,
  encryption: Encryption,
  { after, limit }: { after: string; limit: number },
): Promise<ResealResult> {
  const own = sealedWithOnly(encryption.keyId)
  const [check] = await tx.query<{ value: string }>(READ_META, [KEY_CHECK])
  const isPresent = sealingKeyOf(check?.value ?? '') === encryption.keyId
  const others = isPresent ? await tx.query(ANY_OTHER, [own, encryption.keyId]) : []
  if (others.length === 0) return { next: null, resealed: 0, unreadable: [] }
  const rows = await othersAfter(tx, encryption, { after, limit })
  const anew = rows.map((row) => resealed(row, encryption))
  const readable = anew.filter((row) => row !== null)
  keep(tx, readable)
  return {
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
    resealed: readable.length,
    unreadable: rows.filter((_, at) => anew[at] === null).map(({ id }) => id),
  }
}

/** Of both tables, in the order of their ids: one walk over both. */
async function othersAfter(
  tx: Transaction,
  { keyId }: Encryption,
  { after, limit }: { after: string; limit: number },
): Promise<SealedRow[]> {
  const webhooks = await tx.query<SealedRow>(OTHERS, [after, sealedWithOnly(keyId), limit])
  const deleted = await tx.query<SealedRow>(DELETED_OTHERS, [after, keyId, limit])
  return [...webhooks, ...deleted].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
}

function keep(tx: Transaction, readable: readonly SealedRow[]): void {
  const deleted = readable.filter(({ headers }) => headers === null)
  const webhooks = readable.filter(({ headers }) => headers !== null)
  if (deleted.length > 0) {
    tx.send(RESEAL_DELETED, [column(deleted, (row) => row.id), column(deleted, (row) => row.url)])
  }
  if (webhooks.length === 0) return
  tx.send(RESEAL, [
    column(webhooks, (row) => row.id),
    column(webhooks, (row) => row.url),
    column(webhooks, (row) => row.headers),
    column(webhooks, (row) => row.secret),
    column(webhooks, (row) => row.previous_secret),
  ])
}

const READ_META = 'SELECT value FROM meta WHERE key = $1'
/** By the indexes over these expressions, from both of their ends. */
const ANY_OTHER = `(SELECT 1 FROM webhooks WHERE ${SEALED_WITH} < $1 LIMIT 1)
  UNION ALL (SELECT 1 FROM webhooks WHERE ${SEALED_WITH} > $1 LIMIT 1)
  UNION ALL (SELECT 1 FROM deleted_webhooks WHERE ${DELETED_SEALED_WITH} < $2 LIMIT 1)
  UNION ALL (SELECT 1 FROM deleted_webhooks WHERE ${DELETED_SEALED_WITH} > $2 LIMIT 1)`
/** What somebody else changes now is left to the next walk. */
const OTHERS = `SELECT id, url, headers, secret, previous_secret FROM webhooks
  WHERE id > $1 AND ${SEALED_WITH} <> $2 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED`
const RESEAL = `UPDATE webhooks w SET url = anew.url, headers = anew.headers, secret = anew.secret,
    previous_secret = anew.previous_secret
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS anew (id, url, headers, secret, previous_secret)
  WHERE w.id = anew.id`
const DELETED_OTHERS = `SELECT id, url, NULL AS headers, NULL AS secret, NULL AS previous_secret
  FROM deleted_webhooks WHERE id > $1 AND ${DELETED_SEALED_WITH} <> $2
  ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED`
const RESEAL_DELETED = `UPDATE deleted_webhooks w SET url = anew.url
  FROM unnest($1::text[], $2::text[]) AS anew (id, url) WHERE w.id = anew.id`
