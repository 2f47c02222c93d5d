/**
 * Resending everything of a webhook that finished in a span of time, in small steps. The walk goes
 * by (finished_at, id); what it resends leaves the span, because the span ends when the recovery
 * was made.
 */
import type { DeliveryState } from '../../../delivery.ts'
import type { DeliveryRow, RecoveryRow } from '../../reading/rows.ts'
import type { Core } from '../core.ts'
import type { Deliveries } from './deliveries.ts'

interface Walked extends RecoveryRow {
  cursor_at: number
  cursor_id: string
}

export class Recoveries {
  readonly #core: Core
  readonly #deliveries: Deliveries

  constructor(core: Core, deliveries: Deliveries) {
    this.#core = core
    this.#deliveries = deliveries
  }

  continueAll(limit: number): { moved: number; resumed: string[] } {
    const resumed = new Set<string>()
    let walked = 0
    while (walked < limit) {
      const recovery = this.#core.get<Walked>(NEXT)
      if (!recovery) break
      walked += this.#continue(recovery, limit - walked, resumed)
    }
    return { moved: walked, resumed: [...resumed] }
  }

  /** Returns how many deliveries it looked at. */
  #continue(recovery: Walked, limit: number, resumed: Set<string>): number {
    const core = this.#core
    const rows = this.#find(recovery, limit)
    const states: DeliveryState[] = JSON.parse(recovery.states)
    let done = 0
    for (const row of rows) {
      if (row.webhook_id !== recovery.webhook_id || !states.includes(row.state)) continue
      const resent = this.#deliveries.resend(row.id)
      if (resent === null || typeof resent === 'string') continue
      done += 1
      if (resent.state === 'pending') resumed.add(row.webhook_id)
    }
    const last = rows.at(-1)
    if (last) core.run(ADVANCE, done, last.finished_at, last.id, recovery.id)
    if (rows.length < limit) core.run(FINISH, core.tx.now, recovery.id)
    return rows.length
  }

  #find(recovery: Walked, limit: number): DeliveryRow[] {
    const { cursor_at, cursor_id, until, webhook_id } = recovery
    const states: DeliveryState[] = JSON.parse(recovery.states)
    const span = [cursor_at, cursor_at, cursor_id, until, limit] as const
    if (states.includes('delivered')) return this.#core.all<DeliveryRow>(FIND_FINISHED, ...span)
    return this.#core.all<DeliveryRow>(FIND_FAILED, webhook_id, ...span)
  }
}

const NEXT = 'SELECT * FROM recoveries WHERE finished_at IS NULL ORDER BY id LIMIT 1'
const ADVANCE = `UPDATE recoveries SET done = done + ?, cursor_at = ?, cursor_id = ? WHERE id = ?`
/** What was resent by hand meanwhile is not counted as missing. */
const FINISH = 'UPDATE recoveries SET finished_at = ?, total = done WHERE id = ?'

const FIND_FAILED = `SELECT * FROM deliveries INDEXED BY deliveries_failed
  WHERE state IN ('exhausted', 'cancelled') AND webhook_id = ?
    AND finished_at >= ? AND (finished_at, id) > (?, ?) AND finished_at < ?
  ORDER BY finished_at, id LIMIT ?`
/** All webhooks' deliveries of the span: a recovery of what was delivered is rare. */
const FIND_FINISHED = `SELECT * FROM deliveries INDEXED BY deliveries_finished
  WHERE finished_at IS NOT NULL
    AND finished_at >= ? AND (finished_at, id) > (?, ?) AND finished_at < ?
  ORDER BY finished_at, id LIMIT ?`
