/**
 * Deliveries change their state here other than by an attempt: cancelled, sent once more, parked. Rows
 * are locked before they are looked at, in the order of their ids; rows.ts knows the ways.
 */
import { CANCELLABLE, type DeliveryState, RESENDABLE, type StateReason } from '../../../delivery.ts'
import { eventIdOf } from '../../../id.ts'
import type { WebhookState } from '../../../webhook.ts'
import type { DeliveryRow, WebhookRow } from '../../reading/rows.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import { array } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'
import { erasedOf } from './event-erased.ts'
import {
  bringWaitingForward,
  cancelClaimed,
  cancelWaiting,
  lockDeliveries,
  moveWaiting,
  reviveFinished,
  tableOf,
} from './rows.ts'

type ResendReply = DeliveryRow | 'wrong_state' | 'webhook_deleted' | 'erased' | null

export async function cancel(
  tx: Transaction,
  { deliveryId, reason }: { deliveryId: string; reason: StateReason },
): Promise<DeliveryRow | 'wrong_state' | null> {
  const [row] = await lockDeliveries(tx, [deliveryId])
  if (!row) return null
  if (!CANCELLABLE.includes(row.state)) return 'wrong_state'
  const [moved] = await cancelAll(tx, [row], reason)
  return moved ?? null
}

export async function resend(tx: Transaction, deliveryId: string): Promise<ResendReply> {
  const [row] = await lockDeliveries(tx, [deliveryId])
  if (!row) return null
  if (row.kind === 'test') return 'wrong_state'
  if (row.state === 'pending') return sendNow(tx, row)
  if (!RESENDABLE.includes(row.state)) return 'wrong_state'
  // Cancelled, but an attempt is on its way: its outcome would land on the new series.
  if (row.claimed_by !== null) return 'wrong_state'
  const [erased, states] = await Promise.all([
    erasedOf(tx, [eventIdOf(row.id)]),
    webhookStates(tx, [row.webhook_id]),
  ])
  if (erased.size > 0) return 'erased'
  const state = states.get(row.webhook_id)
  if (state === undefined) return 'webhook_deleted'
  const [moved] = await resendAll(tx, [row], state)
  return moved ?? null
}

/**
 * One that waits for its time: as an extra attempt, and through a rest of its webhook. `row` is locked by
 * this transaction.
 */
async function sendNow(tx: Transaction, row: DeliveryRow): Promise<ResendReply> {
  if (tableOf(row) !== 'waiting') return 'wrong_state'
  const { id, webhook_id: webhookId } = row
  let state: WebhookState | undefined
  const wanted = await tx.changeWebhook(
    webhookId,
    async (webhook) => {
      state = webhook.state
      if (webhook.state !== 'active' || webhook.resting_until === null) return 'works'
      return tx.one<WebhookRow>(WANT_PROBE, [id, webhookId])
    },
    'rest',
  )
  if (wanted === null) return 'webhook_deleted'
  if (state !== 'active') return 'wrong_state'
  if (wanted === 'works' && (row.due_at ?? 0) <= tx.now) return row
  const [moved] = await bringForwardAll(tx, [row])
  return moved ?? null
}

/** What is pending, in nobody's hands, and locked by this transaction. */
export function bringForwardAll(tx: Transaction, rows: DeliveryRow[]): Promise<DeliveryRow[]> {
  return told(tx, 'pending', (ids) => bringWaitingForward(tx, ids), rows)
}

/** A new series of attempts of finished deliveries of one webhook. */
export function resendAll(
  tx: Transaction,
  rows: DeliveryRow[],
  webhookState: WebhookState,
): Promise<DeliveryRow[]> {
  tx.backlogDelta += rows.length
  const to =
    webhookState === 'active'
      ? ({ state: 'pending', reason: null } as const)
      : ({ state: 'parked', reason: parkReason(webhookState) } as const)
  return told(tx, to.state, (ids) => reviveFinished(tx, ids, to), rows)
}

/**
 * Of rows that this transaction has locked. Claims stay, so that an attempt on its way is still
 * recorded. Returns them as they are now.
 */
export async function cancelAll(
  tx: Transaction,
  rows: DeliveryRow[],
  reason: StateReason,
): Promise<DeliveryRow[]> {
  tx.backlogDelta -= rows.length
  for (const row of rows) {
    if (row.kind === 'event') tx.count(row.webhook_id, row.chatbot_id, 'cancelled')
  }
  const [held, others] = [
    rows.filter((row) => tableOf(row) === 'claimed'),
    rows.filter((row) => tableOf(row) === 'waiting'),
  ]
  return [
    ...(await told(tx, 'cancelled', (ids) => cancelClaimed(tx, ids, reason), held)),
    ...(await told(tx, 'cancelled', (ids) => cancelWaiting(tx, ids, reason), others)),
  ]
}

/** Parks what waits, or takes it back: rows that this transaction has locked. */
export function moveAll(
  tx: Transaction,
  rows: DeliveryRow[],
  to: { state: DeliveryState; reason: StateReason | null },
): Promise<DeliveryRow[]> {
  return told(tx, to.state, (ids) => moveWaiting(tx, ids, to), rows)
}

async function told(
  tx: Transaction,
  state: DeliveryState,
  move: (ids: string[]) => Promise<DeliveryRow[]>,
  rows: DeliveryRow[],
): Promise<DeliveryRow[]> {
  if (rows.length === 0) return []
  const moved = await move(rows.map((row) => row.id))
  for (const row of moved) {
    tx.deliveryMoved(row)
    if (state === 'pending') tx.woken.add(row.webhook_id)
  }
  return moved
}

export async function webhookStates(
  tx: Transaction,
  webhookIds: Iterable<string>,
): Promise<Map<string, WebhookState>> {
  const ids = array([...new Set(webhookIds)])
  const rows = await tx.query<{ id: string; state: WebhookState }>(WEBHOOK_STATES, [ids])
  return new Map(rows.map(({ id, state }) => [id, state]))
}

const WEBHOOK_STATES = 'SELECT id, state FROM webhooks WHERE id = ANY($1::text[])'
const WANT_PROBE = 'UPDATE webhooks SET probe_wanted = $1 WHERE id = $2 RETURNING *'
