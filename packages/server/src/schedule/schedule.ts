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
import type { Desk } from '../store/desk.ts'
import type { Road } from '../store/road.ts'
import type { Change, Claim, LeaseOffer, RecordResult } from '../store/store.ts'
import type { Webhook } from '../webhook.ts'
import { Attempts, type ScheduledTurn } from './attempts.ts'
import { FullLanes } from './full-lanes.ts'
import { GiveBack } from './give-back.ts'
import type { Lane, WindowLimits } from './lane.ts'
import { Lanes } from './lanes.ts'
import type { Term } from './lease.ts'
import { Pacer } from './pacer.ts'
import { Refill } from './refill.ts'
import { Slots } from './slots.ts'
import { Timers } from './timers.ts'
import { Turns } from './turns.ts'
import { WaitingLanes } from './waiting-lanes.ts'

interface ScheduleOptions {
  store: Road & Pick<Desk, 'getWebhook'>
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

/** Payloads held ready in all queues together; past it each lane holds one. */
const QUEUED_BYTES_MAX = 48 * 1024 * 1024
/** Past so many full lanes an offer would cost more than it saves. */
const EXCEPT_MAX = 1_000
const BUG_WAIT_MS = 60_000

export class Schedule {
  readonly #options: ScheduleOptions
  readonly #slots: Slots
  readonly #limits: WindowLimits
  readonly #refill: Refill
  readonly #lanes: Lanes
  readonly #turns = new Turns()
  readonly #attempts: Attempts
  readonly #back: GiveBack
  readonly #full = new FullLanes()
  readonly #waiting: WaitingLanes
  readonly #pacer: Pacer
  readonly #timers: Timers
  #term: Term | null = null
  #stopping = false
  #queuedBytes = 0
  readonly #unsubscribe: () => void

