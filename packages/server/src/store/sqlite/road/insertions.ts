/** The rows that an accepted event makes. */
import { deliveryIdOf, leadIdOf } from '../../../id.ts'
import { type DeliveryRow, toDeliveryChange } from '../../reading/rows.ts'
import type { AcceptInput, NewEvent } from '../../road.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import { sharedOf } from '../../rules/search-buckets.ts'
import { consentText, extrasText } from '../../rules/shaped.ts'
import type { Core, Subscriber } from '../core.ts'
import { addDelivery } from './rows.ts'

/** The event, or the lead that is one, with its conversation. */
export function insertEvent(
  core: Core,
  { chatbotId, idempotency }: Pick<AcceptInput, 'chatbotId' | 'idempotency'>,
  event: NewEvent,
): void {
  const { tx } = core
  const { id, eventType, payload, lead } = event
  if (!lead) {
    core.run(INSERT_EVENT, id, chatbotId, eventType, payload, tx.now)
    return
  }
  const { conversationId, customerName, customerEmail, customerPhone } = lead
  core.run(INSERT_CONVERSATION, chatbotId, conversationId, tx.now)
  const leadId = leadIdOf(id)
  core.run(
    INSERT_LEAD,
    leadId,
    chatbotId,
    conversationId,
    customerName,
    customerEmail,
    customerPhone,
    idempotency?.route ?? null,
    idempotency?.key ?? null,
    consentText(lead.consent),
    extrasText(lead.extras),
    tx.now,
  )
  core.run(INSERT_PENDING, sharedOf(leadId))
  if (!tx.wantChanges) return
  tx.changes.push({ type: 'lead.created', at: tx.now, chatbotId, leadId, eventId: id })
}

/** The webhook's filter wants it not. */
export function keepBack(core: Core, eventId: string, webhookId: string, reason: string): void {
  core.run(KEEP_BACK, eventId, webhookId, reason)
}

/** Returns its id. */
export function insertDelivery(
  core: Core,
  eventId: string,
  { webhookId, spelling, state: webhookState, shape }: Recipient,
  { chatbotId, claimedBy, ordinal }: NewDelivery,
): string {
  const { tx } = core
  const id = deliveryIdOf(eventId, ordinal)
  const isActive = webhookState === 'active'
  const row: DeliveryRow = {
    id,
    webhook_id: webhookId,
    chatbot_id: chatbotId,
    event_type: spelling,
    kind: 'event',
    state: isActive ? 'pending' : 'parked',
    state_reason: isActive ? null : parkReason(webhookState),
    attempt_count: 0,
    series_attempts: 0,
    uncharged_since: null,
    due_at: isActive ? tx.now : null,
    schedule_due_at: null,
    claimed_by: claimedBy,
    last_status: null,
    last_error: null,
    created_at: tx.now,
    shape,
    finished_at: null,
    updated_at: tx.now,
  }
  addDelivery(core, row)
  tx.backlogDelta += 1
  tx.count(webhookId, chatbotId, 'accepted')
  if (tx.wantChanges) tx.changes.push(toDeliveryChange(row, tx.now))
  return id
}

type Recipient = Pick<Subscriber, 'webhookId' | 'spelling' | 'state' | 'shape'>

interface NewDelivery {
  chatbotId: string
  claimedBy: string | null
  /** Among those of its event, from 1. */
  ordinal: number
}

const INSERT_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
  VALUES (?, ?, ?, ?, ?)`
const INSERT_CONVERSATION = `INSERT INTO conversations (chatbot_id, id, created_at)
  VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
const INSERT_LEAD = `INSERT INTO leads (id, chatbot_id, conversation_id, customer_name,
    customer_email, customer_phone, idempotency_route, idempotency_key, consent, extras,
    created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const KEEP_BACK = `INSERT INTO kept_back (event_id, webhook_id, reason) VALUES (?, ?, ?)
  ON CONFLICT DO NOTHING`
const INSERT_PENDING = 'INSERT INTO search_pending (lead) VALUES (?)'
