/**
 * Resending everything of a webhook that finished in a span of time, in small steps. The walk goes
 * by (finished_at, id); what it resends leaves the span, because the span ends when the recovery
 * was made.
 */
import type { DeliveryState } from '../../../../delivery.ts'
import type { DeliveryRow, RecoveryRow } from '../../../reading/rows.ts'
import { failedSo } from '../../../rules/recovered.ts'
import type { Core } from '../../core.ts'
import { resend } from '../move.ts'

interface Walked extends RecoveryRow {
  cursor_at: number
  cursor_id: string
}

export function continueRecoveries(core: Core, limit: number): { moved: number } {
  let walked = 0
  while (walked < limit) {
    const recovery = core.get<Walked>(NEXT)
    if (!recovery) break
    walked += walk(core, recovery, limit - walked)
  }
  return { moved: walked }
}

/** Returns how many deliveries it looked at. */
function walk(core: Core, recovery: Walked, limit: number): number {
  const rows = find(core, recovery, limit)
  const states: DeliveryState[] = JSON.parse(recovery.states)
  let done = 0
  for (const row of rows) {
    if (row.webhook_id !== recovery.webhook_id || !states.includes(row.state)) continue
    if (!failedSo(recovery, row)) continue
    const resent = resend(core, row.id)
    if (resent !== null && typeof resent !== 'string') done += 1
  }
  const last = rows.at(-1)
  if (last) core.run(ADVANCE, done, last.finished_at, last.id, recovery.id)
  if (rows.length < limit) core.run(FINISH, core.tx.now, recovery.id)
  return rows.length
}

function find(core: Core, recovery: Walked, limit: number): DeliveryRow[] {
  const { cursor_at, cursor_id, until, webhook_id } = recovery
  const states: DeliveryState[] = JSON.parse(recovery.states)
  const span = [cursor_at, cursor_at, cursor_id, until, limit] as const
  if (states.includes('delivered')) return core.all<DeliveryRow>(FIND_FINISHED, ...span)
  return core.all<DeliveryRow>(FIND_FAILED, webhook_id, ...span)
}

const NEXT = 'SELECT * FROM recoveries WHERE finished_at IS NULL ORDER BY id LIMIT 1'
const ADVANCE = `UPDATE recoveries SET done = done + ?, cursor_at = ?, cursor_id = ? WHERE id = ?`
/** What was resent by hand meanwhile is not counted as missing. */
const FINISH = 'UPDATE recoveries SET finished_at = ?, total = done WHERE id = ?'

const FIND_FAILED = `SELECT * FROM finished INDEXED BY finished_failed
  WHERE state IN ('exhausted', 'cancelled') AND webhook_id = ?
    AND finished_at >= ? AND (finished_at, id) > (?, ?) AND finished_at < ?
  ORDER BY finished_at, id LIMIT ?`
/** All webhooks' deliveries of the span: a recovery of what was delivered is rare. */
const FIND_FINISHED = `SELECT * FROM finished INDEXED BY finished_by_end
  WHERE finished_at >= ? AND (finished_at, id) > (?, ?) AND finished_at < ?
  ORDER BY finished_at, id LIMIT ?`
