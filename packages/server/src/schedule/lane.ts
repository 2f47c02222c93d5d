/**
 * A lane: one webhook's own queue and window of open requests inside this node. What it learns from
 * its answers concerns nobody else; that is what keeps a hanging endpoint from hurting the others.
 *
 * The window starts small and doubles with each success, up to the webhook's limit; a timeout or a
 * connect fault makes it 1 until an attempt succeeds. An answer that asks for less narrows it by a
 * quarter, and from then on it opens by one with each success; how many a second, learnt-rate.ts tells.
 * A lane is trusted once its endpoint has answered in good time, and no longer when it lets a request
 * wait: see slots.ts.
 *
 * That its webhook rests is the store's word (store/rules/rest.ts), for all nodes. A lane that has heard of
 * it holds nothing but the probe that the store handed out.
 */
import { asksToWait, isStrained, type SendResult } from '../outcome.ts'
import type { Claim } from '../store/road.ts'
import type { Webhook } from '../webhook.ts'
import { ClaimQueue } from './claim-queue.ts'
import { LearntRate } from './learnt-rate.ts'
import { Pace } from './pace.ts'

const WINDOW_FIRST = 4
/** Claims held ready for each open request: a claim costs a round trip to the store. */
const QUEUE_PER_WINDOW = 8
const QUIET_MS_FIRST = 500
const QUIET_MS_MAX = 60_000
/** Claims of an endpoint that is paced: of so long. */
const QUEUE_PACED_MS = 2_000
/** Of the window, after an answer that asks for less. */
const NARROWED_TO = 0.75

export interface WindowLimits {
  /** Requests open at a time for a webhook without a limit of its own, over all nodes. */
  windowMax: number
  /** Nodes that deliver: the window is shared out among them. */
  nodes: number
}

interface Aim {
  url: string | null
  rests: number
}

export class Lane {
  readonly webhookId: string
  /** Null until loaded, and again when its settings changed: nothing is sent by old ones. */
  webhook: Webhook | null = null
  /** Counts the changes of the settings, so that a load that was overtaken is thrown away. */
  settingsVersion = 0
  loading = false
  open = 0
  window = WINDOW_FIRST
  trusted = false
  /** After a timeout or connect fault, until a success. */
  faulted = false
  /** Monotonic ms from which the store has something due for this lane; Infinity: nothing. */
  dueAt = Number.POSITIVE_INFINITY
  /**
   * Monotonic ms until which nothing is sent: the fault was ours, so all of its requests share it. Or
   * its endpoint asked for it, until the store has said what that means for the webhook.
   */
  quietUntil = 0
  #quietMs = 0
  /** The webhook rests, as the store says: only a probe is sent. */
  resting = false
  /** When the rest before that ended, by the settings that were read last; undefined: none was. */
  #restedAt: number | null | undefined
  /** By the settings that were read last. */
  #wasActive = false
  /** While it rests: monotonic ms before which the store hands out nothing. */
  probeAt = 0
  /** Counts their beginnings and ends, so that an answer from before is known. */
  rests = 0
  /** The starts that it holds of its webhook's rate; null: it has no rate. */
  pace: Pace | null = null
  readonly learnt = new LearntRate()
  /** Of the failures in a row that may make a rest: how many were open when they began; 0: none. */
  #openAtFirst = 0
  /** It was narrowed, and has not been back at its limit since. */
  #narrowed = false
  /** After a rest: the store may have something fresh that this lane doesn't hold. */
  freshWaits = true
  /** Counts what was accepted and left there, so that an older claim's answer can't hide it. */
  freshLefts = 0
  /** When the lane is looked at again; at or before `dueAt`. */
  alarmAt = Number.POSITIVE_INFINITY
  /** Counts what was heard of waiting deliveries, so that an older claim's answer can't hide it. */
  wakes = 0
  readonly #queue = new ClaimQueue()

  constructor(webhookId: string) {
    this.webhookId = webhookId
  }

  get queued(): number {
    return this.#queue.size
  }

  get freshQueued(): number {
    return this.#queue.freshSize
  }

  get queuedBytes(): number {
    return this.#queue.bytes
  }