  constructor(options: ScheduleOptions) {
    this.#options = options
    const { clock, log, store, maxInFlight } = options
    const onFailure = (error: unknown) => this.#logFailure(error)
    this.#limits = { windowMax: options.windowMax, nodes: 1 }
    this.#slots = new Slots({ clock, freshMax: maxInFlight, onRoom: () => this.#pump() })
    this.#attempts = new Attempts({
      clock,
      slots: this.#slots,
      limits: this.#limits,
      attempt: options.attempt,
      onRecorded: (lane, result) => this.#recorded(lane, result),
      onFailure: (claim, nodeId, error) => this.#failed(claim, nodeId, error),
      onChange: (lane) => this.#touch(lane),
      onRoom: (lane) => this.#goOn(lane),
    })
    this.#refill = new Refill({
      store,
      clock,
      log,
      roomOf: (lane) => this.#roomOf(lane),
      onClaims: (lane, claims, term) => this.#take(lane, claims, term),
      onRest: (lane, probeInMs) => this.#rest(lane, probeInMs),
    })
    this.#timers = new Timers(clock)
    this.#waiting = new WaitingLanes({
      store,
      clock,
      onFailure,
      onWaiting: (lanes) => {
        for (const { webhookId, dueInMs } of lanes) this.#dueIn(webhookId, dueInMs)
      },
    })
    this.#pacer = new Pacer({ store, clock, log, onChange: (lane) => this.#goOn(lane) })
    this.#back = new GiveBack({
      store,
      onFailure,
      timers: this.#timers,
      nodeId: () => (this.#stopping ? undefined : this.#term?.nodeId),
      onGivenBack: (webhookIds) => {
        this.wake(webhookIds)
        options.onGivenBack?.()
      },
    })
    this.#lanes = new Lanes({
      store,
      clock,
      onSettings: (lane, webhook) => this.#useSettings(lane, webhook),
      onFailure,
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
    return { nodeId: term.nodeId, except: this.#full.list() }
  }

  /**
   * What a commit left us: claims to send, held under `lease`, and webhooks with more than we took.
   * A commit may outlast the term that it was offered in: what it claimed for that is not ours.
   */
  offer(claims: Claim[], waiting: string[], lease: LeaseOffer | null): void {
    const term = this.#term
    if (term && term.nodeId === lease?.nodeId && !this.#stopping) {
      for (const claim of claims) {
        const lane = this.#lanes.get(claim.webhookId)
        this.#take(lane, [lane.freshFirst ? { ...claim, fresh: true } : claim], term)
      }
    } else {
      this.#back.claims(claims, lease?.nodeId)
    }
    for (const webhookId of waiting) this.#lanes.get(webhookId).freshLeft()
    this.wake(waiting)
  }

  /** These webhooks have deliveries in the store that are due. */
  wake(webhookIds: readonly string[]): void {
    for (const webhookId of webhookIds) this.#dueIn(webhookId, 0)
  }

  /** Asks the store what is due, as when the wall clock went on without us. */
  look(): void {
    this.#waiting.look()
  }

  /** So many nodes deliver now: each has its share of every webhook's window. */
  shareAmong(nodes: number): void {
    this.#limits.nodes = Math.max(1, nodes)
    for (const lane of this.#lanes.all()) lane.shareWindow(this.#limits)
  }

  counts(): { inFlight: number; slow: number; lanes: number; queued: number } {
    const queued = this.#lanes.all().reduce((sum, lane) => sum + lane.queued, 0)
    return { inFlight: this.#slots.open, slow: this.#slots.slow, lanes: this.#lanes.size, queued }
  }

  /** Starts nothing more, gives back what is queued, and resolves when all open attempts ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#unsubscribe()
    this.#timers.close()
    this.#refill.stop()
    this.#pacer.stop()
    this.#waiting.stop()
    const ids = this.#lanes.all().flatMap((lane) => lane.drain().map((claim) => claim.deliveryId))
    const nodeId = this.#term?.nodeId
    if (nodeId && ids.length > 0) {
      await this.#options.store.release(nodeId, ids).catch((error) => this.#logFailure(error))
    }
    await this.#attempts.ended()
    this.#slots.close()
  }

  // ─── lanes ──────────────────────────────────────────────────────────────────────────────────────

  #dueIn(webhookId: string, dueInMs: number): void {
    const lane = this.#lanes.get(webhookId)
    const probeInMs = lane.probeAt - this.#options.clock.monotonic()
    this.#refill.dueIn(lane, Math.max(dueInMs, probeInMs))
    this.#touch(lane)
  }

  #take(lane: Lane, claims: Claim[], term: Term): void {
    if (term !== this.#term || this.#stopping) {
      this.#back.claims(claims, term.nodeId)
      return
    }
    // Of a webhook that rests only the probe is sent: the others were claimed before it began.
    const isEarly = (claim: Claim) => lane.resting && !claim.probe
    if (lane.resting) this.#back.claims(claims.filter(isEarly))
    for (const claim of claims) {
      if (isEarly(claim)) continue
      lane.push(claim)
      this.#queuedBytes += claim.payload.length
    }
    if (lane.queued > 0 && lane.webhook === null) this.#lanes.load(lane)
    this.#goOn(lane)
  }

  #roomOf(lane: Lane): number {
    if (lane.webhook && lane.webhook.state !== 'active') return 0
    if (this.#queuedBytes > QUEUED_BYTES_MAX && lane.queued > 0) return 0
    return Math.max(0, lane.queueMax(this.#options.clock.monotonic()) - lane.queued)
  }

  /** Puts the lane where its present state belongs. Call it after every change of a lane. */
  #touch(lane: Lane): void {
    const now = this.#options.clock.monotonic()
    this.#turns.update(lane, now)
    this.#full.set(lane.webhookId, lane.isFull(now))
    this.#refill.consider(lane)
    this.#pacer.consider(lane)
    const waitMs = lane.waitMs(now) ?? 0
    if (waitMs > 0) this.#timers.earliest(lane, waitMs, () => this.#goOn(lane))
  }

  #goOn(lane: Lane): void {
    this.#touch(lane)
    this.#pump()
  }

  // ─── turns ──────────────────────────────────────────────────────────────────────────────────────

  #pump(): void {
    const term = this.#term
    while (term?.isLive() && !this.#stopping && this.#attempts.mayStart) {
      const lane = this.#turns.next(this.#slots)
      if (!lane) return
      if (lane.pace?.take(this.#options.clock.monotonic()) === false) {
        this.#touch(lane)
        continue
      }
      const claim = lane.shift()
      const { webhook } = lane
      if (!claim || !webhook) continue
      this.#queuedBytes -= claim.payload.length
      this.#attempts.start(lane, claim, { webhook, term })
    }
  }

  #recorded(lane: Lane, result: RecordResult): void {
    if (result.kind !== 'recorded') return
    const { rest, dueInMs } = result
    if (rest !== undefined) this.#rest(lane, rest === 'ended' ? null : rest.probeInMs)
    if (dueInMs !== null) this.#dueIn(lane.webhookId, dueInMs)
  }

  /** What the store says of its webhook's rest: until the next probe; null: it has none. */
  #rest(lane: Lane, probeInMs: number | null): void {
    const now = this.#options.clock.monotonic()
    if (probeInMs === null) {
      if (!lane.resting) return
      lane.endRest(now)
      this.#refill.dueIn(lane, 0)
    } else {
      const began = !lane.resting
      lane.beginRest(now, probeInMs)
      if (began) {
        this.#slots.distrust(lane)
        this.#back.claims(this.#emptyQueue(lane))
      }
      this.#refill.restFor(lane, probeInMs)
    }
    this.#goOn(lane)
  }

  /** A bug, or a store that is gone: the delivery comes back, but not in a tight loop. */
  #failed(claim: Claim, nodeId: string, error: unknown): void {
    this.#logFailure(error, claim.deliveryId)
    if (this.#stopping) return
    this.#timers.after(BUG_WAIT_MS, () => this.#back.claims([claim], nodeId))
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
      this.#back.release([id])
      this.#touch(lane)
    }
  }

  #useSettings(lane: Lane, webhook: Webhook | null): void {
    // What is held of the earlier rest is no probe of this one.
    if (webhook && lane.isAnotherRest(webhook)) {
      // Nor is an answer to what was asked before it.
      lane.rests += 1
      this.#back.claims(this.#emptyQueue(lane))
    }
    const isBack = webhook !== null && lane.isBack(webhook)
    if (webhook) lane.useSettings(webhook, this.#limits)
    if (isBack) lane.beginAnew(this.#options.clock.monotonic())
    // Somebody wants one to be sent now.
    if (lane.resting && webhook?.rest?.probeWanted) this.#rest(lane, 0)
    // When its probe is due by its own clock, the store says when it is asked.
    if (!lane.resting || !webhook?.rest) this.#rest(lane, webhook?.rest ? 0 : null)
    if (webhook?.state !== 'active') this.#back.claims(this.#emptyQueue(lane))
    if (!webhook) {
      this.#refill.forget(lane)
      this.#lanes.drop(lane)
    }
    this.#goOn(lane)
  }

  #emptyQueue(lane: Lane): Claim[] {
    this.#queuedBytes -= lane.queuedBytes
    return lane.drain()
  }

  #logFailure(error: unknown, deliveryId?: string): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#options.log.error({ deliveryId, error: message }, 'schedule.failed')
  }
}
