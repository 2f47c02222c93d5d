/**
 * A lane: one webhook's own queue and window of open requests inside this node. What it learns from
 * its answers concerns nobody else; that is what keeps a hanging endpoint from hurting the others.
 *
 * The window starts small and doubles with each success, up to the webhook's limit; a timeout or a
 * connect fault makes it 1 until an attempt succeeds. A lane is trusted once its endpoint has
 * answered in good time, and no longer when it lets a request wait: see slots.ts.
 */
import type { SendResult } from '../outcome.ts'
import type { Claim } from '../store/store.ts'
import type { Webhook } from '../webhook.ts'
import { Pace } from './pace.ts'

const WINDOW_FIRST = 4
/** Claims held ready for each open request: a claim costs a round trip to the store. */
const QUEUE_PER_WINDOW = 8
const REST_MS_FIRST = 500
const REST_MS_MAX = 60_000

export interface WindowLimits {
  /** Requests open at a time for a webhook without a limit of its own, over all nodes. */
  windowMax: number
  /** Nodes that deliver: the window is shared out among them. */
  nodes: number
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
  /** Monotonic ms until which nothing is sent: the fault was ours, so all of its requests share it. */
  restUntil = 0
  #restMs = 0
  /** The starts that it holds of its webhook's rate; null: it has no rate. */
  pace: Pace | null = null
  /** When the lane is looked at again; at or before `dueAt`. */
  alarmAt = Number.POSITIVE_INFINITY
  /** Counts what was heard of waiting deliveries, so that an older claim's answer can't hide it. */
  wakes = 0
  #queue: Claim[] = []
  #head = 0
  queuedBytes = 0

  constructor(webhookId: string) {
    this.webhookId = webhookId
  }

  get queued(): number {
    return this.#queue.length - this.#head
  }

  get isIdle(): boolean {
    return this.open === 0 && this.queued === 0 && this.dueAt === Number.POSITIVE_INFINITY
  }

  /** How many claims it wants to hold besides its open requests. */
  get queueMax(): number {
    const most = this.trusted
      ? this.window * QUEUE_PER_WINDOW
      : Math.max(0, this.window - this.open)
    return this.pace ? Math.min(most, this.pace.queueMax) : most
  }

  canStart(now: number): boolean {
    return this.couldStart(now) && (this.pace === null || this.pace.canStart(now))
  }

  /** But for its webhook's rate. */
  couldStart(now: number): boolean {
    if (this.queued === 0 || this.open >= this.window || now < this.restUntil) return false
    return this.webhook?.state === 'active'
  }

  push(claim: Claim): void {
    this.#queue.push(claim)
    this.queuedBytes += claim.payload.length
  }

  shift(): Claim | undefined {
    const claim = this.#queue[this.#head]
    if (!claim) return undefined
    this.#head += 1
    this.queuedBytes -= claim.payload.length
    // Array.shift moves every element; a moving head is put back now and then instead.
    if (this.#head > 256 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return claim
  }

  /** Empties the queue. */
  drain(): Claim[] {
    const claims = this.#queue.slice(this.#head)
    this.#queue = []
    this.#head = 0
    this.queuedBytes = 0
    return claims
  }

  /** Whether it was queued here. */
  remove(deliveryId: string): boolean {
    const claims = this.drain()
    const kept = claims.filter((claim) => claim.deliveryId !== deliveryId)
    for (const claim of kept) this.push(claim)
    return kept.length < claims.length
  }

  useSettings(webhook: Webhook, limits: WindowLimits): void {
    const first = this.webhook === null && this.settingsVersion === 0
    this.webhook = webhook
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

  /**
   * Takes in what a request told of its endpoint. After a fault of ours the lane rests, longer each
   * time: a whole backlog tried against a dead network would only write attempts. Requests that were
   * open together end together: while the lane rests, one more is no news.
   */
  learn(result: SendResult, { now, ...limits }: WindowLimits & { now: number }): void {
    if (result.kind === 'our-fault') {
      if (now < this.restUntil) return
      this.#restMs = Math.min(Math.max(this.#restMs * 2, REST_MS_FIRST), REST_MS_MAX)
      this.restUntil = now + this.#restMs
      this.window = 1
      return
    }
    this.#restMs = 0
    if (result.kind === 'answered') {
      if (result.status >= 200 && result.status < 300) {
        this.window = Math.min(this.window * 2, this.#windowMax(limits))
        this.faulted = false
      }
      this.trusted = !this.faulted
    } else if (result.kind === 'unreachable' && result.fault !== 'protocol') {
      // Also a reset: an endpoint that is overrun drops connections before it drops dead.
      this.window = 1
      this.faulted = true
      this.trusted = false
    }
  }
}
