/**
 * Upkeep: what runs by the clock beside the traffic. Parks and un-parks, carries out recoveries,
 * takes back what dead nodes held, rolls up what charts read, deletes what is past its retention, seals
 * anew what another key sealed: in small steps with a pause between them, so that a commit of ours
 * never holds up an accepted lead for long.
 */
import { type Clock, sleep } from '../clock.ts'
import type { Log } from '../log.ts'
import type { DuePosition, PulledIn, Road } from '../store/road.ts'

export interface UpkeepOptions {
  store: Pick<
    Road,
    | 'settle'
    | 'continueRecoveries'
    | 'prune'
    | 'pullInDue'
    | 'rollUp'
    | 'reseal'
    | 'lanesWaiting'
    | 'sweepLeases'
  >
  clock: Clock
  log: Log
  retentionMs: number
  leadRetentionMs: number | null
  /** What is silent for so long is dead. */
  leaseMs?: number
  /** So many nodes deliver now. */
  onLiveNodes(count: number): void
  /** Where the encryption keys may change while the server runs; null: nowhere. */
  keys?: {
    refresh(): Promise<void>
    /** Nothing is left that needs another key than the present one. */
    onAllResealed(): void
  } | null
  /** By so much the wall clock may be ahead of the time (clock-watch.ts). */
  clockAheadMs?: () => number
  /** These webhooks have new pending deliveries. */
  onResumed(webhookIds: string[]): void
}

/** Rows of one step: up to 30 ms of the writer when they are scattered over the whole file. */
const STEP_ROWS = 200
const PAUSE_MS = 5
const SETTLE_EVERY_MS = 30_000
const RESCUE_EVERY_MS_MAX = 10_000
/** Of a temporary webhook that nobody listens to. */
const ABANDONED_AFTER_MS = 3_600_000
const PRUNE_EVERY_MS = 60_000
const RESEAL_EVERY_MS = 5_000
/** A few milliseconds of this thread, which also takes requests. */
const RESEAL_ROWS = 50
/** What is not rolled up yet, a chart adds up by itself: the minutes of a minute or two. */
const ROLL_UP_EVERY_MS = 30_000
const FAILED_WAIT_MS = 1_000

