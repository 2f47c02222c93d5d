/**
 * Upkeep: what runs by the clock beside the traffic. Takes back what dead nodes held, rolls up what
 * charts read, deletes what is past its retention, seals anew what another key sealed, pulls in what a
 * clock ahead of ours wrote: in small steps with a pause between them, so that a commit of ours never
 * holds up an accepted lead for long.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { DuePosition, PulledIn, Road } from '../store/road.ts'
import { Background } from './background.ts'

interface UpkeepOptions {
  store: Pick<Road, 'indexLeads' | 'prune' | 'pullInDue' | 'rollUp' | 'reseal' | 'sweepLeases'>
  clock: Clock
  log: Log
  retentionMs: number
  leadRetentionMs: number | null
  /** What is silent for so long is dead. */
  leaseMs?: number
  /** So many nodes deliver now. */
  onLiveNodes(count: number): void
  /** Webhooks lost their listener: what waits for it is to be settled. */
  onAway(): void
  /** Where the encryption keys may change while the server runs; null: nowhere. */
  keys?: ChangingKeys | null
  /** By so much the wall clock may be ahead of the time (clock-watch.ts). */
  clockAheadMs?: () => number
}

export interface ChangingKeys {
  refresh(): Promise<void>
  /** Nothing is left that needs another key than the present one. */
  onAllResealed(): void
}

/** Rows of one step: up to 30 ms of the writer when they are scattered over the whole file. */
const STEP_ROWS = 200
const RESCUE_EVERY_MS_MAX = 10_000
/** Of a temporary webhook that nobody listens to. */
const ABANDONED_AFTER_MS = 3_600_000
const PRUNE_EVERY_MS = 60_000
const RESEAL_EVERY_MS = 5_000
/** A few milliseconds of this thread, which also takes requests. */
const RESEAL_ROWS = 50
/** What is not rolled up yet, a chart adds up by itself: the minutes of a minute or two. */
const ROLL_UP_EVERY_MS = 30_000
/** What is not in the index yet, a search looks through by itself: what came within a second or two. */
const INDEX_EVERY_MS = 1_000
/** After an upgrade all leads are put into the index: told when so many were. */
const INDEX_TOLD_ROWS = 100_000

export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #background: Background
  #caughtUpAt = Number.NEGATIVE_INFINITY

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#background = new Background(options)
  }

  start(): void {
    const { leaseMs = Number.POSITIVE_INFINITY } = this.#options
    const rescueEveryMs = Math.min(RESCUE_EVERY_MS_MAX, leaseMs / 3)
    const background = this.#background
    // The clock may have been set back while no process ran.
    background.begin('due', () => this.pullInOnce(0))
    background.begin('nodes', () => this.nodesOnce())
    background.every(rescueEveryMs, 'nodes', () => this.nodesOnce())
    background.begin('rollups', () => this.rollUpOnce())
    background.every(ROLL_UP_EVERY_MS, 'rollups', () => this.rollUpOnce())
    background.every(INDEX_EVERY_MS, 'search', () => this.indexOnce())
    background.every(PRUNE_EVERY_MS, 'prune', () => this.pruneOnce())
    background.every(RESEAL_EVERY_MS, 'reseal', () => this.resealOnce())
  }

  stop(): Promise<void> {
    return this.#background.stop()
  }

  /** The wall clock was set back: until it is where it was, what others give back is looked at, too. */
  clockSetBack(byMs: number): void {
    this.#caughtUpAt = Math.max(this.#caughtUpAt, this.#options.clock.now() + byMs)
    this.#background.begin('due', () => this.pullInOnce(byMs))
  }

  /** Takes back what dead nodes and listeners held, removes what nobody came back to, counts the living. */
  async nodesOnce(): Promise<void> {
    const { store, log, onLiveNodes, onAway } = this.#options
    const removeAfterMs = ABANDONED_AFTER_MS + this.#aheadMs()
    const { away, removed, liveNodes } = await store.sweepLeases(removeAfterMs)
    for (const webhookId of away) log.info({ webhookId }, 'listener.away')
    for (const webhookId of removed) log.info({ webhookId }, 'listener.removed')
    if (away.length + removed.length > 0) onAway()
    onLiveNodes(liveNodes)
  }

  async pruneOnce(): Promise<void> {
    if (this.#options.clock.now() < this.#caughtUpAt) await this.pullInOnce(0)
    const { store, retentionMs, leadRetentionMs } = this.#options
    for (;;) {
      const ages = { retentionMs, leadRetentionMs, aheadMs: this.#aheadMs() }
      const { deleted } = await store.prune({ ...ages, limit: STEP_ROWS })
      if (deleted < STEP_ROWS || this.#background.stopped) return
      await this.#background.pause()
    }
  }

  /** No due time lies further ahead than its own wait. */
  async pullInOnce(jumpedBackMs: number): Promise<void> {
    const { store, log } = this.#options
    let pulled = 0
    for (let after: DuePosition | null = null; ; ) {
      const step: PulledIn = await store.pullInDue({ jumpedBackMs, after, limit: STEP_ROWS })
      pulled += step.pulled
      after = step.next
      if (after === null || this.#background.stopped) break
      await this.#background.pause()
    }
    if (pulled > 0) log.info({ deliveries: pulled }, 'due.pulled_in')
  }

  /** Seals anew, from the first webhook to the last, what another key sealed. */
  async resealOnce(): Promise<void> {
    const { store, log, keys = null } = this.#options
    await keys?.refresh()
    const unreadable: string[] = []
    let resealed = 0
    for (let after: string | null = ''; after !== null; ) {
      const step = await store.reseal({ after, limit: RESEAL_ROWS })
      resealed += step.resealed
      unreadable.push(...step.unreadable)
      after = step.next
      if (this.#background.stopped) return
      if (after !== null) await this.#background.pause()
    }
    if (unreadable.length > 0) log.warn({ webhookIds: unreadable }, 'keys.unreadable')
    if (resealed > 0) log.info({ webhooks: resealed }, 'keys.resealed')
    else if (unreadable.length === 0) keys?.onAllResealed()
  }

  /** Puts what was accepted into the search index: after an upgrade, all that is there. */
  async indexOnce(): Promise<void> {
    const { store, log } = this.#options
    let indexed = 0
    for (;;) {
      const { moved } = await store.indexLeads(STEP_ROWS)
      const before = indexed
      indexed += moved
      const isTold = Math.floor(before / INDEX_TOLD_ROWS) < Math.floor(indexed / INDEX_TOLD_ROWS)
      if (isTold) log.info({ leads: indexed }, 'search.indexing')
      if (moved < STEP_ROWS || this.#background.stopped) break
      await this.#background.pause()
    }
    if (indexed >= INDEX_TOLD_ROWS) log.info({ leads: indexed }, 'search.indexed')
  }

  /** Adds to the charts' roll-ups what is over: after an upgrade, the whole past. */
  async rollUpOnce(): Promise<void> {
    for (;;) {
      const { more } = await this.#options.store.rollUp(STEP_ROWS)
      if (!more || this.#background.stopped) return
      await this.#background.pause()
    }
  }

  #aheadMs(): number {
    return this.#options.clockAheadMs?.() ?? 0
  }
}
