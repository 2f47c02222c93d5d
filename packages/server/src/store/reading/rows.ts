/** Rows as both stores keep them, and the nouns that they become. */
import type { Chatbot } from '../../chatbot.ts'
import type {
  AnswerNote,
  Attempt,
  Delivery,
  DeliveryKind,
  DeliveryState,
  StateReason,
} from '../../delivery.ts'
import { type Event, LEAD_EVENT } from '../../event.ts'
import { eventIdOf } from '../../id.ts'
import {
  type Conversation,
  type Erasure,
  type ErasureReason,
  type Lead,
  type LeadConsent,
  type LeadExtras,
  leadPayloadText,
} from '../../lead.ts'
import type { Webhook, WebhookKind, WebhookRest, WebhookState } from '../../webhook.ts'
import type { BulkKind, Recovery } from '../desk.ts'
import type { Change } from '../road.ts'
import type { Encryption } from '../sealing/encryption.ts'
import {
  type ChatbotColumns,
  chatbotSettings,
  type WebhookColumns,
  webhookSettings,
} from './settings-columns.ts'

export interface ChatbotRow extends ChatbotColumns {
  id: string
  version: string
  /** Of new deliveries (wants/shape.ts); null: the guide's form. */
  shape: string | null
  created_at: number
  updated_at: number
}

/** The secrets are sealed, and what the list of its settings says. */
export interface WebhookRow extends WebhookColumns {
  id: string
  chatbot_id: string
  kind: WebhookKind
  /** 1: is removed when nobody has listened for an hour. */
  temporary: number
  /** Who takes its deliveries, alone; null: any node, or nobody while it is away. */
  listener_id: string | null
  /** Since when nobody listens; null: somebody does, or it has a URL. */
  away_since: number | null
  state: WebhookState
  state_reason: string | null
  secret: string
  previous_secret: string | null
  overlap_ends_at: number | null
  failing_since: number | null
  consecutive_failures: number
  last_success_at: number | null
  last_failure_at: number | null
  last_failure: string | null
  given_up_at: number | null
  /** What was given up before it counts no more: its owner's word. */
  set_aside_until: number | null
  last_failure_by: string | null
  last_note: AnswerNote | null
  /** Its rest, as rest.ts names it. */
  resting_until: number | null
  probe_at: number | null
  probe_id: string | null
  rest_set_at: number | null
  rest_reason: string | null
  rest_level: number
  rest_by: string | null
  strained: number
  rested_at: number | null
  /** The delivery that passes its rest as the next probe, by hand. */
  probe_wanted: string | null
  /** What is still to be brought forward (rules/bring-forward.ts). */
  forwarding: string | null
  version: string
  /** Of new deliveries (wants/shape.ts); null: the guide's form. */
  shape: string | null
  created_at: number
  updated_at: number
}

export interface EventRow {
  id: string
  chatbot_id: string
  event_type: string
  payload: string
  erased: number
  created_at: number
}

export interface ConversationRow {
  chatbot_id: string
  id: string
  created_at: number
}

export interface DeliveryRow {
  id: string
  webhook_id: string
  chatbot_id: string
  event_type: string
  kind: DeliveryKind
  state: DeliveryState
  state_reason: StateReason | null
  attempt_count: number
  series_attempts: number
  due_at: number | null
  /** The schedule's time of the next attempt, once that was brought forward in this wait. */
  schedule_due_at: number | null
  claimed_by: string | null
  last_status: number | null
  last_error: string | null
  /** What its body looks like (wants/shape.ts); null: the guide's form. */
  shape: string | null
  /** Of what is read to be shown. */
  last_note?: AnswerNote | null
  /** The same. */
  duration_ms?: number | null
  /** First attempt of this series that was not charged; null: all were. */
  uncharged_since: number | null
  created_at: number
  finished_at: number | null
  updated_at: number
}

export interface AttemptRow {
  id: string
  delivery_id: string
  number: number
  started_at: number
  duration_ms: number
  result: 'delivered' | 'failed'
  status: number | null
  error_code: string | null
  error: string | null
  response_headers: string
  response_body: string
  note: AnswerNote | null
}

export interface LeadRow {
  id: string
  chatbot_id: string
  conversation_id: string
  customer_name: string
  customer_email: string
  customer_phone: string
  /** JSON; null: nothing was asked for. */
  consent: string | null
  /** JSON (lead.ts); null: none. */
  extras: string | null
  created_at: number
}

export interface ErasureRow {
  id: string
  lead_id: string
  chatbot_id: string
  event_id: string
  reason: ErasureReason
  erased_at: number
}

export interface BulkRow {
  id: string
  kind: BulkKind
  /** Null: of all chatbots. */
  chatbot_id: string | null
  /** Whose events are sent; null: of none in particular. */
  webhook_id: string | null
  /** JSON: ids, or what a list is asked for; empty when it is over, for it may name a person. */
  filter: string
  total: number
  /** It was counted so far: there are more. */
  more: number
  done: number
  skipped: number
  /** The last that was looked at; empty: none yet. */
  cursor: string
  stopped: number
  created_at: number
  finished_at: number | null
}

export interface RecoveryRow {
  id: string
  webhook_id: string
  since: number
  until: number
  states: string
  last_status: number | null
  last_error: string | null
  total: number
  done: number
  created_at: number
  finished_at: number | null
}

