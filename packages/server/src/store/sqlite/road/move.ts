/** Deliveries change their state here other than by an attempt: cancelled, sent once more, parked. */
import { CANCELLABLE, type DeliveryState, RESENDABLE, type StateReason } from '../../../delivery.ts'
import { eventIdOf } from '../../../id.ts'
import type { DeliveryRow, WebhookRow } from '../../reading/rows.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import { broughtForward } from '../../rules/extra.ts'
import type { Core } from '../core.ts'
import { isErased } from './event-erased.ts'
import { findDelivery, moveDelivery } from './rows.ts'

type ResendReply = DeliveryRow | 'wrong_state' | 'webhook_deleted' | 'erased' | null

export function cancel(
  core: Core,
  { deliveryId, reason }: { deliveryId: string; reason: StateReason },
): DeliveryRow | 'wrong_state' | null {
  const row = findDelivery(core, deliveryId)
  if (!row) return null
  if (!CANCELLABLE.includes(row.state)) return 'wrong_state'
  return cancelRow(core, row, reason)
}

export function resend(core: Core, deliveryId: string): ResendReply {
  const row = findDelivery(core, deliveryId)
  if (!row) return null
  if (row.kind === 'test') return 'wrong_state'
  if (row.state === 'pending') return sendNow(core, row)
  if (!RESENDABLE.includes(row.state)) return 'wrong_state'
  // Cancelled, but an attempt is on its way: its outcome would land on the new series.
  if (row.claimed_by !== null) return 'wrong_state'
  if (isErased(core, eventIdOf(row.id))) return 'erased'
  const state = core.webhookState(row.webhook_id)
  if (state === null) return 'webhook_deleted'
  core.tx.backlogDelta += 1
  if (state === 'active') return move(core, row, 'pending', null)
  return move(core, row, 'parked', parkReason(state))
}

/** One that waits for its time: as an extra attempt, and through a rest of its webhook. */
export function sendNow(core: Core, row: DeliveryRow): ResendReply {
  if (row.claimed_by !== null) return 'wrong_state'
  const { webhook_id: webhookId } = row
  const state = core.webhookState(webhookId)
  if (state === null) return 'webhook_deleted'
  if (state !== 'active') return 'wrong_state'
  if (core.isResting(webhookId)) {
    core.changeWebhook(webhookId, () => core.one<WebhookRow>(WANT_PROBE, row.id, webhookId), 'rest')
    return bringForward(core, row)
  }
  return (row.due_at ?? 0) <= core.tx.now ? row : bringForward(core, row)
}

/** What is pending, and in nobody's hands. */
export function bringForward(core: Core, row: DeliveryRow): DeliveryRow {
  const { tx } = core
  const moved: DeliveryRow = { ...row, ...broughtForward(row, tx.now) }
  moveDelivery(core, row, moved)
  tx.woken.add(row.webhook_id)
  tx.deliveryMoved(moved)
  return moved
}

/** The claim stays, so that an attempt on its way is still recorded. */
export function cancelRow(core: Core, row: DeliveryRow, reason: StateReason): DeliveryRow {
  const { tx } = core
  tx.backlogDelta -= 1
  if (row.kind === 'event') tx.count(row.webhook_id, row.chatbot_id, 'cancelled')
  return move(core, row, 'cancelled', reason)
}

/** What was parked is due by its age when its webhook is back, so that it goes in its order. */
export function move(
  core: Core,
  row: DeliveryRow,
  state: DeliveryState,
  reason: StateReason | null,
): DeliveryRow {
  const { tx } = core
  const resent = RESENDABLE.includes(row.state)
  const dueAt = row.state === 'parked' ? Math.min(row.created_at, tx.now) : tx.now
  if (state === 'pending') tx.woken.add(row.webhook_id)
  const moved: DeliveryRow = {
    ...row,
    state,
    state_reason: reason,
    series_attempts: resent ? 0 : row.series_attempts,
    due_at: state === 'pending' ? dueAt : null,
    schedule_due_at: null,
    uncharged_since: resent ? null : row.uncharged_since,
    finished_at: state === 'cancelled' ? tx.now : null,
    updated_at: tx.now,
  }
  moveDelivery(core, row, moved)
  tx.deliveryMoved(moved)
  return moved
}

const WANT_PROBE = 'UPDATE webhooks SET probe_wanted = ? WHERE id = ? RETURNING *'
