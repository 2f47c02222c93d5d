/**
 * The store's contract: what is true on disk. Two implementations pass one suite
 * (`packages/server/test/conformance`).
 *
 * Its promises:
 * - A method that writes resolves after the commit is synced to disk, and rejects with nothing
 *   written (but see `onUncertain`). It rejects with `StoreUnavailable` when the store can't commit now.
 * - What a method writes, it writes whole or not at all.
 * - Calls made while a commit runs share the next one (adaptive group commit): call freely.
 * - A delivery has at most one claim, held by a node whose lease is live. What a node does with a
 *   delivery that it no longer holds changes nothing.
 * - Where somebody listens, nobody else claims (listener-store.ts).
 * - Of a webhook that rests nothing is claimed but one probe at a time (rest.ts).
 * - A transition to `pending` of a delivery whose webhook is not active goes to `parked` instead.
 * - All instants are the store's own clock, Unix milliseconds; all waits are durations, because the
 *   nodes' clocks differ.
 * - Secrets, static headers and URLs are encrypted at rest; above this line they are plain.
 * - An `audit` that is given to a change is written in its commit; a change that is refused (null,
 *   false or a word for why not) leaves none.
 */
import type { Chatbot, LeadForm } from '../chatbot.ts'
import type { Delivery, DeliveryKind, DeliveryState, StateReason } from '../delivery.ts'
import type { ErasureReason, Lead } from '../lead.ts'
import type { Starts, StartsWanted } from '../rate.ts'
import type { Webhook, WebhookState } from '../webhook.ts'
import type { AccessStore, NewAuditEntry } from './access-store.ts'
import type { Change } from './change.ts'
import type { PulledIn, PullInStep, Retention } from './due-times.ts'
import type { ListenerStore } from './listener-store.ts'
import type { ReadStore, Recovery } from './read-store.ts'
import type { RecordInput, RecordResult } from './recording.ts'

export type * from './access-store.ts'
export type * from './change.ts'
export type * from './due-times.ts'
export type * from './listener-store.ts'
export type * from './read-store.ts'
export type * from './recording.ts'

export interface Store
  extends ConfigStore,
    AccessStore,
    IngestStore,
    DeliveryStore,
    NodeStore,
    ListenerStore,
    UpkeepStore,
    ReadStore {
  /**
   * 32 random bytes, made by the first start and the same for every node for as long as the data
   * lives: no change of encryption keys touches them, and a copy takes them along.
   */
  readonly serverSecret: Buffer
  /**
   * Calls `listener` after each commit of this node, once for each thing that changed; of other
   * nodes' commits it tells what concerns webhooks' settings, and with `everywhere` all else too,
   * about a second later.
   */
  onChange(listener: (change: Change) => void, options?: { everywhere?: boolean }): () => void
  /**
   * Calls `listener` when deliveries became claimable by other means than this node's own `accept`
   * and `recordIfLeased`: a resend, a webhook resumed, a recovery, a dead node's, another node's.
   */
  onWaiting(listener: (webhookIds: string[]) => void): () => void
  /**
   * Calls `listener` when a connection broke in a commit: its caller is told `StoreUnavailable`, but
   * it may have been written, and this node may hold claims that it doesn't know of.
   */
  onUncertain(listener: () => void): () => void
  /** Rejects with `StoreUnavailable` when the store can't commit. For `/readyz`. */
  ping(): Promise<void>
  close(): Promise<void>
}

// ─── chatbots and webhooks ────────────────────────────────────────────────────────────────────────

