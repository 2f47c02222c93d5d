/** A step of what is done with many at once, with the note of how far it is: both or neither. */
import { isDone } from '../../desk/operations/audit.ts'
import type { BulkStep, BulkStepDone } from '../../rules/bulk.ts'
import type { Transaction } from '../connection/transaction.ts'
import { cancel, resend } from './move.ts'
import { sendEvent } from './send-event.ts'

export async function bulkStep(tx: Transaction, step: BulkStep): Promise<BulkStepDone> {
  const { id, from, to, items } = step
  const end = to === null ? tx.now : null
  // Its row is locked from here on: two nodes make no step twice.
  const [mine] = await tx.query<{ id: string }>(ADVANCE, [to ?? from, end, id, from])
  if (!mine) return null
  let done = 0
  // In the order in which everybody locks deliveries.
  for (const item of [...items].sort()) if (isDone(await doOne(tx, step, item))) done += 1
  const skipped = items.length - done
  tx.send(COUNT, [done, skipped, id])
  return { done, skipped }
}

function doOne(tx: Transaction, { kind, webhookId }: BulkStep, item: string): Promise<unknown> {
  if (kind === 'cancel') return cancel(tx, { deliveryId: item, reason: 'cancelled_by_owner' })
  if (kind === 'resend') return resend(tx, item)
  return sendEvent(tx, { eventId: item, webhookId: webhookId ?? '' })
}

const ADVANCE = `UPDATE bulk_actions SET cursor = $1, finished_at = $2::bigint,
    filter = CASE WHEN $2::bigint IS NULL THEN filter ELSE '{}' END
  WHERE id = $3 AND cursor = $4 AND finished_at IS NULL RETURNING id`
const COUNT = 'UPDATE bulk_actions SET done = done + $1, skipped = skipped + $2 WHERE id = $3'