  get isIdle(): boolean {
    return this.open === 0 && this.queued === 0 && this.dueAt === Number.POSITIVE_INFINITY
  }

  /** It rests, but not as when its settings were read last: one has ended, and another begun. */
  isAnotherRest(webhook: Webhook): boolean {
    const isKnown = this.#restedAt !== undefined
    return this.resting && webhook.rest !== null && isKnown && this.#restedAt !== webhook.restedAt
  }

  /** It has not rested, and yet what waited for it was brought forward: its endpoint had failed as a whole. */
  isBack(webhook: Webhook): boolean {
    const isKnown = this.#restedAt !== undefined && this.#wasActive && !this.resting
    return isKnown && webhook.rest === null && this.#restedAt !== webhook.restedAt
  }

  /** After a rest or a pause, what is new goes before what is old. */
  get freshFirst(): boolean {
    return typeof this.webhook?.restedAt === 'number'
  }

  /** What is fresh has had its three turns, and nothing else is held here. */
  get owesOld(): boolean {
    return this.#queue.owesOld
  }

  /** Something that was just accepted had to stay in the store. */
  freshLeft(): void {
    this.freshLefts += 1
    this.freshWaits = true
  }

  /** How many claims it wants to hold besides its open requests. */
  queueMax(now: number): number {
    const most = this.trusted
      ? this.window * QUEUE_PER_WINDOW
      : Math.max(0, this.window - this.open)
    const perSecond = this.learnt.perSecond(now)
    const takes =
      perSecond === null ? most : Math.min(most, Math.ceil((perSecond * QUEUE_PACED_MS) / 1_000))
    return this.pace ? Math.min(takes, this.pace.queueMax) : takes
  }

  /**
   * What waits in the store goes first, so that a lane stays roughly in order; after a rest, only
   * what waits there and is as new. One that rests is never offered anything: the store knows.
   */
  isFull(now: number): boolean {
    if (this.resting) return false
    if (this.dueAt <= now && (!this.freshFirst || this.freshWaits)) return true
    const queued = this.freshFirst ? this.freshQueued : this.queued
    return queued >= Math.max(1, this.queueMax(now))
  }

  canStart(now: number): boolean {
    return this.couldStart(now) && (this.pace === null || this.pace.canStart(now))
  }

  /** But for its webhook's rate. */
  couldStart(now: number): boolean {
    return this.waitMs(now) === 0
  }

  /** Until it could start the next one; null: it lacks more than time. */
  waitMs(now: number): number | null {
    const held = this.open < this.#openMaxOfOld ? this.queued : this.freshQueued
    if (held === 0 || this.open >= this.window) return null
    if (this.webhook?.state !== 'active') return null
    return Math.max(0, this.quietUntil - now, this.learnt.waitMs(now))
  }

  push(claim: Claim): void {
    this.#queue.push(claim)
  }

  shift(): Claim | undefined {
    return this.#queue.shift({ onlyFresh: this.open >= this.#openMaxOfOld })
  }