export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #stopped = new AbortController()
  #loops: Promise<void>[] = []
  #nudged = false
  #wakeSettle: (() => void) | null = null
  #caughtUpAt = Number.NEGATIVE_INFINITY

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  start(): void {
    const { leaseMs = Number.POSITIVE_INFINITY } = this.#options
    const rescueEveryMs = Math.min(RESCUE_EVERY_MS_MAX, leaseMs / 3)
    this.#loops = [
      this.#settleLoop(),
      // The clock may have been set back while no process ran.
      this.#guarded('due', () => this.pullInOnce(0)).then(() => {}),
      this.#guarded('nodes', () => this.nodesOnce()).then(() => {}),
      this.#every(rescueEveryMs, 'nodes', () => this.nodesOnce()),
      this.#guarded('rollups', () => this.rollUpOnce()).then(() => {}),
      this.#every(ROLL_UP_EVERY_MS, 'rollups', () => this.rollUpOnce()),
      this.#every(PRUNE_EVERY_MS, 'prune', () => this.pruneOnce()),
      this.#every(RESEAL_EVERY_MS, 'reseal', () => this.resealOnce()),
    ]
  }

  /** A webhook changed its state, or a recovery was asked for: don't wait for the clock. */
  nudge(): void {
    this.#nudged = true
    this.#wakeSettle?.()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#wakeSettle?.()
    await Promise.all(this.#loops)
  }

  /** Settles and recovers until nothing is left to move. */
  async settleOnce(): Promise<void> {
    const { store, clock, onResumed } = this.#options
    const stopped = this.#stopped.signal
    for (const step of [store.settle, store.continueRecoveries]) {
      for (;;) {
        const { moved, resumed } = await step.call(store, STEP_ROWS)
        if (resumed.length > 0) onResumed(resumed)
        if (moved < STEP_ROWS || stopped.aborted) break
        await sleep(clock, PAUSE_MS, stopped)
      }
    }
  }

  /** Takes back what dead nodes and listeners held, removes what nobody came back to, counts the living. */
  async nodesOnce(): Promise<void> {
    const { store, log, onLiveNodes } = this.#options
    const removeAfterMs = ABANDONED_AFTER_MS + this.#aheadMs()
    const { away, removed, liveNodes } = await store.sweepLeases(removeAfterMs)
    for (const webhookId of away) log.info({ webhookId }, 'listener.away')
    for (const webhookId of removed) log.info({ webhookId }, 'listener.removed')
    if (away.length + removed.length > 0) this.nudge()
    onLiveNodes(liveNodes)
  }

  async pruneOnce(): Promise<void> {
    if (this.#options.clock.now() < this.#caughtUpAt) await this.pullInOnce(0)
    const { store, clock, retentionMs, leadRetentionMs } = this.#options
    const stopped = this.#stopped.signal
    for (;;) {
      const ages = { retentionMs, leadRetentionMs, aheadMs: this.#aheadMs() }
      const { deleted } = await store.prune({ ...ages, limit: STEP_ROWS })
      if (deleted < STEP_ROWS || stopped.aborted) return
      await sleep(clock, PAUSE_MS, stopped)
    }
  }

  /** The wall clock was set back: until it is where it was, what others give back is looked at, too. */
  clockSetBack(byMs: number): void {
    const { clock } = this.#options
    this.#caughtUpAt = Math.max(this.#caughtUpAt, clock.now() + byMs)
    this.#loops.push(this.#guarded('due', () => this.pullInOnce(byMs)).then(() => {}))
  }

  /** The wall clock went on without us, as while a machine slept: what waits may be due by now. */
  clockSetForward(): void {
    const { store, onResumed } = this.#options
    const wake = async () => {
      const due = (await store.lanesWaiting()).filter(({ dueInMs }) => dueInMs <= 0)
      onResumed(due.map(({ webhookId }) => webhookId))
    }
    this.#loops.push(this.#guarded('due', wake).then(() => {}))
  }

  /** No due time lies further ahead than its own wait. */
  async pullInOnce(jumpedBackMs: number): Promise<void> {
    const { store, clock, log } = this.#options
    const stopped = this.#stopped.signal
    let pulled = 0
    for (let after: DuePosition | null = null; ; ) {
      const step: PulledIn = await store.pullInDue({ jumpedBackMs, after, limit: STEP_ROWS })
      pulled += step.pulled
      after = step.next
      if (after === null || stopped.aborted) break
      await sleep(clock, PAUSE_MS, stopped)
    }
    if (pulled > 0) log.info({ deliveries: pulled }, 'due.pulled_in')
  }

  #aheadMs(): number {
    return this.#options.clockAheadMs?.() ?? 0
  }

  /** Seals anew, from the first webhook to the last, what another key sealed. */
  async resealOnce(): Promise<void> {
    const { store, clock, log, keys = null } = this.#options
    await keys?.refresh()
    const stopped = this.#stopped.signal
    const unreadable: string[] = []
    let resealed = 0
    for (let after: string | null = ''; after !== null; ) {
      const step = await store.reseal({ after, limit: RESEAL_ROWS })
      resealed += step.resealed
      unreadable.push(...step.unreadable)
      after = step.next
      if (stopped.aborted) return
      if (after !== null) await sleep(clock, PAUSE_MS, stopped)
    }
    if (unreadable.length > 0) log.warn({ webhookIds: unreadable }, 'keys.unreadable')
    if (resealed > 0) log.info({ webhooks: resealed }, 'keys.resealed')
    else if (unreadable.length === 0) keys?.onAllResealed()
  }

  /** Adds to the charts' roll-ups what is over: after an upgrade, the whole past. */
  async rollUpOnce(): Promise<void> {
    const { store, clock } = this.#options
    const stopped = this.#stopped.signal
    for (;;) {
      const { more } = await store.rollUp(STEP_ROWS)
      if (!more || stopped.aborted) return
      await sleep(clock, PAUSE_MS, stopped)
    }
  }

  async #settleLoop(): Promise<void> {
    const stopped = this.#stopped.signal
    while (!stopped.aborted) {
      this.#nudged = false
      const done = await this.#guarded('settle', () => this.settleOnce())
      if (!done) await sleep(this.#options.clock, FAILED_WAIT_MS, stopped)
      else if (!this.#nudged) await this.#nudgeOr(SETTLE_EVERY_MS)
    }
  }

  #nudgeOr(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(waitMs, () => this.#wakeSettle?.())
      this.#wakeSettle = () => {
        this.#wakeSettle = null
        cancel()
        resolve()
      }
      if (this.#stopped.signal.aborted) this.#wakeSettle()
    })
  }

  async #every(waitMs: number, task: string, run: () => Promise<unknown>): Promise<void> {
    const stopped = this.#stopped.signal
    while (!stopped.aborted) {
      await sleep(this.#options.clock, waitMs, stopped)
      if (!stopped.aborted) await this.#guarded(task, run)
    }
  }

  /** A step that fails is tried again at its next time; the others go on. */
  async #guarded(task: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run()
      return true
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#options.log.warn({ task, error: message }, 'upkeep.failed')
      return false
    }
  }
}
