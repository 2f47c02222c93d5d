/** What lists, details and charts are asked by, and what they answer. */

import type { ApiKey } from '../access.ts'
import type { AuditAction, AuditEntry } from '../audit.ts'
import type { Chatbot } from '../chatbot.ts'
import type { Attempt, Delivery, DeliveryState } from '../delivery.ts'
import type { Event } from '../event.ts'
import type { IdKind } from '../id.ts'
import type { Erasure, LeadState, ListedLead } from '../lead.ts'
import type { StatusClass } from '../outcome.ts'
import type { Format } from '../wants/shape.ts'
import type { Webhook, WebhookKind, WebhookRest, WebhookState } from '../webhook.ts'
import type { Shaped } from './road.ts'

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
  chatbots: { filter: ChatbotFilter; row: Chatbot }
  webhooks: { filter: WebhookFilter; row: Webhook }
  deliveries: { filter: DeliveryFilter; row: Delivery }
  leads: { filter: LeadFilter; row: ListedLead }
  erasures: { filter: ErasureFilter; row: Erasure }
  apiKeys: { filter: ApiKeyFilter; row: ApiKey }
  audit: { filter: AuditFilter; row: AuditEntry }
  attempts: { filter: { deliveryId: string }; row: Attempt }
  events: { filter: EventFilter; row: ListedEvent }
  bulks: { filter: BulkListFilter; row: BulkAction }
}

export interface EventFilter {
  chatbotId?: string
  /** In whichever spelling: an event has the canonical one. */
  eventType?: string
  /** Created in [from, to). */
  from?: number
  to?: number
}

export interface ListedEvent extends Event {
  /** The payload was erased with its lead. */
  erased: boolean
}

/** For callers that count pages. What is skipped is walked: bound it. */
export interface CountedPage {
  limit: number
  skip: number
}

export interface EventDetail extends Event {
  erased: boolean
  deliveries: Delivery[]
  /** Which webhooks' filters keep it back, and why. */
  keptBack: { webhookId: string; reason: string }[]
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
  /** Null: its body has the guide's form. */
  shaped: Shaped | null
  /** Its webhook's bodies have another shape by now. */
  shapeChanged: boolean
}

/** What is told of a webhook beside each of its deliveries. */
export interface WebhookGlimpse {
  /** Null: it was deleted before this was kept. */
  url: string | null
  format: Format
  state: WebhookState | 'deleted'
  rest: WebhookRest | null
}

/** Whose event a delivery is of. */
export interface LeadGlimpse {
  id: string
  customerName: string
  customerEmail: string
}

export interface ChatbotFilter {
  /** Its id, or a part of its name. */
  q?: string
}

export interface DeliveryFilter {
  chatbotId?: string
  webhookId?: string
  eventId?: string
  eventType?: string
  /** In one of these. */
  states?: readonly DeliveryState[]
  /** Of those given up: neither resent nor set aside. With no state but `exhausted`. */
  givenUp?: true
  /** Of those that are not delivered: what the endpoint answered last, or else what went wrong. */
  lastStatus?: number | StatusClass
  lastError?: string
  /** Created in [from, to). */
  from?: number
  to?: number
  /** An id, or a person by what reading/searching/terms.ts says. */
  q?: string
}

export type BulkKind = 'resend' | 'cancel' | 'backfill'

/** Which deliveries, or of a backfill which events. */
export interface BulkFilter extends DeliveryFilter {
  /** These, and nothing else. */
  ids?: readonly string[]
  /** Of a backfill; else the webhook's. */
  eventTypes?: readonly string[]
  /** Of a backfill: also what the webhook's filter keeps back. */
  ignoreFilter?: boolean
  /** Of a backfill: how old they may be when their turn comes. */
  keptMs?: number
}

export interface BulkListFilter {
  chatbotId?: string
  /** Not over; false: over. */
  running?: boolean
}

export interface BulkAction {
  id: string
  kind: BulkKind
  chatbotId: string | null
  webhookId: string | null
  /** How many there were when it began. */
  total: number
  /** There were more than `total`. */
  more: boolean
  done: number
  /** Their state did not allow it any more. */
  skipped: number
  /** Ended before its end. */
  stopped: boolean
  createdAt: number
  finishedAt: number | null
}

/** Whose given up deliveries are counted. */
export interface GivenUpFilter {
  chatbotId?: string
  webhookId?: string
}

/** What was given up, and neither resent nor set aside. */
export interface GivenUp {
  count: number
  /** There are more than `count`: that is as far as they were counted. */
  more: boolean
  /** Those of which one was given up last before the others. */
  webhooks: GivenUpOf[]
  /** Other webhooks have some, too. */
  moreWebhooks: boolean
}

export interface GivenUpOf {
  webhookId: string
  chatbotId: string
  kind: WebhookKind
  url: string
  format: Format
  count: number
  more: boolean
  oldestAt: number
  newestAt: number
  setAsideUntil: number | null
}

/** How one webhook fares: its counts over a span, and what is with it now. */
export interface WebhookHealth extends WebhookFailures {
  stats: Stats
  /** Null: nothing was, or all of it was resent or set aside. */
  givenUp: GivenUpOf | null
}

export interface WebhookFailures {
  waiting: WaitingCounts
  /** By its filter, in the span. */
  keptBack: { count: number; more: boolean }
  /** What went wrong with deliveries of events that are not delivered yet, or given up. */
  errors: ErrorGroup[]
  /** There are more than were looked at: those are the newest. */
  moreErrors: boolean
  /** Newest first, a few. */
  lastDelivered: Delivery[]
  lastFailed: Delivery[]
}

export interface WaitingCounts {
  /** Never attempted. */
  fresh: number
  retrying: number
  onHold: number
  /** There are more: that is as far as they were counted. */
  more: boolean
}

/** Deliveries with one answer, or, where none came, with one error. */
export interface ErrorGroup {
  status: number | null
  /** The newest one's, as a sentence. */
  error: string
  count: number
  givenUp: number
  retrying: number
  onHold: number
  /** When the first of these deliveries was accepted. */
  firstAt: number
  /** When the last of these attempts failed. */
  lastAt: number
  /** The newest. */
  deliveryId: string
}

/** What a list shows of each webhook. */
export interface WebhookStats {
  stats: Omit<Stats, 'current'>
  givenUp: { count: number; more: boolean }
}

export interface LeadFilter {
  chatbotId?: string
  /** Of its deliveries the one in the worst state, which is one of these. `none`: no delivery is known. */
  deliveryStates?: readonly (LeadState | 'none')[]
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
  lead: ListedLead
  conversation: { id: string; createdAt: number } | null
  event: Event | null
  deliveries: { delivery: Delivery; attempts: Attempt[]; webhook: Webhook | null }[]
}

export interface WebhookFilter {
  chatbotId?: string
  /** Only those that don't get what they should at this instant: paused, disabled, failing, resting, or of doubt. */
  troubledAt?: number
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

export interface LeadStatsQuery {
  chatbotId?: string
  /** Left in [from, to). */
  from: number
  to: number
}

export interface LeadStats {
  count: number
  /** There are more than `count`: that is as far as they were counted. */
  more: boolean
  /** Of those counted; first the one with the most. */
  chatbots: { chatbotId: string; name: string; count: number }[]
  /** Others have some, too. */
  moreChatbots: boolean
  /** So many, the newest of them, were followed to their deliveries. */
  sampled: number
  /** Of those, by the worst state of their deliveries. */
  states: Record<LeadState | 'none', number>
}

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
