/**
 * The desk: the store's contract with the API and the command line. What owners set up, ask for and
 * look at; what delivers is the road (road.ts), whose promises hold here too.
 *
 * It is written once above both engines (desk/): an engine only runs typed operations and queries.
 */
import type { ApiKey, OwnerLink, Session } from '../access.ts'
import type { AuditEntry, NewAuditEntry } from '../audit.ts'
import type { Chatbot, ChatbotSettings } from '../chatbot.ts'
import type { Delivery, DeliveryState, StateReason } from '../delivery.ts'
import type { Conversation, Erasure, ErasureReason, ListedLead } from '../lead.ts'
import type { Webhook, WebhookSettings, WebhookState } from '../webhook.ts'
import type { ChangePage, ChangePlace } from './change.ts'
import type {
  ApiKeyFilter,
  AuditFilter,
  BoundedPage,
  BulkAction,
  BulkFilter,
  BulkKind,
  ChatbotFilter,
  ConversationFilter,
  CountedPage,
  DeliveryDetail,
  DeliveryFilter,
  ErasureFilter,
  EventDetail,
  GivenUp,
  GivenUpFilter,
  LeadFilter,
  LeadGlimpse,
  LeadRecord,
  LeadStats,
  LeadStatsQuery,
  OwnedKind,
  Page,
  PagedLists,
  PageRead,
  Stats,
  StatsQuery,
  WebhookFilter,
  WebhookGlimpse,
  WebhookHealth,
  WebhookStats,
} from './lists.ts'

export type { NewAuditEntry } from '../audit.ts'
export type * from './lists.ts'

export interface Desk {
  // ─── chatbots and webhooks ──────────────────────────────────────────────────────────────────────

  /**
   * With `once` (also below): if the same was asked before, what was made then, as it is now. It has
   * another id than the one that is given here, and the audit log gets no entry.
   */
  createChatbot(
    chatbot: { id: string; once?: Once | null } & ChatbotSettings,
    audit?: NewAuditEntry,
  ): Promise<Chatbot | OnceRefusal>
  /**
   * Null: no such chatbot (also below). Fields that are absent stay. `versions`: only if its settings
   * are still of one of these; looked at in the transaction that changes them (also below).
   */
  updateChatbot(
    id: string,
    change: Partial<ChatbotSettings>,
    audit?: NewAuditEntry,
    versions?: readonly string[],
  ): Promise<Chatbot | 'other_version' | null>
  /**
   * Gone at once for whoever reads, with its webhooks, leads, events, deliveries, keys, sessions and
   * links; `settle` cancels deliveries and erases leads.
   */
  deleteChatbot(
    id: string,
    audit?: NewAuditEntry,
    versions?: readonly string[],
  ): Promise<boolean | 'other_version'>

  createWebhook(
    webhook: NewWebhook,
    audit?: NewAuditEntry,
  ): Promise<Webhook | 'chatbot_not_found' | 'too_many_webhooks' | OnceRefusal>
  updateWebhook(
    id: string,
    change: WebhookChange,
    audit?: NewAuditEntry,
    versions?: readonly string[],
  ): Promise<Webhook | 'other_version' | null>
  /** Waiting deliveries are cancelled by `settle`; finished ones stay readable. */
  deleteWebhook(
    id: string,
    audit?: NewAuditEntry,
    versions?: readonly string[],
  ): Promise<boolean | 'other_version'>
  /**
   * The old secret becomes the previous one until `overlapMs` from now; 0: no overlap.
   * `overlap_running`: an earlier rotation's overlap has not ended.
   */
  rotateSecret(
    id: string,
    rotation: { secret: string; overlapMs: number },
    audit?: NewAuditEntry,
  ): Promise<Webhook | 'overlap_running' | null>
  finishRotation(id: string, audit?: NewAuditEntry): Promise<Webhook | null>
  /**
   * Pause (`paused`) or resume (`active`; `away` where it takes a listener and has none). Waiting
   * deliveries are moved by `settle`; from this commit on none of them is claimed while the webhook
   * isn't active.
   */
  setWebhookState(
    id: string,
    state: WebhookState,
    reason: string | null,
    audit?: NewAuditEntry,
  ): Promise<Webhook | null>

  // ─── keys, sessions and links; tokens come as their SHA-256 ─────────────────────────────────────

  createApiKey(
    key: NewApiKey,
    audit?: NewAuditEntry,
  ): Promise<ApiKey | 'chatbot_not_found' | OnceRefusal>
  /** Ends, in the same commit, the sessions and links that go with it. */
  deleteApiKey(id: string, audit?: NewAuditEntry): Promise<boolean>
  findApiKey(hash: string): Promise<ApiKey | null>
  /** Notes a use; of uses within a minute only the first is written. */
  touchApiKey(id: string): Promise<void>

