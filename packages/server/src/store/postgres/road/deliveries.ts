/**
 * Deliveries change hands here: given back, cancelled, sent once more. Rows are locked before they
 * are looked at, in the order of their ids.
 */
import { CANCELLABLE, type DeliveryState, RESENDABLE, type StateReason } from '../../../delivery.ts'
import type { Ids } from '../../../id.ts'
import type { WebhookState } from '../../../webhook.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { Claim } from '../../road.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import { array, column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

export interface NewTest {
  nodeId: string
  webhookId: string
  eventId: string
  eventType: string
  payload: string
}

export type ResendReply = DeliveryRow | 'wrong_state' | 'webhook_deleted' | 'erased' | null

export async function webhookStates(
  tx: Transaction,
  webhookIds: Iterable<string>,
): Promise<Map<string, WebhookState>> {
  const ids = array([...new Set(webhookIds)])
  const rows = await tx.query<{ id: string; state: WebhookState }>(WEBHOOK_STATES, [ids])
  return new Map(rows.map(({ id, state }) => [id, state]))
}

// ─── given back ───────────────────────────────────────────────────────────────────────────────────

/** Whoever gives back knows that it waits: nobody of this node is told. */
export async function release(
  tx: Transaction,
  { nodeId, deliveryIds }: { nodeId: string; deliveryIds: string[] },
): Promise<void> {
  const rows = await tx.query<DeliveryRow>(RELEASE, [nodeId, array(deliveryIds)])
  await afterRelease(tx, rows, (webhookId) => tx.waiting.add(webhookId))
}

/** Takes back what nodes held, up to `limit`; how many. Rows that are in use are left for later. */
export async function releaseNodes(
  tx: Transaction,
  nodeIds: string[],
  limit: number,
): Promise<number> {
  const rows = await tx.query<DeliveryRow>(RELEASE_NODES, [array(nodeIds), limit])
  await afterRelease(tx, rows, (webhookId) => tx.woken.add(webhookId))
  return rows.length
}

async function afterRelease(
  tx: Transaction,
  rows: DeliveryRow[],
  wake: (webhookId: string) => void,
): Promise<void> {
  const pending = rows.filter((row) => row.state === 'pending')
  if (pending.length === 0) return
  const events = pending.filter((row) => row.kind === 'event')
  const states = await webhookStates(
    tx,
    events.map((row) => row.webhook_id),
  )
  for (const { webhook_id } of events) {
    if (states.get(webhook_id) === 'active') wake(webhook_id)
    else tx.unsettle(webhook_id)
  }
  // Nobody waits for a test's answer any more, and a test is never repeated.
  const tests = pending.filter((row) => row.kind === 'test')
  if (tests.length === 0) return
  const ids = column(tests, (row) => row.id)
  const ended = await tx.query<DeliveryRow>(END_TESTS, [ids, UNFINISHED_TEST, tx.now])
  for (const row of ended) {
    tx.backlogDelta -= 1
    tx.deliveryMoved(row)
  }
}

// ─── moved ────────────────────────────────────────────────────────────────────────────────────────

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

export async function cancel(
  tx: Transaction,
  deliveryId: string,
  reason: StateReason,
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

interface Resendable {
  event_erased: number | null
  webhook_state: WebhookState | null
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

// ─── tests ────────────────────────────────────────────────────────────────────────────────────────

export async function createTest(tx: Transaction, input: NewTest, ids: Ids): Promise<Claim | null> {
  const { nodeId, webhookId, eventId, eventType, payload } = input
  const [webhook] = await tx.query<{ chatbot_id: string }>(WEBHOOK_CHATBOT, [webhookId])
  if (!webhook) return null
  const chatbotId = webhook.chatbot_id
  const deliveryId = ids.next('delivery')
  tx.send(INSERT_TEST_EVENT, [eventId, chatbotId, eventType, payload, tx.now])
  const values = [deliveryId, eventId, webhookId, chatbotId, eventType, tx.now, nodeId]
  const [row] = await tx.query<DeliveryRow>(INSERT_TEST, values)
  tx.backlogDelta += 1
  if (row) tx.deliveryMoved(row)
  return {
    deliveryId,
    eventId,
    webhookId,
    chatbotId,
    eventType,
    payload,
    kind: 'test',
    attemptNumber: 1,
    seriesAttempts: 0,
  }
}

const UNFINISHED_TEST = 'The server stopped before this test had an answer.'

const WEBHOOK_STATES = 'SELECT id, state FROM webhooks WHERE id = ANY($1::text[])'
const WEBHOOK_CHATBOT = 'SELECT chatbot_id FROM webhooks WHERE id = $1'
const LOCK = 'SELECT * FROM deliveries WHERE id = $1 FOR UPDATE'
const LOCK_TO_RESEND = `SELECT d.*, e.erased AS event_erased, w.state AS webhook_state
  FROM deliveries d LEFT JOIN events e ON e.id = d.event_id
  LEFT JOIN webhooks w ON w.id = d.webhook_id
  WHERE d.id = $1 FOR UPDATE OF d`

/** ARRAY: PostgreSQL expects few ids of it, and so looks each one up, whatever the limit is. */
const RELEASE = `UPDATE deliveries SET claimed_by = NULL
  WHERE id = ANY(ARRAY(SELECT id FROM deliveries WHERE claimed_by = $1 AND id = ANY($2::text[])
    ORDER BY id FOR UPDATE)) RETURNING *`
const RELEASE_NODES = `UPDATE deliveries SET claimed_by = NULL
  WHERE id = ANY(ARRAY(SELECT id FROM deliveries WHERE claimed_by = ANY($1::text[])
    ORDER BY claimed_by, id LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING *`
const END_TESTS = `UPDATE deliveries SET state = 'exhausted', due_at = NULL, last_error = $2,
  finished_at = $3, updated_at = $3 WHERE id = ANY($1::text[]) RETURNING *`
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

const INSERT_TEST_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
  VALUES ($1, $2, $3, $4, $5)`
const INSERT_TEST = `INSERT INTO deliveries (id, event_id, webhook_id, chatbot_id, event_type,
    due_at, claimed_by, created_at, updated_at, kind, state)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $6, 'test', 'pending') RETURNING *`
