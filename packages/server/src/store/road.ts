/**
 * The road: the store's contract with what delivers an event, from the moment in which it is accepted.
 * What owners set up and look at is asked of the desk (desk.ts). Two implementations pass one suite
 * (`packages/server/test/conformance`).
 *
 * Promises of road and desk:
 * - A method that writes resolves after the commit is synced to disk, and rejects with nothing
 *   written (but see `onUncertain`). It rejects with `StoreUnavailable` when the store can't commit now.
 * - What a method writes, it writes whole or not at all.
 * - Calls made while a commit runs share the next one (adaptive group commit): call freely.
 * - A delivery has at most one claim, held by a node whose lease is live. What a node does with a
 *   delivery that it no longer holds changes nothing.
 * - A listener is a node that takes one webhook's deliveries, alone: where somebody listens, nobody
 *   else claims. It claims, records and holds a lease as every node does.
 * - Of a webhook that rests nothing is claimed but one probe at a time (rules/rest.ts).
 * - A transition to `pending` of a delivery whose webhook is not active goes to `parked` instead.
 * - All instants are the store's own clock, Unix milliseconds; all waits are durations, because the
 *   nodes' clocks differ.
 * - Secrets, static headers and URLs are encrypted at rest; above this line they are plain.
 * - An `audit` that is given to a change is written in its commit; a change that is refused (null,
 *   false or a word for why not) leaves none.
 */
import type { NewAuditEntry } from '../audit.ts'
import type { DeliveryKind } from '../delivery.ts'
import type { Lead } from '../lead.ts'
import type { Notice } from '../notice.ts'
import type { Starts, StartsWanted } from '../rate.ts'
import type { Webhook } from '../webhook.ts'
import type { Change } from './change.ts'
import type { PulledIn, PullInStep } from './due-times.ts'
import type { RecordInput, RecordResult } from './recording.ts'

export type * from './change.ts'
export type * from './due-times.ts'
export type * from './recording.ts'

export interface Road {
  // ─── an event's way ─────────────────────────────────────────────────────────────────────────────

  /**
   * Stores events, one delivery for each subscribed webhook, the lead and the idempotency record in
   * one commit; all or nothing. Deliveries of active webhooks start `pending` and due now, of others
   * `parked`.
   */
  accept(input: AcceptInput): Promise<AcceptResult>
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

  // ─── leases: a node's, and a listener's ────────────────────────────────────────────────────────

  /** Registers a process that delivers, and takes back what dead nodes held. */
  joinNode(nodeId: string, leaseMs: number): Promise<void>
  /** False: the lease had lapsed and others may hold what it held. Join again under a new id. */
  renewLease(nodeId: string, leaseMs: number): Promise<boolean>
  /** Gives back all it holds. */
  leaveNode(nodeId: string): Promise<void>
  /**
   * From now on `listenerId` takes this webhook's deliveries; what an earlier one held goes back. An
   * away or disabled webhook becomes active, a paused one stays paused. Null: no such webhook.
   */
  joinListener(listener: ListenerLease, audit?: NewAuditEntry): Promise<Webhook | 'has_url' | null>
  /**
   * Renews its lease and gives back all that it holds: whoever asks for more has nothing in hand, and
   * what an answer that got lost had brought comes again. Null: no such webhook.
   */
  renewListener(listener: ListenerLease): Promise<'renewed' | 'replaced' | 'lapsed' | null>
  /** It goes: what it holds goes back, and the webhook is away. False: it was not the one. */
  leaveListener(listener: Pick<ListenerLease, 'webhookId' | 'listenerId'>): Promise<boolean>
  /**
   * Ends what has lapsed: webhooks whose listener's lease has become away, temporary ones that were
   * away for `removeAfterMs` are deleted, and what dead nodes and listeners held is claimable again.
   */
  sweepLeases(removeAfterMs: number): Promise<LeaseSweep>

  // ─── upkeep: small steps that never hold up the traffic ─────────────────────────────────────────

