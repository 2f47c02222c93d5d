/**
 * Nodes and their leases, by the database's clock. A claim is held by a node that is in the list
 * with a lease that has not lapsed; every other claim is anybody's to take back.
 */

import { StartError } from '../../../errors.ts'
import type { Encryption } from '../../sealing/encryption.ts'
import type { Database } from '../connection/database.ts'
import { holdKeys } from './key-check.ts'
import { releaseNodes } from './release.ts'

/** Rows of one transaction: a few milliseconds. */
const CHUNK_ROWS = 500

interface NodeLease {
  nodeId: string
  leaseMs: number
}

export interface Nodes {
  database: Database
  encryption: Encryption
  /** What this process does. */
  roles: readonly string[]
  /** Those that joined through this store: it gives back their claims when it is closed. */
  own: Set<string>
}

export async function joinNode(nodes: Nodes, lease: NodeLease): Promise<void> {
  try {
    await join(nodes, lease)
  } catch (error) {
    throw startErrorBehind(error) ?? error
  }
  nodes.own.add(lease.nodeId)
}

async function join(
  { database, encryption, roles }: Nodes,
  { nodeId, leaseMs }: NodeLease,
): Promise<void> {
  await rescueDead(database)
  await database.transact(async (tx) => {
    await holdKeys(tx, encryption)
    tx.send(JOIN, [nodeId, Math.round(leaseMs), roles.join(','), encryption.keyIds.join(',')])
  })
}

export async function renewLease(
  database: Database,
  { nodeId, leaseMs }: NodeLease,
): Promise<boolean> {
  const renewed = await database.query(RENEW, [nodeId, Math.round(leaseMs)])
  return renewed.length > 0
}

export async function leaveNode({ database, own }: Nodes, nodeId: string): Promise<void> {
  // From now on nothing is leased to it any more; what it holds goes back in steps.
  await database.query(LAPSE, [nodeId])
  await giveBack(database, [nodeId])
  await database.query(REMOVE, [nodeId])
  own.delete(nodeId)
}

export async function leaveAll(nodes: Nodes): Promise<void> {
  for (const nodeId of [...nodes.own]) await leaveNode(nodes, nodeId)
}

/** What they hold goes back, in steps; how many. */
export async function giveBack(database: Database, nodeIds: string[]): Promise<number> {
  let released = 0
  for (;;) {
    const count = await database.transact((tx) => releaseNodes(tx, nodeIds, CHUNK_ROWS))
    released += count
    if (count < CHUNK_ROWS) return released
  }
}

/** Also what is held by nodes that are not in the list any more: no claim outlives its lease. */
export async function rescueDead(database: Database): Promise<number> {
  const dead = await database.query<{ id: string }>(DEAD_HOLDERS)
  const ids = dead.map(({ id }) => id)
  const rescued = ids.length > 0 ? await giveBack(database, ids) : 0
  await database.query(REMOVE_DEAD)
  return rescued
}

/** Nodes that deliver and whose lease is live: a webhook's window is shared out among them. */
export async function countLive(database: Database): Promise<number> {
  const [row] = await database.query<{ count: number }>(COUNT_LIVE)
  return row?.count ?? 0
}

/** A connection that may not be used says so as a database that is away: who starts wants the reason. */
function startErrorBehind(error: unknown): StartError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StartError) return cause
  }
  return null
}

const JOIN = `INSERT INTO nodes (id, lease_until, roles, keys, started_at, heartbeat)
  SELECT $1, now + $2::bigint, $3, $4, now, now FROM (SELECT chatzuri_now() AS now) AS clock
  ON CONFLICT (id) DO UPDATE
  SET lease_until = excluded.lease_until, heartbeat = excluded.heartbeat, roles = excluded.roles,
    keys = excluded.keys`
const RENEW = `UPDATE nodes SET lease_until = clock.now + $2::bigint, heartbeat = clock.now
  FROM (SELECT chatzuri_now() AS now) AS clock
  WHERE id = $1 AND lease_until > clock.now RETURNING 1`
const LAPSE = 'UPDATE nodes SET lease_until = 0 WHERE id = $1'
const REMOVE = 'DELETE FROM nodes WHERE id = $1'
const REMOVE_DEAD = 'DELETE FROM nodes WHERE lease_until <= (SELECT chatzuri_now())'
const COUNT_LIVE = `SELECT count(*) AS count FROM nodes
  WHERE lease_until > (SELECT chatzuri_now()) AND roles LIKE '%deliver%'`
const DEAD_HOLDERS = `SELECT id FROM (SELECT DISTINCT claimed_by FROM claimed) AS holder (id)
  WHERE NOT EXISTS (SELECT 1 FROM nodes
    WHERE nodes.id = holder.id AND lease_until > (SELECT chatzuri_now()))`
