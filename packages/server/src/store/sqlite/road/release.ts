/** Claims are given back, or taken back: what was claimed is as claimable as before. */
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Core } from '../core.ts'
import { findClaimed, moveDelivery } from './rows.ts'

/** Whoever gives back knows that it waits: nobody is told. */
export function release(
  core: Core,
  { nodeId, deliveryIds }: { nodeId: string; deliveryIds: string[] },
): void {
  for (const id of deliveryIds) {
    const row = findClaimed(core, id)
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
  const freed: DeliveryRow = { ...row, claimed_by: null }
  // Nobody waits for a test's answer any more, and a test is never repeated.
  if (row.state === 'pending' && row.kind === 'test') {
    endTest(core, row, freed)
    return
  }
  moveDelivery(core, row, freed)
  if (row.state !== 'pending') return
  if (core.webhookState(row.webhook_id) !== 'active') core.unsettle(row.webhook_id)
  else if (wake) core.tx.woken.add(row.webhook_id)
}

function endTest(core: Core, row: DeliveryRow, freed: DeliveryRow): void {
  const { tx } = core
  const [finished_at, updated_at] = [tx.now, tx.now]
  const ended = {
    due_at: null,
    schedule_due_at: null,
    last_error: UNFINISHED_TEST,
    finished_at,
    updated_at,
  } as const
  const after: DeliveryRow = { ...freed, ...ended, state: 'exhausted' }
  tx.backlogDelta -= 1
  moveDelivery(core, row, after)
  tx.deliveryMoved(after)
}

const UNFINISHED_TEST = 'The server stopped before this test had an answer.'

const CLAIMED_BY = 'SELECT * FROM claimed WHERE claimed_by = ?'
const CLAIMED = 'SELECT * FROM claimed'
