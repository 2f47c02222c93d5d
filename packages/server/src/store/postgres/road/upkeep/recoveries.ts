/**
 * Resending everything of a webhook that finished in a span of time, in small steps. The walk goes
 * by (finished_at, id); what it resends leaves the span, because the span ends when the recovery
 * was made. One node at a time works on a recovery.
 */
import type { DeliveryState } from '../../../../delivery.ts'
import { eventIdOf } from '../../../../id.ts'
import type { DeliveryRow, RecoveryRow } from '../../../reading/rows.ts'
import { failedSo } from '../../../rules/recovered.ts'
import { column } from '../../connection/parameters.ts'
import type { Transaction } from '../../connection/transaction.ts'
import { erasedOf } from '../event-erased.ts'
import { resendAll, webhookStates } from '../move.ts'
import { FINISHED_ROW } from '../rows.ts'

interface Walked extends RecoveryRow {
  cursor_at: number
  cursor_id: string
}

export async function continueRecoveries(
  tx: Transaction,
  limit: number,
): Promise<{ moved: number }> {
  let walked = 0
  while (walked < limit) {
    const [recovery] = await tx.query<Walked>(NEXT)
    if (!recovery) break
    walked += await walk(tx, recovery, limit - walked)
  }
  return { moved: walked }
}

/** Returns how many deliveries it looked at. */
async function walk(tx: Transaction, recovery: Walked, limit: number): Promise<number> {
  const { id, webhook_id: webhookId, cursor_at, cursor_id, until } = recovery
  const states: DeliveryState[] = JSON.parse(recovery.states)
  const find = states.includes('delivered') ? FIND_FINISHED : FIND_FAILED
  const rows = await tx.query<DeliveryRow>(find, [webhookId, cursor_at, cursor_id, until, limit])
  const found = rows.filter((row) => row.webhook_id === webhookId && row.kind === 'event')
  const locked = await tx.query<DeliveryRow>(LOCK, [column(found, (row) => row.id), until])
  const wanted = locked.filter((row) => states.includes(row.state) && failedSo(recovery, row))
  const [erased, known] = await Promise.all([
    erasedOf(
      tx,
      wanted.map((row) => eventIdOf(row.id)),
    ),
    webhookStates(tx, [webhookId]),
  ])
  const state = known.get(webhookId)
  const sendable = state ? wanted.filter((row) => !erased.has(eventIdOf(row.id))) : []
  if (state) await resendAll(tx, sendable, state)
  const last = rows.at(-1)
  if (last) await tx.query(ADVANCE, [sendable.length, last.finished_at, last.id, id])
  if (rows.length < limit) await tx.query(FINISH, [tx.now, id])
  return rows.length
}

const NEXT = `SELECT * FROM recoveries WHERE finished_at IS NULL ORDER BY id LIMIT 1
  FOR UPDATE SKIP LOCKED`
const ADVANCE = `UPDATE recoveries SET done = done + $1, cursor_at = $2, cursor_id = $3
  WHERE id = $4`
/** What was resent by hand meanwhile is not counted as missing. */
const FINISH = 'UPDATE recoveries SET finished_at = $1, total = done WHERE id = $2'

const FIND_FAILED = `SELECT ${FINISHED_ROW} FROM finished
  WHERE state IN ('exhausted', 'cancelled') AND webhook_id = $1
    AND (finished_at, id) > ($2, $3) AND finished_at < $4
  ORDER BY finished_at, id LIMIT $5`
/** Of all webhooks' deliveries of the span: a recovery of what was delivered is rare. */
const FIND_FINISHED = `SELECT ${FINISHED_ROW} FROM finished
  WHERE $1::text IS NOT NULL
    AND (finished_at, id) > ($2, $3) AND finished_at < $4
  ORDER BY finished_at, id LIMIT $5`
const LOCK = `SELECT ${FINISHED_ROW} FROM finished WHERE id = ANY($1::text[]) AND finished_at < $2
  ORDER BY id FOR UPDATE`
