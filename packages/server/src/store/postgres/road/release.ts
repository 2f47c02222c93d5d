/** Claims are given back, or taken back: what was claimed is as claimable as before. */
import type { DeliveryRow } from '../../reading/rows.ts'
import { array } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'
import { webhookStates } from './move.ts'
import { giveBackClaimed, UNFINISHED_TEST } from './rows.ts'

/** Whoever gives back knows that it waits: nobody of this node is told. */
export async function release(
  tx: Transaction,
  { nodeId, deliveryIds }: { nodeId: string; deliveryIds: string[] },
): Promise<void> {
  const rows = await giveBackClaimed(tx, HELD, [nodeId, array(deliveryIds)])
  await afterRelease(tx, rows, (webhookId) => tx.waiting.add(webhookId))
}

/** Takes back what nodes held, up to `limit`; how many. Rows that are in use are left for later. */
export async function releaseNodes(
  tx: Transaction,
  nodeIds: string[],
  limit: number,
): Promise<number> {
  const rows = await giveBackClaimed(tx, HELD_BY_NODES, [array(nodeIds), limit])
  await afterRelease(tx, rows, (webhookId) => tx.woken.add(webhookId))
  return rows.length
}

async function afterRelease(
  tx: Transaction,
  rows: DeliveryRow[],
  wake: (webhookId: string) => void,
): Promise<void> {
  const pending = rows.filter((row) => row.state === 'pending')
  if (pending.length === 0) return
  const events = pending.filter((row) => row.kind === 'event')
  const states = await webhookStates(
    tx,
    events.map((row) => row.webhook_id),
  )
  for (const { webhook_id } of events) {
    if (states.get(webhook_id) === 'active') wake(webhook_id)
    else tx.unsettle(webhook_id)
  }
  for (const row of pending) {
    if (row.kind !== 'test') continue
    tx.backlogDelta -= 1
    const ended = { state: 'exhausted', last_error: UNFINISHED_TEST, due_at: null } as const
    const at = { claimed_by: null, finished_at: tx.now, updated_at: tx.now }
    tx.deliveryMoved({ ...row, ...ended, ...at })
  }
}

const HELD = `SELECT id FROM claimed WHERE id = ANY($2::text[]) AND claimed_by = $1
  ORDER BY id FOR UPDATE`
const HELD_BY_NODES = `SELECT id FROM claimed WHERE claimed_by = ANY($1::text[])
  ORDER BY claimed_by, id LIMIT $2 FOR UPDATE SKIP LOCKED`
