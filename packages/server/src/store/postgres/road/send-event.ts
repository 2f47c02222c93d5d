/** One event to one webhook that did not get it. */
import { RESENDABLE } from '../../../delivery.ts'
import { deliveryIdOf, deliveryRangeOf, leadIdOf } from '../../../id.ts'
import { spellingOf } from '../../../subscription.ts'
import type { EventToSend, SendEventReply } from '../../desk/operations/operations.ts'
import { nextOrdinal } from '../../rules/send-event.ts'
import type { Transaction } from '../connection/transaction.ts'
import { Insertions } from './insertions.ts'
import { webhookStates } from './move.ts'
import { lockDeliveries } from './rows.ts'

interface EventRow {
  chatbot_id: string
  event_type: string
  erased: number
}

interface WebhookWants {
  chatbot_id: string
  event_types: string
  shape: string | null
}

export async function sendEvent(
  tx: Transaction,
  { eventId, webhookId, insteadOf }: EventToSend,
): Promise<SendEventReply> {
  // Locked: of two who send it at once the second sees the first one's delivery, and an eraser waits.
  const [lead] = await tx.query<EventRow>(LOCK_LEAD, [leadIdOf(eventId)])
  const [event] = lead ? [lead] : await tx.query<EventRow>(LOCK_EVENT, [eventId])
  if (!event) return 'event_not_found'
  const [webhook] = await tx.query<WebhookWants>(WEBHOOK, [webhookId])
  if (webhook?.chatbot_id !== event.chatbot_id) return 'webhook_not_found'
  if (event.erased === 1) return 'erased'
  const { first, last } = deliveryRangeOf(eventId)
  const made = await tx.query<{ id: string; webhook_id: string; kind: string }>(DELIVERIES, [
    first,
    last,
  ])
  if (made.some(({ kind }) => kind === 'test')) return 'is_test'
  const had = made.find((delivery) => delivery.webhook_id === webhookId)
  if (had && insteadOf === undefined) return { repeated: { deliveryId: had.id } }
  const [before] = insteadOf === undefined ? [] : await lockDeliveries(tx, [insteadOf])
  if (before && !RESENDABLE.includes(before.state)) return 'wrong_state'
  const ordinal = nextOrdinal(made.map(({ id }) => id))
  if (ordinal === null) return 'too_many'
  const webhookState = (await webhookStates(tx, [webhookId])).get(webhookId)
  if (webhookState === undefined) return 'webhook_not_found'
  const id = deliveryIdOf(eventId, ordinal)
  const { event_type: type } = event
  const spelling = spellingOf(type, JSON.parse(webhook.event_types) as string[]) ?? type
  const insertions = new Insertions(tx)
  const chatbotId = event.chatbot_id
  insertions.addDelivery({
    id,
    eventId,
    webhookId,
    chatbotId,
    spelling,
    webhookState,
    claimedBy: null,
    shape: webhook.shape,
  })
  insertions.send()
  tx.send(FORGET_KEPT_BACK, [eventId, webhookId])
  if (webhookState === 'active') tx.woken.add(webhookId)
  const [row] = await lockDeliveries(tx, [id])
  return row ?? 'webhook_not_found'
}

const LOCK_LEAD = `SELECT chatbot_id, 'lead.submit' AS event_type, 0 AS erased FROM leads
  WHERE id = $1 FOR NO KEY UPDATE`
const LOCK_EVENT =
  'SELECT chatbot_id, event_type, erased FROM events WHERE id = $1 FOR NO KEY UPDATE'
const WEBHOOK = 'SELECT chatbot_id, event_types, shape FROM webhooks WHERE id = $1'
const FORGET_KEPT_BACK = 'DELETE FROM kept_back WHERE event_id = $1 AND webhook_id = $2'
const DELIVERIES = 'SELECT id, webhook_id, kind FROM deliveries WHERE id > $1 AND id <= $2'
