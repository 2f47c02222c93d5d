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
import type { Event } from '../event.ts'
import type { Conversation, Erasure, ErasureReason, Lead } from '../lead.ts'
import type { Webhook, WebhookSettings, WebhookState } from '../webhook.ts'
import type { ChangePage, ChangePlace } from './change.ts'
import type {
  ApiKeyFilter,
  AuditFilter,
  BoundedPage,
  ConversationFilter,
  CountedPage,
  DeliveryDetail,
  DeliveryFilter,
  ErasureFilter,
  LeadFilter,
  LeadRecord,
  OwnedKind,
  Page,
  PagedLists,
  PageRead,
  Stats,
  StatsQuery,
  WebhookFilter,
  WebhookGlimpse,
} from './lists.ts'

export type { NewAuditEntry } from '../audit.ts'
export type * from './lists.ts'

export interface Desk {
  // ─── chatbots and webhooks ──────────────────────────────────────────────────────────────────────

  createChatbot(chatbot: { id: string } & ChatbotSettings, audit?: NewAuditEntry): Promise<Chatbot>
  /** Null: no such chatbot (also below). Fields that are absent stay. */
  updateChatbot(
    id: string,
    change: Partial<ChatbotSettings>,
    audit?: NewAuditEntry,
  ): Promise<Chatbot | null>
  /**
   * Gone at once for whoever reads, with its webhooks, leads, events, deliveries, keys, sessions and
   * links; `settle` cancels deliveries and erases leads.
   */
  deleteChatbot(id: string, audit?: NewAuditEntry): Promise<boolean>

  createWebhook(
    webhook: NewWebhook,
    audit?: NewAuditEntry,
  ): Promise<Webhook | 'chatbot_not_found' | 'too_many_webhooks'>
  updateWebhook(id: string, change: WebhookChange, audit?: NewAuditEntry): Promise<Webhook | null>
  /** Waiting deliveries are cancelled by `settle`; finished ones stay readable. */
  deleteWebhook(id: string, audit?: NewAuditEntry): Promise<boolean>
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

  createApiKey(key: NewApiKey, audit?: NewAuditEntry): Promise<ApiKey | 'chatbot_not_found'>
  /** Ends, in the same commit, the sessions and links that go with it. */
  deleteApiKey(id: string, audit?: NewAuditEntry): Promise<boolean>
  findApiKey(hash: string): Promise<ApiKey | null>
  /** Notes a use; of uses within a minute only the first is written. */
  touchApiKey(id: string): Promise<void>

  createOwnerLink(
    link: NewOwnerLink,
    audit?: NewAuditEntry,
  ): Promise<OwnerLink | 'chatbot_not_found'>
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
   * A new series of attempts, due now. `wrong_state` too while the attempt of a cancelled delivery
   * is still on its way.
   */
  resend(
    deliveryId: string,
    audit?: NewAuditEntry,
  ): Promise<Delivery | 'wrong_state' | 'webhook_deleted' | 'erased' | null>
  /** An attempt that is on its way is still recorded, but changes the state no more. */
  cancel(
    deliveryId: string,
    reason: StateReason,
    audit?: NewAuditEntry,
  ): Promise<Delivery | 'wrong_state' | null>
  createRecovery(recovery: NewRecovery, audit?: NewAuditEntry): Promise<Recovery | null>
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
  listChatbots(page: Page): Promise<Chatbot[]>
  getWebhook(id: string): Promise<Webhook | null>
  listWebhooks(filter: WebhookFilter, page: Page): Promise<Webhook[]>
  /** Each that is named, be it there, deleted, or never there. */
  glimpseWebhooks(ids: readonly string[]): Promise<ReadonlyMap<string, WebhookGlimpse>>
  getEvent(id: string): Promise<(Event & { erased: boolean; deliveries: Delivery[] }) | null>
  getDelivery(id: string): Promise<DeliveryDetail | null>
  listDeliveries(filter: DeliveryFilter, page: Page): Promise<Delivery[]>
  getLead(id: string): Promise<Lead | null>
  listLeads(filter: LeadFilter, page: Page | CountedPage): Promise<Lead[]>
  /** Newest first. */
  listConversations(filter: ConversationFilter, page: CountedPage): Promise<Conversation[]>
  /** All that is kept about one person, from one state of the database. */
  getLeadRecord(id: string): Promise<LeadRecord | null>
  listErasures(filter: ErasureFilter, page: Page): Promise<Erasure[]>
  getRecovery(id: string): Promise<Recovery | null>
  stats(query: StatsQuery): Promise<Stats>
  listApiKeys(filter: ApiKeyFilter, page: Page): Promise<ApiKey[]>
  listAudit(filter: AuditFilter, page: Page): Promise<AuditEntry[]>
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

export interface NewWebhook extends WebhookSettings {
  id: string
  chatbotId: string
  secret: string
  /** Of kind `listen`: away until somebody listens. */
  listen?: { temporary: boolean }
  /** At most so many live webhooks for one chatbot. */
  webhooksMax: number
}

/** What is absent stays. */
export type WebhookChange = Partial<WebhookSettings>

export interface NewApiKey {
  id: string
  name: string
  chatbotId: string | null
  hash: string
}

export interface NewOwnerLink {
  id: string
  chatbotId: string
  hash: string
  mintedBy: string
  lifeMs: number
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
  /** Count only; nothing is written and `id` leads nowhere. */
  dryRun: boolean
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