  createOwnerLink(
    link: NewOwnerLink,
    audit?: NewAuditEntry,
  ): Promise<OwnerLink | 'chatbot_not_found' | OnceRefusal>
  /** Null: its key is gone. */
  startSession(session: NewSession, audit?: NewAuditEntry): Promise<Session | null>
  /**
   * Starts a session by a link, which is gone with it. Null: it was used, has run out, or was made
   * with a root key that is not this one any more.
   */
  startSessionByLink(
    session: NewLinkSession,
    audit?: Omit<NewAuditEntry, 'actor' | 'chatbotId'>,
  ): Promise<Session | null>
  /** Null: ended, run out, or never there. */
  findSession(hash: string): Promise<Session | null>
  /** Moves its expiry on, to `idleMs` from now but not past its end; by a minute or more. */
  touchSession(id: string, idleMs: number): Promise<void>
  endSession(id: string, audit?: NewAuditEntry): Promise<boolean>

  /** Tells of what changed nothing: something was shown. */
  keepAudit(entry: NewAuditEntry): Promise<void>

  // ─── deliveries and people ──────────────────────────────────────────────────────────────────────

  /**
   * Of what is over: a new series of attempts, due now. What waits for its time is sent now, as an extra
   * attempt, and through a rest of its webhook. `wrong_state` while an attempt is on its way, and of
   * what is parked.
   */
  resend(
    deliveryId: string,
    audit?: NewAuditEntry,
  ): Promise<Delivery | 'wrong_state' | 'webhook_deleted' | 'erased' | null>
  /**
   * What waits for a webhook becomes due, paced, as by `resend`: the road does it in small steps
   * (`bringForward`). The count is of this moment. `wrong_state`: it is not active.
   */
  sendWaiting(
    webhookId: string,
    audit?: NewAuditEntry,
  ): Promise<{ count: number } | 'wrong_state' | null>
  /** An attempt that is on its way is still recorded, but changes the state no more. */
  cancel(
    deliveryId: string,
    reason: StateReason,
    audit?: NewAuditEntry,
  ): Promise<Delivery | 'wrong_state' | null>
  /** Done in steps by `continueBulk`. What matches is walked newest first; what comes later is no part. */
  createBulk(bulk: NewBulk, audit?: NewAuditEntry): Promise<BulkAction | OnceRefusal>
  /** What was done stays done. */
  stopBulk(id: string, audit?: NewAuditEntry): Promise<BulkAction | null>
  getBulk(id: string): Promise<BulkAction | null>
  /** One step of the oldest that is not over, of at most `room` that go out; held while there is none. */
  continueBulk(room: () => Promise<number>): Promise<{ moved: number; isHeld: boolean }>
  /**
   * One event to one webhook of its chatbot that has no delivery of it, subscribed or not; or once more
   * to where `insteadOf` went, in the present shape, as another delivery of the same event.
   */
  sendEvent(
    event: { eventId: string; webhookId: string; insteadOf?: string },
    audit?: NewAuditEntry,
  ): Promise<
    | Delivery
    | { kind: 'had_it'; deliveryId: string }
    | 'event_not_found'
    | 'webhook_not_found'
    | 'erased'
    | 'is_test'
    | 'too_many'
    | 'wrong_state'
  >
  createRecovery(
    recovery: NewRecovery,
    audit?: NewAuditEntry,
  ): Promise<Recovery | OnceRefusal | null>
  /**
   * What of a webhook was given up before `until` (null: up to now) counts no more as such. Never
   * further than now, and never back. Null: no such webhook.
   */
  setAside(webhookId: string, until: number | null, audit?: NewAuditEntry): Promise<SetAside | null>
  /**
   * Erases a person: the lead, event payload, answers that may echo it; cancels what waits. That it
   * was erased is remembered. False: there is no such lead.
   */
  eraseLead(leadId: string, reason: ErasureReason, audit?: NewAuditEntry): Promise<boolean>

  // ─── keys that seal ─────────────────────────────────────────────────────────────────────────────

  /** From now on seals with another key. Rejects with `StartError` as opening the store does. */
  useKeys(keys: EncryptionKeys): Promise<void>

  // ─── lists, details and charts ──────────────────────────────────────────────────────────────────
  // Answers come from one state of the database each, at least as new as the last write that this
  // node saw committed.

