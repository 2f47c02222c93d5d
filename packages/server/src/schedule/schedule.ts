/**
 * Schedule: whose turn it is. It keeps a lane for each webhook with work, takes what was just
 * committed straight into it, claims the rest when there is room and when it is due, and starts
 * attempts fairly: one lane after the other, within each lane's window and the node's slots.
 *
 * Its invariants: an attempt starts only while the lease is live, only for an active webhook, and
 * only with the webhook's present settings. It never looks into a request or an answer beyond what a
 * lane learns from it.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { SendResult } from '../outcome.ts'
import type {
  Change,
  Claim,
  DeliveryStore,
  LeaseOffer,
  ReadStore,
  RecordResult,
  Store,
} from '../store/store.ts'
import type { Webhook } from '../webhook.ts'
import type { Lane, WindowLimits } from './lane.ts'
import { Lanes } from './lanes.ts'
import type { Term } from './lease.ts'
import { Pacer } from './pacer.ts'
import { Refill } from './refill.ts'
import { Slots } from './slots.ts'
import { Turns } from './turns.ts'
import { WaitingLanes } from './waiting-lanes.ts'

export interface ScheduleOptions {
  store: Pick<Store, 'onChange'> & DeliveryStore & Pick<ReadStore, 'getWebhook'>
  clock: Clock
  log: Log
  maxInFlight: number
  /** Per webhook and over all nodes, unless it has a limit of its own. */
  windowMax: number
  /** Claims went back to the store: those of a webhook that isn't active are now to be parked. */
  onGivenBack?(): void
  /** Makes one attempt, sends and records it. */
  attempt(turn: ScheduledTurn): Promise<{ result: RecordResult }>
}

export interface ScheduledTurn {
  claim: Claim
  webhook: Webhook
  nodeId: string
  signal: AbortSignal
  onAnswer(result: SendResult): void
}

/** Attempts that were answered but whose record is not yet on disk. */
const UNRECORDED_MAX = 2_048
/** Payloads held ready in all queues together; past it each lane holds one. */
const QUEUED_BYTES_MAX = 48 * 1024 * 1024
/** Past so many full lanes an offer would cost more than it saves. */
const EXCEPT_MAX = 1_000
const BUG_WAIT_MS = 60_000
const RELEASE_RETRY_MS = 1_000

export class Schedule {
  readonly #options: ScheduleOptions
  readonly #slots: Slots
  readonly #limits: WindowLimits
  readonly #refill: Refill
  readonly #lanes: Lanes
  readonly #waiting: WaitingLanes
  readonly #pacer: Pacer
  readonly #turns = new Turns()
  readonly #full = new Set<string>()
  /** The same list for every offer until it changes: it is sent to another thread. */
  #except: string[] | null = []
  #term: Term | null = null
  #stopping = false
  #queuedBytes = 0
  #unrecorded = 0
  readonly #running = new Set<Promise<void>>()
  readonly #timers = new Set<() => void>()
  readonly #unsubscribe: () => void

