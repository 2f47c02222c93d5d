/**
 * Deliveries change their state here other than by an attempt: cancelled, sent once more, parked. Rows
 * are locked before they are looked at, in the order of their ids.
 */
import { CANCELLABLE, type DeliveryState, RESENDABLE, type StateReason } from '../../../delivery.ts'
import type { WebhookState } from '../../../webhook.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import { array, column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

type ResendReply = DeliveryRow | 'wrong_state' | 'webhook_deleted' | 'erased' | null

interface Resendable {
  event_erased: number | null
  webhook_state: WebhookState | null
}

export async function cancel(
  tx: Transaction,
  { deliveryId, reason }: { deliveryId: string; reason: StateReason },
): Promise<DeliveryRow | 'wrong_state' | null> {
  const [row] = await tx.query<DeliveryRow>(LOCK, [deliveryId])
  if (!row) return null
  if (!CANCELLABLE.includes(row.state)) return 'wrong_state'
  const [moved] = await cancelAll(tx, [row], reason)
  return moved ?? null
}

export async function resend(tx: Transaction, deliveryId: string): Promise<ResendReply> {
  const [row] = await tx.query<DeliveryRow & Resendable>(LOCK_TO_RESEND, [deliveryId])
  if (!row) return null
  const { event_erased, webhook_state } = row
  if (row.kind === 'test' || !RESENDABLE.includes(row.state)) return 'wrong_state'
  // Cancelled, but an attempt is on its way: its outcome would land on the new series.
  if (row.claimed_by !== null) return 'wrong_state'
  if (event_erased !== 0) return 'erased'
  if (webhook_state === null) return 'webhook_deleted'
  const [moved] = await resendAll(tx, [row], webhook_state)
  return moved ?? null
}

/** A new series of attempts of finished deliveries of one webhook. */
export function resendAll(
  tx: Transaction,
  rows: DeliveryRow[],
  webhookState: WebhookState,
): Promise<DeliveryRow[]> {
  tx.backlogDelta += rows.length
  if (webhookState === 'active') return moveAll(tx, rows, { state: 'pending', reason: null })
  return moveAll(tx, rows, { state: 'parked', reason: parkReason(webhookState) })
}

/** Claims stay, so that an attempt on its way is still recorded. */
export async function cancelAll(
  tx: Transaction,
  rows: DeliveryRow[],
  reason: StateReason,
): Promise<DeliveryRow[]> {
  tx.backlogDelta -= rows.length
  for (const row of rows) {
    if (row.kind === 'event') tx.count(row.webhook_id, row.chatbot_id, 'cancelled')
  }
  return moveAll(tx, rows, { state: 'cancelled', reason })
}

/** Moves rows that this transaction has locked; their claims stay. Returns them as they are now. */
export async function moveAll(
  tx: Transaction,
  rows: DeliveryRow[],
  to: { state: DeliveryState; reason: StateReason | null },
): Promise<DeliveryRow[]> {
  if (rows.length === 0) return []
  const values = [column(rows, (row) => row.id), to.state, to.reason, tx.now]
  const moved = await tx.query<DeliveryRow>(MOVE, values)
  for (const row of moved) {
    tx.deliveryMoved(row)
    if (to.state === 'pending') tx.woken.add(row.webhook_id)
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
const LOCK = 'SELECT * FROM deliveries WHERE id = $1 FOR UPDATE'
const LOCK_TO_RESEND = `SELECT d.*, e.erased AS event_erased, w.state AS webhook_state
  FROM deliveries d LEFT JOIN events e ON e.id = d.event_id
  LEFT JOIN webhooks w ON w.id = d.webhook_id
  WHERE d.id = $1 FOR UPDATE OF d`
const MOVE = `UPDATE deliveries SET state = $2, state_reason = $3,
    series_attempts = CASE WHEN state IN ('delivered', 'exhausted', 'cancelled') THEN 0
      ELSE series_attempts END,
    -- What was parked is due by its age, so that it goes in its order.
    due_at = CASE WHEN $2 = 'pending' AND state = 'parked' THEN least(created_at, $4::bigint)
      WHEN $2 = 'pending' THEN $4::bigint END,
    uncharged_since = CASE WHEN state IN ('delivered', 'exhausted', 'cancelled') THEN NULL
      ELSE uncharged_since END,
    finished_at = CASE WHEN $2 = 'cancelled' THEN $4::bigint END, updated_at = $4
  WHERE id = ANY($1::text[]) RETURNING *`