  /**
   * For whoever reads for somebody outside, whose rows may be of any size. The lists below read
   * pages whole.
   */
  readPage<Name extends keyof PagedLists>(
    list: Name,
    filter: PagedLists[Name]['filter'],
    page: BoundedPage,
  ): Promise<PageRead<PagedLists[Name]['row']>>
  getChatbot(id: string): Promise<Chatbot | null>
  listChatbots(page: Page, filter?: ChatbotFilter): Promise<Chatbot[]>
  getWebhook(id: string): Promise<Webhook | null>
  listWebhooks(filter: WebhookFilter, page: Page): Promise<Webhook[]>
  /** Each that is named, be it there, deleted, or never there. */
  glimpseWebhooks(ids: readonly string[]): Promise<ReadonlyMap<string, WebhookGlimpse>>
  /** Of these events those that are leads', by the events' ids. */
  glimpseLeads(eventIds: readonly string[]): Promise<ReadonlyMap<string, LeadGlimpse>>
  getEvent(id: string): Promise<EventDetail | null>
  getDelivery(id: string): Promise<DeliveryDetail | null>
  listDeliveries(filter: DeliveryFilter, page: Page): Promise<Delivery[]>
  getLead(id: string): Promise<ListedLead | null>
  listLeads(filter: LeadFilter, page: Page | CountedPage): Promise<ListedLead[]>
  /** Newest first. */
  listConversations(filter: ConversationFilter, page: CountedPage): Promise<Conversation[]>
  /** All that is kept about one person, from one state of the database. */
  getLeadRecord(id: string): Promise<LeadRecord | null>
  listErasures(filter: ErasureFilter, page: Page): Promise<Erasure[]>
  getRecovery(id: string): Promise<Recovery | null>
  givenUp(filter: GivenUpFilter): Promise<GivenUp>
  webhookHealth(
    webhookId: string,
    span: Pick<StatsQuery, 'from' | 'to' | 'stepMs'>,
  ): Promise<WebhookHealth | null>
  /** Of each, in their order. */
  webhookStats(
    webhookIds: readonly string[],
    span: Pick<StatsQuery, 'from' | 'to' | 'stepMs'>,
  ): Promise<WebhookStats[]>
  stats(query: StatsQuery): Promise<Stats>
  leadStats(query: LeadStatsQuery): Promise<LeadStats>
  listApiKeys(filter: ApiKeyFilter, page: Page): Promise<ApiKey[]>
  listAudit(filter: AuditFilter, page: Page): Promise<AuditEntry[]>
  /** Who made the settings of a chatbot or webhook what they are; null: nobody knows any more. */
  settingsChange(target: { id: string; version: string }): Promise<SettingsChange | null>
  /** The chatbot that it belongs to; null: there is no such thing, or it is no chatbot's. */
  chatbotOf(kind: OwnedKind, id: string): Promise<string | null>
  /** Unfinished deliveries now. */
  backlog(): Promise<number>
  /**
   * What changed at or after an instant, or after a page, oldest first, up to `limit`: each change
   * once, but a delivery may have several. For the stream.
   */
  changesSince(since: number | ChangePlace, limit: number): Promise<ChangePage>
}

export interface NewBulk {
  id: string
  kind: BulkKind
  /** Null: of all chatbots. */
  chatbotId: string | null
  /** Of a backfill: to which. */
  webhookId: string | null
  filter: BulkFilter
  /** Only counted. */
  dryRun: boolean
  once?: Once | null
}

/** A call that its caller may repeat for 24 hours, and that makes one thing all the same. */
export interface Once {
  /** A chatbot; empty: the server. */
  scope: string
  route: string
  /** The caller's own. */
  key: string
  /** What was asked, in one spelling. */
  body: string
}

/** The same key with another body; or what was made with it is gone. */
export type OnceRefusal = 'idempotency_conflict' | 'already_deleted'

export interface NewWebhook extends WebhookSettings {
  id: string
  chatbotId: string
  secret: string
  /** Of kind `listen`: away until somebody listens. */
  listen?: { temporary: boolean }
  /** At most so many live webhooks for one chatbot. */
  webhooksMax: number
  once?: Once | null
}

/** As the audit log has it. */
export interface SettingsChange extends Pick<AuditEntry, 'at' | 'actor' | 'sessionId'> {
  /** Of the key that did it; null: it was no key, or it was revoked since. */
  key: { name: string; chatbotId: string | null } | null
}

/** What is absent stays. */
export type WebhookChange = Partial<WebhookSettings>

export interface NewApiKey {
  id: string
  name: string
  chatbotId: string | null
  hash: string
  once?: Once | null
}

export interface NewOwnerLink {
  id: string
  chatbotId: string
  hash: string
  mintedBy: string
  lifeMs: number
  once?: Once | null
}

export interface NewSession {
  id: string
  hash: string
  chatbotId: string | null
  actor: string
  mintedBy: string
  idleMs: number
  lifeMs: number
}

export interface NewLinkSession extends Pick<NewSession, 'id' | 'hash' | 'idleMs' | 'lifeMs'> {
  linkHash: string
  /** Links that were made with another root key count no more. */
  rootMark: string
}

/** 32 bytes each; `opens` open what they sealed, and seal nothing. */
export interface EncryptionKeys {
  seals: Buffer
  opens: readonly Buffer[]
}

export interface NewRecovery {
  id: string
  webhookId: string
  /** Deliveries that finished in [since, until). */
  since: number
  until: number
  states: DeliveryState[]
  /** Only those that were answered so last, or that failed so. */
  lastStatus?: number
  lastError?: string
  /** Count only; nothing is written and `id` leads nowhere. */
  dryRun: boolean
  once?: Once | null
}

export interface SetAside {
  count: number
  /** There were more than `count`: that is as far as they were counted. */
  more: boolean
  setAsideUntil: number
}

export interface Recovery {
  id: string
  webhookId: string
  since: number
  until: number
  states: DeliveryState[]
  total: number
  done: number
  createdAt: number
  finishedAt: number | null
}