  constructor(options: ScheduleOptions) {
    this.#options = options
    const { clock, log, store, maxInFlight } = options
    this.#limits = { windowMax: options.windowMax, nodes: 1 }
    this.#slots = new Slots({ clock, freshMax: maxInFlight, onRoom: () => this.#pump() })
    this.#refill = new Refill({
      store,
      clock,
      log,
      roomOf: (lane) => this.#roomOf(lane),
      onClaims: (lane, claims, term) => this.#take(lane, claims, term),
    })
    this.#lanes = new Lanes({
      store,
      clock,
      onSettings: (lane, webhook) => this.#useSettings(lane, webhook),
      onFailure: (error) => this.#logFailure(error),
    })
    this.#waiting = new WaitingLanes({
      store,
      clock,
      onWaiting: (lanes) => {
        for (const { webhookId, dueInMs } of lanes) this.#dueIn(webhookId, dueInMs)
      },
      onFailure: (error) => this.#logFailure(error),
    })
    this.#pacer = new Pacer({
      ...{ store, clock, log },
      onChange: (lane) => {
        this.#touch(lane)
        this.#pump()
      },
    })
    this.#unsubscribe = store.onChange((change) => this.#onChange(change))
  }

  /** A lease began: claim for it whatever waits. */
  beginTerm(term: Term): void {
    this.#term = term
    this.#refill.useTerm(term)
    this.#waiting.look()
  }

  /** The lease is lost, and with it what was claimed: others will send it. */
  loseTerm(): void {
    this.#term = null
    this.#refill.useTerm(null)
    for (const lane of this.#lanes.all()) {
      this.#emptyQueue(lane)
      this.#touch(lane)
    }
  }

  /** For the next commit: who takes its deliveries, and for which webhooks it can't. */
  leaseOffer(): LeaseOffer | null {
    const term = this.#term
    if (!term || this.#stopping || this.#full.size > EXCEPT_MAX) return null
    if (this.#queuedBytes > QUEUED_BYTES_MAX || !term.isLive()) return null
    this.#except ??= [...this.#full]
    return { nodeId: term.nodeId, except: this.#except }
  }

  /**
   * What a commit left us: claims to send, held under `lease`, and webhooks with more than we took.
   * A commit may outlast the term that it was offered in: what it claimed for that is not ours.
   */
  offer(claims: Claim[], waiting: string[], lease: LeaseOffer | null): void {
    const term = this.#term
    if (term && term.nodeId === lease?.nodeId && !this.#stopping) {
      for (const claim of claims) this.#take(this.#lanes.get(claim.webhookId), [claim], term)
    } else {
      this.#giveBack(claims, lease?.nodeId)
    }
    this.wake(waiting)
  }

  /** These webhooks have deliveries in the store that are due. */
  wake(webhookIds: readonly string[]): void {
    for (const webhookId of webhookIds) this.#dueIn(webhookId, 0)
  }

  /** So many nodes deliver now: each has its share of every webhook's window. */
  shareAmong(nodes: number): void {
    this.#limits.nodes = Math.max(1, nodes)
    for (const lane of this.#lanes.all()) lane.shareWindow(this.#limits)
  }

  counts(): { inFlight: number; slow: number; lanes: number; queued: number } {
    let queued = 0
    for (const lane of this.#lanes.all()) queued += lane.queued
    const { open, slow } = this.#slots
    return { inFlight: open, slow, lanes: this.#lanes.size, queued }
  }

  /** Starts nothing more, gives back what is queued, and resolves when all open attempts ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#unsubscribe()
    for (const cancel of this.#timers) cancel()
    this.#refill.stop()
    this.#pacer.stop()
    this.#waiting.stop()
    const claims = this.#lanes.all().flatMap((lane) => lane.drain())
    const nodeId = this.#term?.nodeId
    if (nodeId && claims.length > 0) {
      const ids = claims.map((claim) => claim.deliveryId)
      await this.#options.store.release(nodeId, ids).catch((error) => this.#logFailure(error))
    }
    while (this.#running.size > 0) await Promise.all(this.#running)
    this.#slots.close()
  }

  // ─── lanes ──────────────────────────────────────────────────────────────────────────────────────

  #dueIn(webhookId: string, dueInMs: number): void {
    const lane = this.#lanes.get(webhookId)
    this.#refill.dueIn(lane, dueInMs)
    this.#touch(lane)
  }

  #take(lane: Lane, claims: Claim[], term: Term): void {
    if (term !== this.#term || this.#stopping) {
      if (claims.length > 0) this.#giveBack(claims, term.nodeId)
      return
    }
    for (const claim of claims) {
      lane.push(claim)
      this.#queuedBytes += claim.payload.length
    }
    if (lane.queued > 0 && lane.webhook === null) this.#lanes.load(lane)
    this.#touch(lane)
    this.#pump()
  }

  #roomOf(lane: Lane): number {
    if (lane.webhook && lane.webhook.state !== 'active') return 0
    if (this.#queuedBytes > QUEUED_BYTES_MAX && lane.queued > 0) return 0
    return Math.max(0, lane.queueMax - lane.queued)
  }

  /** Puts the lane where its present state belongs. Call it after every change of a lane. */
  #touch(lane: Lane): void {
    this.#turns.update(lane, this.#options.clock.monotonic())
    this.#touchFull(lane)
    this.#refill.consider(lane)
    this.#pacer.consider(lane)
  }

  /** What waits in the store goes first, so that a lane stays roughly in order. */
  #touchFull(lane: Lane): void {
    const waits = lane.dueAt <= this.#options.clock.monotonic()
    const full = waits || lane.queued >= Math.max(1, lane.queueMax)
    if (full === this.#full.has(lane.webhookId)) return
    if (full) this.#full.add(lane.webhookId)
    else this.#full.delete(lane.webhookId)
    this.#except = null
  }

  // ─── turns ──────────────────────────────────────────────────────────────────────────────────────

  #pump(): void {
    const term = this.#term
    while (term?.isLive() && !this.#stopping && this.#unrecorded < UNRECORDED_MAX) {
      const lane = this.#turns.next(this.#slots)
      if (!lane) return
      if (lane.pace?.take(this.#options.clock.monotonic()) === false) {
        this.#touch(lane)
        continue
      }
      const claim = lane.shift()
      if (claim && lane.webhook) this.#start(lane, claim, lane.webhook, term)
    }
  }

  #start(lane: Lane, claim: Claim, webhook: Webhook, term: Term): void {
    this.#queuedBytes -= claim.payload.length
    lane.open += 1
    const slot = this.#slots.take(lane, lane.trusted, () => {
      lane.trusted = false
      this.#slots.distrust(lane)
      this.#touch(lane)
    })
    let answered = false
    const close = () => {
      answered = true
      this.#slots.give(slot)
      lane.open -= 1
      this.#unrecorded += 1
    }
    const onAnswer = (result: SendResult) => {
      close()
      // What we cut ourselves, as when the lease is lost, tells nothing of the endpoint or the way to it.
      if (result.kind !== 'our-fault' || !term.signal.aborted) this.#learn(lane, result)
      this.#touch(lane)
      this.#pump()
    }
    const { nodeId, signal } = term
    const running = this.#options
      .attempt({ claim, webhook, nodeId, signal, onAnswer })
      .then(
        ({ result }) => this.#recorded(lane, result),
        (error) => this.#failed(claim, nodeId, error),
      )
      .finally(() => {
        if (!answered) close()
        this.#unrecorded -= 1
        this.#running.delete(running)
        this.#touch(lane)
        this.#pump()
      })
    this.#running.add(running)
    this.#touch(lane)
  }

  #learn(lane: Lane, result: SendResult): void {
    const now = this.#options.clock.monotonic()
    const trusted = lane.trusted
    lane.learn(result, { ...this.#limits, now })
    if (trusted && !lane.trusted) this.#slots.distrust(lane)
    if (lane.restUntil > now) {
      this.#after(lane.restUntil - now, () => {
        this.#touch(lane)
        this.#pump()
      })
    }
  }

  #recorded(lane: Lane, result: RecordResult): void {
    if (result.kind === 'recorded' && result.dueInMs !== null) {
      this.#dueIn(lane.webhookId, result.dueInMs)
    }
  }

  /** A bug, or a store that is gone: the delivery comes back, but not in a tight loop. */
  #failed(claim: Claim, nodeId: string, error: unknown): void {
    this.#logFailure(error, claim.deliveryId)
    if (this.#stopping) return
    this.#after(BUG_WAIT_MS, () => this.#giveBack([claim], nodeId))
  }

  // ─── what others changed ────────────────────────────────────────────────────────────────────────

  #onChange(change: Change): void {
    if (change.type === 'webhook.updated') {
      if (change.aspect === 'health') return
      const lane = this.#lanes.find(change.webhookId)
      if (!lane) return
      this.#lanes.reload(lane)
      this.#touch(lane)
    } else if (change.type === 'delivery.updated') {
      const { id, state, webhookId } = change.delivery
      if (state !== 'cancelled' && state !== 'parked') return
      const lane = this.#lanes.find(webhookId)
      if (!lane || lane.queued === 0) return
      const before = lane.queuedBytes
      if (!lane.remove(id)) return
      this.#queuedBytes += lane.queuedBytes - before
      this.#release([id])
      this.#touch(lane)
    }
  }

  #useSettings(lane: Lane, webhook: Webhook | null): void {
    if (webhook) lane.useSettings(webhook, this.#limits)
    if (webhook?.state !== 'active') this.#giveBack(this.#emptyQueue(lane))
    if (!webhook) {
      this.#refill.forget(lane)
      this.#lanes.drop(lane)
    }
    this.#touch(lane)
    this.#pump()
  }

  #emptyQueue(lane: Lane): Claim[] {
    this.#queuedBytes -= lane.queuedBytes
    return lane.drain()
  }

  #giveBack(claims: Claim[], nodeId = this.#term?.nodeId): void {
    if (claims.length === 0) return
    this.#release(
      claims.map((claim) => claim.deliveryId),
      nodeId,
      () => {
        this.wake([...new Set(claims.map((claim) => claim.webhookId))])
        this.#options.onGivenBack?.()
      },
    )
  }

  /** Until it is done: what the store still takes for ours, nobody else parks, cancels or sends. */
  #release(deliveryIds: string[], nodeId = this.#term?.nodeId, then?: () => void): void {
    if (!nodeId) return
    this.#options.store.release(nodeId, deliveryIds).then(then, (error) => {
      this.#logFailure(error)
      if (this.#stopping || nodeId !== this.#term?.nodeId) return // it ends with that lease
      this.#after(RELEASE_RETRY_MS, () => this.#release(deliveryIds, nodeId, then))
    })
  }

  /** A timer that doesn't outlive this room. */
  #after(delayMs: number, run: () => void): void {
    if (this.#stopping) return
    const cancel = this.#options.clock.setTimer(delayMs, () => {
      this.#timers.delete(cancel)
      run()
    })
    this.#timers.add(cancel)
  }

  #logFailure(error: unknown, deliveryId?: string): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#options.log.error({ deliveryId, error: message }, 'schedule.failed')
  }
}