export function toChatbot(row: ChatbotRow): Chatbot {
  return {
    id: row.id,
    ...chatbotSettings(row),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toWebhook(row: WebhookRow, encryption: Encryption): Webhook {
  const open = (column: string, sealed: string) =>
    encryption.decrypt(sealed, { rowId: row.id, column })
  return {
    id: row.id,
    chatbotId: row.chatbot_id,
    kind: row.kind,
    temporary: row.temporary === 1,
    ...webhookSettings(row, open),
    state: row.state,
    stateReason: row.state_reason,
    secret: open('secret', row.secret),
    previousSecret:
      row.previous_secret === null ? null : open('previous_secret', row.previous_secret),
    overlapEndsAt: row.overlap_ends_at,
    health: {
      failingSince: row.failing_since,
      consecutiveFailures: row.consecutive_failures,
      lastSuccessAt: row.last_success_at,
      lastFailureAt: row.last_failure_at,
      lastFailure: row.last_failure,
      lastFailureBy: row.last_failure_by,
      lastNote: row.last_note,
    },
    rest: restOf(row),
    restedAt: row.rested_at,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** As it is kept, be it over. */
export function restOf(
  row: Pick<WebhookRow, 'resting_until' | 'probe_at' | 'probe_wanted' | 'rest_reason'>,
): WebhookRest | null {
  const { resting_until, probe_at, probe_wanted, rest_reason } = row
  if (resting_until === null) return null
  return {
    until: resting_until,
    probeAt: probe_at,
    probeWanted: probe_wanted,
    reason: rest_reason ?? '',
  }
}

export function toEvent(row: EventRow): Event {
  return {
    id: row.id,
    chatbotId: row.chatbot_id,
    eventType: row.event_type,
    payload: row.payload,
    createdAt: row.created_at,
  }
}

/** A lead's event is the lead itself, as long as it is there. */
export function eventOfLead(
  row: PayloadColumns & Pick<LeadRow, 'id' | 'chatbot_id' | 'created_at'>,
): EventRow {
  const { chatbot_id, created_at } = row
  const [id, payload] = [eventIdOf(row.id), payloadOfLead(row)]
  return { id, chatbot_id, event_type: LEAD_EVENT, payload, erased: 0, created_at }
}

/** The bytes that were accepted, of the fields that were kept. */
export function payloadOfLead(row: PayloadColumns): string {
  return leadPayloadText({
    conversationId: row.conversation_id,
    customerEmail: row.customer_email,
    customerName: row.customer_name,
    customerPhone: row.customer_phone,
  })
}

type PayloadColumns = Pick<
  LeadRow,
  'conversation_id' | 'customer_email' | 'customer_name' | 'customer_phone'
>

export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    eventId: eventIdOf(row.id),
    webhookId: row.webhook_id,
    chatbotId: row.chatbot_id,
    eventType: row.event_type,
    kind: row.kind,
    state: row.state,
    stateReason: row.state_reason,
    attemptCount: row.attempt_count,
    seriesAttempts: row.series_attempts,
    dueAt: row.state === 'pending' ? row.due_at : null,
    scheduleDueAt: row.state === 'pending' ? row.schedule_due_at : null,
    claimed: row.claimed_by !== null,
    lastStatus: row.last_status,
    lastError: row.last_error,
    durationMs: row.duration_ms ?? null,
    lastNote: row.last_note ?? null,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    updatedAt: row.updated_at,
  }
}

/** What a listener and a stream are told of a delivery. */
export function toDeliveryChange(row: DeliveryRow, at: number): Change {
  return {
    type: 'delivery.updated',
    at,
    chatbotId: row.chatbot_id,
    delivery: {
      id: row.id,
      eventId: eventIdOf(row.id),
      webhookId: row.webhook_id,
      eventType: row.event_type,
      state: row.state,
      attemptCount: row.attempt_count,
      lastStatus: row.last_status,
      lastError: row.last_error,
    },
  }
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    deliveryId: row.delivery_id,
    number: row.number,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    result: row.result,
    status: row.status,
    errorCode: row.error_code,
    error: row.error,
    responseHeaders: JSON.parse(row.response_headers),
    responseBody: row.response_body,
    note: row.note,
  }
}

export function toLead(row: LeadRow): Lead {
  return {
    id: row.id,
    chatbotId: row.chatbot_id,
    conversationId: row.conversation_id,
    eventId: eventIdOf(row.id),
    customerName: row.customer_name,
    customerEmail: row.customer_email,
    customerPhone: row.customer_phone,
    consent: row.consent === null ? null : (JSON.parse(row.consent) as LeadConsent), // by consentText
    extras: row.extras === null ? null : (JSON.parse(row.extras) as LeadExtras), // by extrasText
    createdAt: row.created_at,
  }
}

export function toConversation(row: ConversationRow): Conversation {
  return { id: row.id, chatbotId: row.chatbot_id, createdAt: row.created_at }
}

export function toErasure(row: ErasureRow): Erasure {
  return {
    id: row.id,
    leadId: row.lead_id,
    chatbotId: row.chatbot_id,
    eventId: row.event_id,
    reason: row.reason,
    erasedAt: row.erased_at,
  }
}

export function toRecovery(row: RecoveryRow): Recovery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    since: row.since,
    until: row.until,
    states: JSON.parse(row.states),
    total: row.total,
    done: row.done,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
