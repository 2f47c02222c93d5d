/** Claims are given back, or taken back: what was claimed is as claimable as before. */
import type { DeliveryRow } from '../../reading/rows.ts'
import { array, column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'
import { webhookStates } from './move.ts'

/** Whoever gives back knows that it waits: nobody of this node is told. */
export async function release(
  tx: Transaction,
  { nodeId, deliveryIds }: { nodeId: string; deliveryIds: string[] },
): Promise<void> {
  const rows = await tx.query<DeliveryRow>(RELEASE, [nodeId, array(deliveryIds)])
  await afterRelease(tx, rows, (webhookId) => tx.waiting.add(webhookId))
}

/** Takes back what nodes held, up to `limit`; how many. Rows that are in use are left for later. */
export async function releaseNodes(
  tx: Transaction,
  nodeIds: string[],
  limit: number,
): Promise<number> {
  const rows = await tx.query<DeliveryRow>(RELEASE_NODES, [array(nodeIds), limit])
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
  // Nobody waits for a test's answer any more, and a test is never repeated.
  const tests = pending.filter((row) => row.kind === 'test')
  if (tests.length === 0) return
  const ids = column(tests, (row) => row.id)
  const ended = await tx.query<DeliveryRow>(END_TESTS, [ids, UNFINISHED_TEST, tx.now])
  for (const row of ended) {
    tx.backlogDelta -= 1
    tx.deliveryMoved(row)
  }
}

const UNFINISHED_TEST = 'The server stopped before this test had an answer.'

/** ARRAY: PostgreSQL expects few ids of it, and so looks each one up, whatever the limit is. */
const RELEASE = `UPDATE deliveries SET claimed_by = NULL
  WHERE id = ANY(ARRAY(SELECT id FROM deliveries WHERE claimed_by = $1 AND id = ANY($2::text[])
    ORDER BY id FOR UPDATE)) RETURNING *`
const RELEASE_NODES = `UPDATE deliveries SET claimed_by = NULL
  WHERE id = ANY(ARRAY(SELECT id FROM deliveries WHERE claimed_by = ANY($1::text[])
    ORDER BY claimed_by, id LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING *`
const END_TESTS = `UPDATE deliveries SET state = 'exhausted', due_at = NULL, last_error = $2,
  finished_at = $3, updated_at = $3 WHERE id = ANY($1::text[]) RETURNING *`
