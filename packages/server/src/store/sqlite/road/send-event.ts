/** One event to one webhook that did not get it. */
import { RESENDABLE } from '../../../delivery.ts'
import { deliveryRangeOf, leadIdOf } from '../../../id.ts'
import { spellingOf } from '../../../subscription.ts'
import type { EventToSend, SendEventReply } from '../../desk/operations/operations.ts'
import { nextOrdinal } from '../../rules/send-event.ts'
import type { Core } from '../core.ts'
import { insertDelivery } from './insertions.ts'
import { findDelivery } from './rows.ts'

interface WebhookWants {
  chatbot_id: string
  event_types: string
  shape: string | null
}

export function sendEvent(
  core: Core,
  { eventId, webhookId, insteadOf }: EventToSend,
): SendEventReply {
  const event = core.get<{ chatbot_id: string; event_type: string; erased: number }>(
    EVENT,
    eventId,
    leadIdOf(eventId),
  )
  if (!event) return 'event_not_found'
  const webhook = core.get<WebhookWants>(WEBHOOK, webhookId)
  if (webhook?.chatbot_id !== event.chatbot_id) return 'webhook_not_found'
  if (event.erased === 1) return 'erased'
  const { first, last } = deliveryRangeOf(eventId)
  const made = core.all<{ id: string; webhook_id: string; kind: string }>(DELIVERIES, first, last)
  if (made.some(({ kind }) => kind === 'test')) return 'is_test'
  const had = made.find((delivery) => delivery.webhook_id === webhookId)
  if (had && insteadOf === undefined) return { repeated: { deliveryId: had.id } }
  const before = insteadOf === undefined ? undefined : findDelivery(core, insteadOf)
  if (before && !RESENDABLE.includes(before.state)) return 'wrong_state'
  const ordinal = nextOrdinal(made.map(({ id }) => id))
  if (ordinal === null) return 'too_many'
  const state = core.webhookState(webhookId)
  if (state === null) return 'webhook_not_found'
  const { event_type: type } = event
  const spelling = spellingOf(type, JSON.parse(webhook.event_types) as string[]) ?? type
  const { shape } = webhook
  const subscriber = { webhookId, spelling, state, shape }
  const owner = { chatbotId: event.chatbot_id, claimedBy: null, ordinal }
  const id = insertDelivery(core, eventId, subscriber, owner)
  core.run(FORGET_KEPT_BACK, eventId, webhookId)
  if (state === 'active') core.tx.woken.add(webhookId)
  const row = findDelivery(core, id)
  return row ?? 'webhook_not_found'
}

/** Its own row, or its lead's. */
const EVENT = `SELECT chatbot_id, event_type, erased FROM events WHERE id = ?1
  UNION ALL SELECT chatbot_id, 'lead.submit', 0 FROM leads WHERE id = ?2 LIMIT 1`
const WEBHOOK = 'SELECT chatbot_id, event_types, shape FROM webhooks WHERE id = ?'
const FORGET_KEPT_BACK = 'DELETE FROM kept_back WHERE event_id = ? AND webhook_id = ?'
const DELIVERIES = 'SELECT id, webhook_id, kind FROM deliveries WHERE id > ? AND id <= ?'
