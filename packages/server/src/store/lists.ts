/** What lists, details and charts are asked by, and what they answer. */
import type { ApiKey } from '../access.ts'
import type { AuditAction, AuditEntry } from '../audit.ts'
import type { Chatbot } from '../chatbot.ts'
import type { Attempt, Delivery, DeliveryState } from '../delivery.ts'
import type { Event } from '../event.ts'
import type { IdKind } from '../id.ts'
import type { Erasure, Lead } from '../lead.ts'
import type { Webhook, WebhookRest, WebhookState } from '../webhook.ts'

/** Newest first. `after` is the last id of the page before. One more than `limit` is never read. */
export interface Page {
  limit: number
  after: string | null
}

/** A page that ends where it would be too large, be it shorter than `limit` then. */
export interface BoundedPage extends Page {
  /** Of the rows together, about; a page has one row at least. What is beyond is not loaded. */
  bytesMax: number
}

/** `more`: others follow. A page that is shorter than its limit says nothing of that. */
export interface PageRead<Row> {
  rows: Row[]
  more: boolean
}

/** Every list that is read page by page: what narrows it, and what it is a list of. */
export interface PagedLists {
  chatbots: { filter: Record<never, never>; row: Chatbot }
  webhooks: { filter: WebhookFilter; row: Webhook }
  deliveries: { filter: DeliveryFilter; row: Delivery }
  leads: { filter: LeadFilter; row: Lead }
  erasures: { filter: ErasureFilter; row: Erasure }
  apiKeys: { filter: ApiKeyFilter; row: ApiKey }
  audit: { filter: AuditFilter; row: AuditEntry }
  attempts: { filter: { deliveryId: string }; row: Attempt }
}

/** For callers that count pages. What is skipped is walked: bound it. */
export interface CountedPage {
  limit: number
  skip: number
}

export interface DeliveryDetail {
  delivery: Delivery
  /** The newest `ATTEMPTS_SHOWN_MAX`, oldest first. */
  attempts: Attempt[]
  payload: string
  /** The payload was erased with its lead. */
  erased: boolean
  /** Null: deleted. */
  webhook: Webhook | null
}

/** What is told of a webhook beside each of its deliveries. */
export interface WebhookGlimpse {
  /** Null: it was deleted before this was kept. */
  url: string | null
  state: WebhookState | 'deleted'
  rest: WebhookRest | null
}

export interface DeliveryFilter {
  chatbotId?: string
  webhookId?: string
  eventId?: string
  eventType?: string
  state?: DeliveryState
  /** Created in [from, to). */
  from?: number
  to?: number
  /** An id, an email or a phone exactly, or the beginning of a name. */
  q?: string
}

export interface LeadFilter {
  chatbotId?: string
  from?: number
  to?: number
  q?: string
}

export interface ConversationFilter {
  chatbotId: string
  /** Begun in [from, to). */
  from?: number
  to?: number
}

export interface AuditFilter {
  chatbotId?: string
  action?: AuditAction
  actor?: string
  /** Done in [from, to). */
  from?: number
  to?: number
}

/** What was not kept any longer is null or missing; of each delivery's attempts the newest. */
export interface LeadRecord {
  lead: Lead
  conversation: { id: string; createdAt: number } | null
  event: Event | null
  deliveries: { delivery: Delivery; attempts: Attempt[]; webhook: Webhook | null }[]
}

export interface WebhookFilter {
  chatbotId?: string
  /** Each of these texts stands in its `metadata`, under its name. */
  metadata?: readonly (readonly [name: string, text: string])[]
}

export interface ApiKeyFilter {
  chatbotId?: string
}

export interface ErasureFilter {
  chatbotId?: string
  /** Erased in [from, to). */
  from?: number
  to?: number
}

/** What an id of a route may name. */
export type OwnedKind = Extract<
  IdKind,
  'chatbot' | 'webhook' | 'event' | 'delivery' | 'lead' | 'recovery' | 'key'
>

export interface StatsQuery {
  chatbotId?: string
  webhookId?: string
  from: number
  to: number
  /** A whole number of minutes. */
  stepMs: number
}

export interface Stats {
  /** Unfinished now. */
  current: { pending: number; parked: number }
  totals: StatsCounts
  /** Ascending; steps without anything are left out. */
  series: ({ at: number } & StatsCounts)[]
}

export interface StatsCounts {
  /** Deliveries made, by the minute they were accepted. */
  accepted: number
  /** Deliveries that ended so, by the minute they ended. */
  delivered: number
  exhausted: number
  cancelled: number
  attempts: number
  failedAttempts: number
  /** Durations of attempts; null without any. From a histogram: bounds in `latency.ts`. */
  latencyMs: { p50: number; p95: number; p99: number } | null
}
