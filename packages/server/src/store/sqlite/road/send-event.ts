/** One event to one webhook that did not get it. */
import { deliveryRangeOf, leadIdOf } from '../../../id.ts'
import type { EventToSend, SendEventReply } from '../../desk/operations/operations.ts'
import { nextOrdinal, spellingFor } from '../../rules/send-event.ts'
import type { Core } from '../core.ts'
import { insertDelivery } from './insertions.ts'
import { findDelivery } from './rows.ts'

export function sendEvent(core: Core, { eventId, webhookId }: EventToSend): SendEventReply {
  const event = core.get<{ chatbot_id: string; event_type: string; erased: number }>(
    EVENT,
    eventId,
    leadIdOf(eventId),
  )
  if (!event) return 'event_not_found'
  const webhook = core.get<{ chatbot_id: string; event_types: string }>(WEBHOOK, webhookId)
  if (webhook?.chatbot_id !== event.chatbot_id) return 'webhook_not_found'
  if (event.erased === 1) return 'erased'
  const { first, last } = deliveryRangeOf(eventId)
  const made = core.all<{ id: string; webhook_id: string; kind: string }>(DELIVERIES, first, last)
  if (made.some(({ kind }) => kind === 'test')) return 'is_test'
  const had = made.find((delivery) => delivery.webhook_id === webhookId)
  if (had) return { repeated: { deliveryId: had.id } }
  const ordinal = nextOrdinal(made.map(({ id }) => id))
  if (ordinal === null) return 'too_many'
  const state = core.webhookState(webhookId)
  if (state === null) return 'webhook_not_found'
  const spelling = spellingFor(event.event_type, JSON.parse(webhook.event_types) as string[])
  const subscriber = { webhookId, spelling, state, listenerId: null }
  const owner = { chatbotId: event.chatbot_id, claimedBy: null, ordinal }
  const id = insertDelivery(core, eventId, subscriber, owner)
  if (state === 'active') core.tx.woken.add(webhookId)
  const row = findDelivery(core, id)
  return row ?? 'webhook_not_found'
}

/** Its own row, or its lead's. */
const EVENT = `SELECT chatbot_id, event_type, erased FROM events WHERE id = ?1
  UNION ALL SELECT chatbot_id, 'lead.submit', 0 FROM leads WHERE id = ?2 LIMIT 1`
const WEBHOOK = 'SELECT chatbot_id, event_types FROM webhooks WHERE id = ?'
const DELIVERIES = 'SELECT id, webhook_id, kind FROM deliveries WHERE id > ? AND id <= ?'
