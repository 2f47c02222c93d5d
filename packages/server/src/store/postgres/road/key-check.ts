/**
 * The keys of a shared store. Each node keeps in the list of nodes which keys it opens. The check's
 * row is locked by whoever changes the present key, and held still by whoever joins: so of a node
 * that seals with a new key and one that can't open it, the second is refused, whichever is first.
 */
import type pg from 'pg'
import { StartError } from '../../../errors.ts'
import type { EncryptionKeys } from '../../desk.ts'
import { type Encryption, KeyRing, sealingKeyOf } from '../../sealing/encryption.ts'
import {
  admitKeys,
  isSecretOf,
  KEY_CHECK,
  keyCheck,
  parseRetired,
  RETIRED_KEYS,
  SERVER_SECRET,
} from '../../sealing/key-check.ts'
import { COUNT_SEALED_WITH, countByKey } from '../../sealing/sealed-with.ts'
import type { Database } from '../connection/database.ts'
import type { RunQuery, Transaction } from '../connection/transaction.ts'

interface Admission {
  /** The database, for sentences. */
  where: string
  always?: boolean
  /** Nodes of the store that asks: they change with it. */
  own?: readonly string[]
}

/**
 * In a transaction. Throws `StartError` unless the keys open all that is there or may come. Resolves to
 * the server secret: of nodes that start at once the one that locks the check first makes it.
 */
export async function admit(
  query: RunQuery,
  encryption: Encryption,
  { where, always = false, own = [] }: Admission,
): Promise<Buffer> {
  // The first key stays: this keeps its check only if there is none.
  await query(KEEP_META, [KEY_CHECK, keyCheck(encryption)])
  const [check] = await query<{ value: string }>(LOCK_CHECK, [KEY_CHECK])
  const [retired] = await query<{ value: string }>(READ_META, [RETIRED_KEYS])
  const [secret] = await query<{ value: string }>(READ_META, [SERVER_SECRET])
  const groups = await query<{ sealed_with: string; count: number }>(COUNT_SEALED_WITH, [])
  const known = {
    check: check?.value ?? null,
    secret: secret?.value || null,
    retired: parseRetired(retired?.value),
    counts: countByKey(groups.map(({ sealed_with, count }) => ({ sealed_with, count: +count }))),
  }
  const { serverSecret, change } = admitKeys(encryption, known, { where, always })
  const nodes = await query<{ id: string; keys: string }>(LIVE_NODES, [])
  for (const { id, keys } of nodes) {
    if (!own.includes(id)) assertTogether(encryption, { id, keys: keys.split(',') }, where)
  }
  if (change === null) return serverSecret
  await query(WRITE_META, [KEY_CHECK, change.check])
  await query(WRITE_META, [SERVER_SECRET, change.secret])
  await query(WRITE_META, [RETIRED_KEYS, change.retired.join(',')])
  return serverSecret
}

/** Neither may seal what the other can't open. */
function assertTogether(
  { keyId, keyIds }: Encryption,
  node: { id: string; keys: readonly string[] },
  where: string,
): void {
  const [seals = ''] = node.keys
  if (!node.keys.includes(keyId)) {
    throw new StartError(
      `ENCRYPTION_KEY (${keyId}) is not known to a server that runs on ${where} now (${node.id}): it could not open what this one seals. First restart every server with that key in ENCRYPTION_KEYS_TO_OPEN; a server that was killed is forgotten when its LEASE is over.`,
    )
  }
  if (!keyIds.includes(seals)) {
    throw new StartError(
      `A server that runs on ${where} now (${node.id}) seals with the key ${seals}, which this one can't open: give that key in ENCRYPTION_KEYS_TO_OPEN. A server that was killed is forgotten when its LEASE is over.`,
    )
  }
}

/**
 * Of each new connection: after a failover, or with a name that leads elsewhere now, it may be another
 * store that takes what we promise. Throws `StartError` unless it is the one that was opened.
 */
export async function assertSameStore(
  client: pg.ClientBase,
  { encryption, serverSecret }: { encryption: Encryption; serverSecret: Buffer },
): Promise<void> {
  const { rows } = await client.query<{ value: string }>(READ_META, [SERVER_SECRET])
  const sealed = rows[0]?.value ?? null
  if (isSecretOf(encryption, sealed, serverSecret)) return
  // The others may have changed to a key that this one does not have: no other store, but as closed.
  const key = sealed === null ? null : sealingKeyOf(sealed)
  if (key !== null && !encryption.keyIds.includes(key)) throw changedMeanwhile(key)
  throw new StartError(
    'DATABASE_URL leads to another store than at the start: nothing is written to it. If that is meant, start the servers again.',
  )
}

/** Of whoever joins the nodes. Throws `StartError` when the present key changed without it. */
export async function holdKeys(tx: Transaction, { keyIds }: Encryption): Promise<void> {
  const [check] = await tx.query<{ value: string }>(HOLD_CHECK, [KEY_CHECK])
  const present = sealingKeyOf(check?.value ?? '')
  if (!keyIds.includes(present)) throw changedMeanwhile(present)
}

function changedMeanwhile(key: string): StartError {
  return new StartError(
    `The servers of this database changed to the key ${key} meanwhile, which this one can't open: give it in ENCRYPTION_KEYS_TO_OPEN. If DATABASE_URL leads to another store than at the start, nothing is written to it.`,
  )
}

interface KeyParts {
  database: Database
  /** Ours. */
  nodes: { own: ReadonlySet<string> }
  encryption: KeyRing
  where: string
}

export async function useKeys(
  { database, nodes, encryption, where }: KeyParts,
  keys: EncryptionKeys,
): Promise<void> {
  const next = new KeyRing(keys)
  const own = [...nodes.own]
  await database.transact(async (tx) => {
    await admit((sql, values) => tx.query(sql, values), next, { where, always: true, own })
    tx.send(CHANGE_NODES, [own, next.keyIds.join(',')])
  })
  encryption.replace(keys)
}

const READ_META = 'SELECT value FROM meta WHERE key = $1'
const LOCK_CHECK = 'SELECT value FROM meta WHERE key = $1 FOR UPDATE'
const HOLD_CHECK = 'SELECT value FROM meta WHERE key = $1 FOR SHARE'
const KEEP_META = 'INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING'
const WRITE_META = `INSERT INTO meta (key, value) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const LIVE_NODES = `SELECT id, keys FROM nodes WHERE lease_until > chatzuri_now() AND keys <> ''`
const CHANGE_NODES = 'UPDATE nodes SET keys = $2 WHERE id = ANY($1::text[])'