export interface ConfigStore {
  createChatbot(
    chatbot: { id: string; name: string; leadForm: LeadForm; allowedOrigins: string[] },
    audit?: NewAuditEntry,
  ): Promise<Chatbot>
  /** Null: no such chatbot (also below). Fields that are absent stay. */
  updateChatbot(
    id: string,
    change: { name?: string; leadForm?: LeadForm; allowedOrigins?: string[] },
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
}

export interface NewWebhook {
  id: string
  chatbotId: string
  url: string
  eventTypes: string[]
  description: string
  headers: Record<string, string>
  timeoutSeconds: number | null
  maxInFlight: number | null
  ratePerSecond: number | null
  secret: string
  /** Of kind `listen`: away until somebody listens. */
  listen?: { temporary: boolean }
  /** At most so many live webhooks for one chatbot. */
  webhooksMax: number
}

export interface WebhookChange {
  url?: string
  eventTypes?: string[]
  description?: string
  headers?: Record<string, string>
  timeoutSeconds?: number | null
  maxInFlight?: number | null
  ratePerSecond?: number | null
}

// ─── ingest ───────────────────────────────────────────────────────────────────────────────────────

export interface IngestStore {
  /**
   * Stores events, one delivery for each subscribed webhook, the lead and the idempotency record in
   * one commit; all or nothing. Deliveries of active webhooks start `pending` and due now, of others
   * `parked`.
   */
  accept(input: AcceptInput): Promise<AcceptResult>
}

export interface AcceptInput {
  chatbotId: string
  events: NewEvent[]
  idempotency: { route: string; key: string; bodyHash: string; answer: string } | null
  /** Who takes the new deliveries straight into its lanes; null leaves them to be claimed. */
  lease: LeaseOffer | null
  /** Unfinished deliveries; past it nothing is accepted. */
  backlogMax: number
}

export interface NewEvent {
  id: string
  /** Canonical. */
  eventType: string
  /** Canonical JSON text. */
  payload: string
  lead:
    | (Omit<Lead, 'chatbotId' | 'eventId' | 'createdAt'> & {
        /** The conversation is made if the chatbot hasn't got it. */
        conversationId: string
      })
    | null
}

export interface LeaseOffer {
  nodeId: string
  /** Webhooks whose lanes are full: their deliveries stay in the store. */
  except: readonly string[]
}

export type AcceptResult =
  /** `claims` are leased to the offer's node; `waiting` names webhooks with deliveries left to claim. */
  | { kind: 'accepted'; claims: Claim[]; waiting: string[] }
  /** The same key with the same body, within 24 hours: `answer` is what was answered first. */
  | { kind: 'replayed'; answer: string }
  /** The same key with another body. */
  | { kind: 'conflict' }
  /** The same key, but that lead was erased since. */
  | { kind: 'erased' }
  | { kind: 'chatbot_not_found' }
  | { kind: 'backlog_full' }

// ─── deliveries ───────────────────────────────────────────────────────────────────────────────────

/** A delivery that a node may attempt, with all that makes its bytes. */
export interface Claim {
  deliveryId: string
  eventId: string
  webhookId: string
  chatbotId: string
  /** The spelling that goes into the body. */
  eventType: string
  /** JSON text. */
  payload: string
  kind: DeliveryKind
  /** Number of the attempt to come, from 1, over all series. */
  attemptNumber: number
  /** Attempts of this series charged so far. */
  seriesAttempts: number
  /** The one delivery of a webhook that rests, to see whether it takes any. */
  probe?: true
  /** Never attempted, and accepted since its webhook last rested or was paused: goes first. */
  fresh?: true
}

export interface DeliveryStore {
  /**
   * Claims what is due, up to `limit` for each lane, of active webhooks only: oldest due first, but
   * of one that has rested, three of four are what is fresh. Of one that rests now it is one
   * delivery, when a probe is due and nobody holds the one before.
   */
  claimDue(input: { nodeId: string; lanes: LaneAsked[] }): Promise<ClaimResult>
  /** Every active webhook that has unclaimed pending deliveries, and when the first may be claimed. */
  lanesWaiting(): Promise<LaneWaiting[]>
  /**
   * Takes starts from the bucket of a webhook's rate, which all nodes share: one answer for each that
   * is asked for. What is taken stays taken, also when the answer is lost.
   */
  takeStarts(wanted: ({ webhookId: string } & StartsWanted)[]): Promise<Starts[]>
  /** Gives claims back, unattempted and due as before. */
  release(nodeId: string, deliveryIds: string[]): Promise<void>
  /** Writes an attempt and its delivery's next state, only while `nodeId` holds the claim. */
  recordIfLeased(input: RecordInput): Promise<RecordResult>
  /**
   * An event of kind `test` and its one delivery, claimed by `nodeId` at once, whatever the
   * webhook's state. Null: no such webhook.
   */
  createTest(input: {
    nodeId: string
    webhookId: string
    eventId: string
    eventType: string
    payload: string
  }): Promise<Claim | null>
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
}

export interface LaneAsked {
  webhookId: string
  limit: number
  /** After a rest: so many at least of what is not fresh. By default one of four. */
  oldMin?: number
}

export interface ClaimResult {
  claims: Claim[]
  /** For each lane that was asked for: what is left unclaimed there. Null: nothing. */
  left: {
    webhookId: string
    dueInMs: number | null
    /** The webhook rests: nothing is claimed for so long. Absent: it works. */
    restMs?: number
  }[]
}

export interface LaneWaiting {
  webhookId: string
  /** Until the first is due; 0 or less: now. */
  dueInMs: number
}

// ─── nodes and their leases ───────────────────────────────────────────────────────────────────────

export interface NodeStore {
  /** Registers a process that delivers, and takes back what dead nodes held. */
  joinNode(nodeId: string, leaseMs: number): Promise<void>
  /** False: the lease had lapsed and others may hold what it held. Join again under a new id. */
  renewLease(nodeId: string, leaseMs: number): Promise<boolean>
  /** Gives back all it holds. */
  leaveNode(nodeId: string): Promise<void>
  /** Takes back what nodes with a lapsed lease held; how many deliveries. */
  rescueDead(): Promise<number>
  /** Nodes that deliver and whose lease is live: a webhook's window is shared out among them. */
  countLive(): Promise<number>
}

// ─── upkeep: small steps that never hold up the traffic ───────────────────────────────────────────

export interface UpkeepStore {
  /**
   * Moves up to `limit` deliveries to where their webhook's state says: parks, un-parks, cancels;
   * erases leads of deleted chatbots. `moved` below `limit` means that all is settled.
   * `resumed` names webhooks that have new pending deliveries.
   */
  settle(limit: number): Promise<{ moved: number; resumed: string[] }>
  /**
   * Deletes what is older than its retention, and keys' sessions and links that have run out; the
   * audit log stays for `AUDIT_MS`, or for `retentionMs` where that is longer. `deleted` below
   * `limit` means that nothing is left; an erased lead counts as several, because it takes as long.
   */
  prune(policy: Retention): Promise<{ deleted: number }>
  /** After the store's clock was set back; up to `limit` rows (due-times.ts). */
  pullInDue(step: PullInStep): Promise<PulledIn>
  /**
   * Seals anew, with the present key, up to `limit` webhooks that another key sealed, by their ids
   * after `after`. Nothing to do unless this store seals with the key that became the present one
   * last. A webhook that changes meanwhile is left to the next walk.
   */
  reseal(step: { after: string; limit: number }): Promise<ResealResult>
  /** From now on seals with another key. Rejects with `StartError` as opening the store does. */
  useKeys(keys: EncryptionKeys): Promise<void>
  /**
   * Adds minutes that are over to the roll-ups that charts read: a whole number of minutes, about
   * `limit` rows. `more`: call it again.
   */
  rollUp(limit: number): Promise<{ more: boolean }>
  createRecovery(recovery: NewRecovery, audit?: NewAuditEntry): Promise<Recovery | null>
  /** Resends up to `limit` deliveries of unfinished recoveries. */
  continueRecoveries(limit: number): Promise<{ moved: number; resumed: string[] }>
  /**
   * Erases a person: the lead, event payload, answers that may echo it; cancels what waits. That it
   * was erased is remembered. False: there is no such lead.
   */
  eraseLead(leadId: string, reason: ErasureReason, audit?: NewAuditEntry): Promise<boolean>
}

/** 32 bytes each; `opens` open what they sealed, and seal nothing. */
export interface EncryptionKeys {
  seals: Buffer
  opens: readonly Buffer[]
}

export interface ResealResult {
  /** Where the next step goes on; null: that was the last one. */
  next: string | null
  resealed: number
  /** Webhooks with a value that none of our keys opens. */
  unreadable: string[]
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
