/** The rows that an accepted event makes. */
import { keysOf } from '../../reading/search-keys.ts'
import type { AcceptInput, NewEvent } from '../../road.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import type { Core, Subscriber } from '../core.ts'

/** The event, and its lead with its conversation. */
export function insertEvent(
  core: Core,
  { chatbotId, idempotency }: AcceptInput,
  event: NewEvent,
): void {
  const { tx } = core
  const { id, eventType, payload, lead } = event
  core.run(INSERT_EVENT, id, chatbotId, eventType, payload, lead?.id ?? null, tx.now)
  if (!lead) return
  const { conversationId, customerName, customerEmail, customerPhone } = lead
  core.run(INSERT_CONVERSATION, chatbotId, conversationId, tx.now)
  const keys = keysOf(lead)
  core.run(
    INSERT_LEAD,
    lead.id,
    chatbotId,
    conversationId,
    id,
    customerName,
    customerEmail,
    customerPhone,
    keys.name_key,
    keys.email_key,
    keys.phone_key,
    idempotency?.route ?? null,
    idempotency?.key ?? null,
    tx.now,
  )
  if (!tx.wantChanges) return
  tx.changes.push({ type: 'lead.created', at: tx.now, chatbotId, leadId: lead.id, eventId: id })
}

/** Returns its id. */
export function insertDelivery(
  core: Core,
  event: NewEvent,
  { webhookId, spelling, state: webhookState }: Subscriber,
  { chatbotId, claimedBy }: { chatbotId: string; claimedBy: string | null },
): string {
  const { tx } = core
  const id = core.ids.next('delivery')
  const isActive = webhookState === 'active'
  const state = isActive ? 'pending' : 'parked'
  core.run(
    INSERT_DELIVERY,
    id,
    event.id,
    webhookId,
    chatbotId,
    spelling,
    state,
    isActive ? null : parkReason(webhookState),
    isActive ? tx.now : null,
    claimedBy,
    tx.now,
    tx.now,
  )
  tx.backlogDelta += 1
  tx.count(webhookId, chatbotId, 'accepted')
  if (!tx.wantChanges) return id
  tx.deliveryChanged(chatbotId, {
    id,
    eventId: event.id,
    webhookId,
    eventType: spelling,
    state,
    attemptCount: 0,
    lastStatus: null,
    lastError: null,
  })
  return id
}

const INSERT_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, lead_id, created_at)
  VALUES (?, ?, ?, ?, ?, ?)`
const INSERT_CONVERSATION = `INSERT INTO conversations (chatbot_id, id, created_at)
  VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
const INSERT_LEAD = `INSERT INTO leads (id, chatbot_id, conversation_id, event_id, customer_name,
    customer_email, customer_phone, name_key, email_key, phone_key, idempotency_route,
    idempotency_key, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_DELIVERY = `INSERT INTO deliveries (id, event_id, webhook_id, chatbot_id, event_type,
    state, state_reason, due_at, claimed_by, created_at, updated_at, kind)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'event')`