  /**
   * Moves up to `limit` deliveries to where their webhook's state says: parks, un-parks, cancels;
   * erases leads of deleted chatbots. `moved` below `limit` means that all is settled.
   */
  settle(limit: number): Promise<{ moved: number }>
  /** Resends up to `limit` deliveries of unfinished recoveries. */
  continueRecoveries(limit: number): Promise<{ moved: number }>
  /** Puts up to `limit` accepted leads into the search index, the oldest first. One node at a time. */
  indexLeads(limit: number, bucketLeads?: number): Promise<{ moved: number }>
  /**
   * What may be told now of webhooks, the longest untold first: noted by the commits in which it
   * happened (rules/notices.ts), each type of each webhook once an hour.
   */
  noticesDue(limit: number): Promise<NoticesDue>
  /**
   * Tells `notice`, as it was read, by an event to each webhook of its chatbot that subscribes to its
   * type, but the one that it is about; what was noted since stays for the next time. Without an event
   * it is dropped. `told_meanwhile`: by another node, and nothing is written.
   */
  tellNotice(input: {
    notice: Notice
    event: { id: string; payload: string } | null
  }): Promise<'told' | 'told_meanwhile' | 'nobody'>
  /**
   * Brings forward up to `limit` deliveries that wait for webhooks that are back, or are to be sent by
   * hand (rules/bring-forward.ts). `moved` counts those that it looked at.
   */
  bringForward(limit: number): Promise<{ moved: number }>
  /**
   * Deletes what is older than its retention, and keys' sessions and links that have run out; the
   * audit log stays for `AUDIT_MS`, or for `retentionMs` where that is longer. `deleted` below
   * `limit` means that nothing is left; an erased lead counts as several, because it takes as long.
   */
  prune(policy: Retention): Promise<{ deleted: number }>
  /** After the store's clock was set back; up to `limit` rows (due-times.ts). */
  pullInDue(step: PullInStep): Promise<PulledIn>
  /**
   * Adds minutes that are over to the roll-ups that charts read: a whole number of minutes, about
   * `limit` rows. `more`: call it again.
   */
  rollUp(limit: number): Promise<{ more: boolean }>
  /**
   * Seals anew, with the present key, up to `limit` webhooks that another key sealed, by their ids
   * after `after`. Nothing to do unless this store seals with the key that became the present one
   * last. A webhook that changes meanwhile is left to the next walk.
   */
  reseal(step: { after: string; limit: number }): Promise<ResealResult>

  // ─── signals ────────────────────────────────────────────────────────────────────────────────────

  /**
   * Calls `listener` after each commit of this node, once for each thing that changed, but for what
   * its own `accept` and `recordIfLeased` did; of other nodes' commits it tells what concerns
   * webhooks' settings. With `everywhere` it tells all of it, of other nodes about a second later.
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
    | (Omit<Lead, 'id' | 'chatbotId' | 'eventId' | 'createdAt'> & {
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
  /** Absent: its body has the guide's form. */
  shaped?: Shaped
  /** The one delivery of a webhook that rests, to see whether it takes any. */
  probe?: true
  /** Never attempted, and accepted since its webhook last rested or was paused: goes first. */
  fresh?: true
}

/** Of a body that has another form than the guide's: all else that makes its bytes. */
export interface Shaped {
  /** JSON of its shape (wants/shape.ts). */
  shape: string
  /** When its event was accepted. */
  acceptedAt: number
  /** Null: it is of no lead. */
  lead: Pick<Lead, 'consent' | 'extras'> | null
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

export interface ListenerLease {
  webhookId: string
  listenerId: string
  leaseMs: number
}

export interface NoticesDue {
  notices: Notice[]
  /** Until the next one of those that are noted already may be told; null: there is none. */
  nextInMs: number | null
}

export interface LeaseSweep {
  /** Deliveries that dead nodes held. */
  rescued: number
  /** Nodes that deliver and whose lease is live: a webhook's window is shared out among them. */
  liveNodes: number
  /** Webhooks whose listener went. */
  away: string[]
  removed: string[]
}

/** What `prune` deletes. */
export interface Retention {
  retentionMs: number
  leadRetentionMs: number | null
  limit: number
  /** By so much the store's clock may be ahead of the time: what is deleted is older by it. */
  aheadMs?: number
}

export interface ResealResult {
  /** Where the next step goes on; null: that was the last one. */
  next: string | null
  resealed: number
  /** Webhooks with a value that none of our keys opens. */
  unreadable: string[]
}
