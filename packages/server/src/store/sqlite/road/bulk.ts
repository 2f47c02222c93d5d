/** A step of what is done with many at once, with the note of how far it is: both or neither. */
import { isDone } from '../../desk/operations/audit.ts'
import type { BulkStep, BulkStepDone } from '../../rules/bulk.ts'
import type { Core } from '../core.ts'
import { cancel, resend } from './move.ts'
import { sendEvent } from './send-event.ts'

export function bulkStep(core: Core, step: BulkStep): BulkStepDone {
  const { id, from, to, items } = step
  const isLast = to === null
  const end = isLast ? core.tx.now : null
  if (core.runCounting(ADVANCE, to ?? from, end, isLast ? 1 : 0, id, from) === 0) return null
  const done = items.filter((item) => isDone(doOne(core, step, item))).length
  const skipped = items.length - done
  core.run(COUNT, done, skipped, id)
  return { done, skipped }
}

function doOne(core: Core, { kind, webhookId }: BulkStep, item: string): unknown {
  if (kind === 'cancel') return cancel(core, { deliveryId: item, reason: 'cancelled_by_owner' })
  if (kind === 'resend') return resend(core, item)
  return sendEvent(core, { eventId: item, webhookId: webhookId ?? '' })
}

const ADVANCE = `UPDATE bulk_actions SET cursor = ?1, finished_at = ?2,
    filter = CASE ?3 WHEN 1 THEN '{}' ELSE filter END
  WHERE id = ?4 AND cursor = ?5 AND finished_at IS NULL`
const COUNT = 'UPDATE bulk_actions SET done = done + ?, skipped = skipped + ? WHERE id = ?'
