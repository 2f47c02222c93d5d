/** Claims are given back, or taken back: what was claimed is as claimable as before. */
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Core } from '../core.ts'

/** Whoever gives back knows that it waits: nobody is told. */
export function release(
  core: Core,
  { nodeId, deliveryIds }: { nodeId: string; deliveryIds: string[] },
): void {
  for (const id of deliveryIds) {
    const row = core.get<DeliveryRow>(READ_DELIVERY, id)
    if (row?.claimed_by === nodeId) unclaim(core, row, false)
  }
}

/** Takes back all that a node held; how many. */
export function releaseNode(core: Core, nodeId: string): number {
  const rows = core.all<DeliveryRow>(CLAIMED_BY, nodeId)
  for (const row of rows) unclaim(core, row, true)
  return rows.length
}

/** Takes back every claim on disk: at start nobody can hold one. */
export function releaseAll(core: Core): number {
  const rows = core.all<DeliveryRow>(CLAIMED)
  for (const row of rows) unclaim(core, row, true)
  return rows.length
}

function unclaim(core: Core, row: DeliveryRow, wake: boolean): void {
  core.run(CLEAR_CLAIM, row.id)
  if (row.state !== 'pending') return
  // Nobody waits for a test's answer any more, and a test is never repeated.
  if (row.kind === 'test') endTest(core, row.id)
  else if (core.webhookState(row.webhook_id) !== 'active') core.unsettle(row.webhook_id)
  else if (wake) core.tx.woken.add(row.webhook_id)
}

function endTest(core: Core, deliveryId: string): void {
  const { tx } = core
  tx.backlogDelta -= 1
  tx.deliveryMoved(core.one(END_TEST, UNFINISHED_TEST, tx.now, tx.now, deliveryId))
}

const UNFINISHED_TEST = 'The server stopped before this test had an answer.'

const READ_DELIVERY = 'SELECT * FROM deliveries WHERE id = ?'
const CLEAR_CLAIM = 'UPDATE deliveries SET claimed_by = NULL WHERE id = ?'
const CLAIMED_BY = 'SELECT * FROM deliveries WHERE claimed_by = ?'
const CLAIMED = 'SELECT * FROM deliveries WHERE claimed_by IS NOT NULL'
const END_TEST = `UPDATE deliveries SET state = 'exhausted', due_at = NULL, last_error = ?,
  finished_at = ?, updated_at = ? WHERE id = ? RETURNING *`
