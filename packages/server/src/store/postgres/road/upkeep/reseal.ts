/** Puts what was sealed anew in the place of what an older key sealed. */
import type { ResealResult } from '../../../road.ts'
import { type Encryption, sealingKeyOf } from '../../../sealing/encryption.ts'
import { KEY_CHECK } from '../../../sealing/key-check.ts'
import { resealed, type SealedRow } from '../../../sealing/reseal.ts'
import { SEALED_WITH, sealedWithOnly } from '../../../sealing/sealed-with.ts'
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
  const others = isPresent ? await tx.query(ANY_OTHER, [own]) : []
  if (others.length === 0) return { next: null, resealed: 0, unreadable: [] }
  const rows = await tx.query<SealedRow>(OTHERS, [after, own, limit])
  const anew = rows.map((row) => resealed(row, encryption))
  const readable = anew.filter((row) => row !== null)
  if (readable.length > 0) {
    tx.send(RESEAL, [
      column(readable, (row) => row.id),
      column(readable, (row) => row.url),
      column(readable, (row) => row.headers),
      column(readable, (row) => row.secret),
      column(readable, (row) => row.previous_secret),
    ])
  }
  return {
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
    resealed: readable.length,
    unreadable: rows.filter((_, at) => anew[at] === null).map(({ id }) => id),
  }
}

const READ_META = 'SELECT value FROM meta WHERE key = $1'
/** By the index over this expression, from both of its ends. */
const ANY_OTHER = `(SELECT 1 FROM webhooks WHERE ${SEALED_WITH} < $1 LIMIT 1)
  UNION ALL (SELECT 1 FROM webhooks WHERE ${SEALED_WITH} > $1 LIMIT 1)`
/** What somebody else changes now is left to the next walk. */
const OTHERS = `SELECT id, url, headers, secret, previous_secret FROM webhooks
  WHERE id > $1 AND ${SEALED_WITH} <> $2 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED`
const RESEAL = `UPDATE webhooks w SET url = anew.url, headers = anew.headers, secret = anew.secret,
    previous_secret = anew.previous_secret
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS anew (id, url, headers, secret, previous_secret)
  WHERE w.id = anew.id`