  /** A part of the window is kept for what is new: requests that began together also end together. */
  get #openMaxOfOld(): number {
    return this.freshFirst ? Math.max(1, this.window - Math.ceil(this.window / 8)) : this.window
  }

  /** Empties the queue. */
  drain(): Claim[] {
    return this.#queue.drain()
  }

  /** Whether it was queued here. */
  remove(deliveryId: string): boolean {
    return this.#queue.remove(deliveryId)
  }

  useSettings(webhook: Webhook, limits: WindowLimits): void {
    const first = this.webhook === null && this.settingsVersion === 0
    this.webhook = webhook
    this.#restedAt = webhook.restedAt
    this.#wasActive = webhook.state === 'active'
    const { consecutiveFailures } = webhook.health
    // What earlier processes learnt counts: a restart must not greet a dead endpoint with trust.
    if (first && consecutiveFailures > 0) this.window = 1
    const { ratePerSecond } = webhook
    if (ratePerSecond !== (this.pace?.ratePerSecond ?? null)) {
      this.pace = ratePerSecond === null ? null : new Pace(ratePerSecond)
    }
    this.shareWindow(limits)
  }

  /** Shrinks the window to this node's share; at least one request, or it would never learn. */
  shareWindow(limits: WindowLimits): void {
    this.window = Math.min(this.window, this.#windowMax(limits))
    if (this.pace) this.pace.nodes = limits.nodes
  }

  #windowMax({ windowMax, nodes }: WindowLimits): number {
    return Math.max(1, Math.floor((this.webhook?.maxInFlight ?? windowMax) / nodes))
  }

  /** The store says that its webhook rests; the next probe is due then. */
  beginRest(now: number, probeInMs: number): void {
    this.probeAt = now + probeInMs
    if (this.resting) return
    this.resting = true
    this.rests += 1
    this.quietUntil = 0
    this.window = 1
    this.#narrowed = true
    this.trusted = false
    this.learnt.cut(now)
  }

  /** From now on it is sent to again, beginning with one at a time. */
  endRest(now: number): void {
    this.resting = false
    this.rests += 1
    this.quietUntil = 0
    this.probeAt = 0
    this.freshWaits = true
    this.learnt.beginRamp(now)
  }

  /** What was brought forward doesn't come in one wave: as after a rest. */
  beginAnew(now: number): void {
    this.window = Math.min(this.window, WINDOW_FIRST)
    this.#narrowed = true
    this.freshWaits = true
    this.learnt.beginRamp(now)
  }

  /** Where, and after how many rests, a request that starts now is sent. */
  get aim(): Aim {
    return { url: this.webhook?.url ?? null, rests: this.rests }
  }

  /** Another URL, or a rest that has ended: an answer to what was sent before tells nothing of now. */
  hasMovedOnFrom({ url, rests }: Aim): boolean {
    const isElsewhere = this.webhook !== null && this.webhook.url !== url
    return isElsewhere || (!this.resting && this.rests !== rests)
  }

  /** So many failures in a row are a whole window: all that were open as they began. */
  get failuresOfWindow(): number {
    return this.#openAtFirst
  }

  /**
   * Takes in what a request told of its endpoint, when it is open no more. After a fault of ours the
   * lane is quiet, longer each time: a whole backlog tried against a dead network would only write
   * attempts. Requests that were open together end together: while it is quiet, one more is no news.
   */
  learn(result: SendResult, { now, ...limits }: WindowLimits & { now: number }): void {
    if (result.kind === 'unmade') return
    if (result.kind === 'our-fault') {
      if (now < this.quietUntil) return
      this.#quietMs = Math.min(Math.max(this.#quietMs * 2, QUIET_MS_FIRST), QUIET_MS_MAX)
      this.quietUntil = now + this.#quietMs
      this.window = 1
      return
    }
    this.#quietMs = 0
    this.#openAtFirst = isStrained(result) ? this.#openAtFirst || this.open + 1 : 0
    if (result.kind === 'answered') this.#learnAnswer(result, { now, ...limits })
    else if (result.kind === 'unreachable' && result.fault !== 'protocol') {
      // Also a reset: an endpoint that is overrun drops connections before it drops dead.
      this.window = 1
      this.faulted = true
      this.trusted = false
    }
  }

  #learnAnswer(
    result: Extract<SendResult, { kind: 'answered' }>,
    { now, ...limits }: WindowLimits & { now: number },
  ): void {
    const { status, retryAfterMs } = result
    if (status >= 200 && status < 300) {
      const most = this.#windowMax(limits)
      this.window = Math.min(this.#narrowed ? this.window + 1 : this.window * 2, most)
      if (this.window === most) this.#narrowed = false
      this.faulted = false
      this.learnt.took(now)
    } else if (isStrained(result)) {
      this.window = Math.max(1, Math.floor(this.window * NARROWED_TO))
      this.#narrowed = true
      this.learnt.refused(now)
      // At once: until the record is written, a window of requests would still go out.
      const askedMs = asksToWait(status) ? Math.min(retryAfterMs ?? 0, QUIET_MS_MAX) : 0
      this.quietUntil = Math.max(this.quietUntil, now + askedMs)
    }
    this.trusted = !this.faulted
  }
}
