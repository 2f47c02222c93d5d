/**
 * The keys of an embedded store, on the side that knows them: who may open it, and what is sealed anew.
 */

import type { EncryptionKeys } from '../desk.ts'
import type { RunQueries } from '../reading/read-parts.ts'
import type { ResealResult } from '../road.ts'
import { type Encryption, KeyRing, sealingKeyOf } from '../sealing/encryption.ts'
import {
  admitKeys,
  KEY_CHECK,
  type KnownKeys,
  parseRetired,
  RETIRED_KEYS,
  SERVER_SECRET,
} from '../sealing/key-check.ts'
import { resealed, type SealedRow } from '../sealing/reseal.ts'
import {
  COUNT_SEALED_WITH,
  countByKey,
  DELETED_SEALED_WITH,
  SEALED_WITH,
  sealedWithOnly,
} from '../sealing/sealed-with.ts'
import type { Resealing } from './road/upkeep/reseal.ts'
import type { WriteQueue } from './thread/write-queue.ts'

interface KeyParts {
  queue: WriteQueue
  run: RunQueries
  /** The database, for sentences. */
  where: string
}

/**
 * Throws `StartError` unless the keys open all that is there; keeps which one seals. Resolves to the
 * server secret.
 */
export async function admit(parts: KeyParts, encryption: Encryption): Promise<Buffer> {
  for (;;) {
    const known = await readKnown(parts.run)
    // One process: whatever it seals with is the present key, be it one that was retired before.
    const { serverSecret, change } = admitKeys(encryption, known, {
      where: parts.where,
      always: true,
    })
    if (change === null) return serverSecret
    const { check, secret } = known
    if (await parts.queue.call('keepKeys', { ...change, expected: { check, secret } })) {
      return serverSecret
    }
  }
}

export async function useKeys(
  parts: KeyParts & { encryption: KeyRing },
  keys: EncryptionKeys,
): Promise<void> {
  await admit(parts, new KeyRing(keys))
  parts.encryption.replace(keys)
}

/** Read by the reading thread, sealed here, written only over what was read. */
export async function resealNext(
  { queue, run, encryption }: KeyParts & { encryption: Encryption },
  { after, limit }: { after: string; limit: number },
): Promise<ResealResult> {
  const own = sealedWithOnly(encryption.keyId)
  const [meta, other] = (await run([
    { sql: READ_META, parameters: [KEY_CHECK] },
    { sql: ANY_OTHER, parameters: [own, own, encryption.keyId, encryption.keyId] },
  ])) as [{ value: string }[], unknown[]]
  const isPresent = sealingKeyOf(String(meta[0]?.value)) === encryption.keyId
  if (!isPresent || other.length === 0) return { next: null, resealed: 0, unreadable: [] }
  const parameters = [after, own, after, encryption.keyId, limit]
  const [rows] = (await run([{ sql: OTHERS, parameters }])) as [SealedRow[]]
  const changes = rows.map((before) => ({ before, anew: resealed(before, encryption) }))
  const readable = changes.filter(isReadable)
  const count = readable.length > 0 ? await queue.call('reseal', readable) : 0
  return {
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
    resealed: count,
    unreadable: changes.filter(({ anew }) => anew === null).map(({ before }) => before.id),
  }
}

function isReadable(change: { before: SealedRow; anew: SealedRow | null }): change is Resealing {
  return change.anew !== null
}

async function readKnown(run: RunQueries): Promise<KnownKeys> {
  type Meta = { value: string }[]
  const [check, secret, retired, groups] = (await run([
    { sql: READ_META, parameters: [KEY_CHECK] },
    { sql: READ_META, parameters: [SERVER_SECRET] },
    { sql: READ_META, parameters: [RETIRED_KEYS] },
    { sql: COUNT_SEALED_WITH, parameters: [] },
  ])) as [Meta, Meta, Meta, { sealed_with: string; count: number }[]]
  return {
    check: check[0]?.value ?? null,
    secret: secret[0]?.value || null,
    retired: parseRetired(retired[0]?.value),
    counts: countByKey(groups),
  }
}

const READ_META = 'SELECT value FROM meta WHERE key = ?'
/** By the indexes over these expressions, from both of their ends. */
export const ANY_OTHER = `SELECT 1 FROM webhooks WHERE ${SEALED_WITH} < ? OR ${SEALED_WITH} > ?
  UNION ALL SELECT 1 FROM deleted_webhooks
    WHERE ${DELETED_SEALED_WITH} < ? OR ${DELETED_SEALED_WITH} > ? LIMIT 1`
const OTHERS = `SELECT id, url, headers, secret, previous_secret FROM webhooks
  WHERE id > ? AND ${SEALED_WITH} <> ?
  UNION ALL SELECT id, url, NULL, NULL, NULL FROM deleted_webhooks
    WHERE id > ? AND ${DELETED_SEALED_WITH} <> ? ORDER BY id LIMIT ?`
