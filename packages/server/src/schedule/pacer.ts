/**
 * Pacer: fetches starts for lanes whose webhooks have a rate. One question to the store at a time,
 * for many lanes at once. Lanes without a rate never come here.
 */
import { type Clock, sleep } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Road } from '../store/road.ts'
import type { Lane } from './lane.ts'

interface PacerOptions {
  store: Pick<Road, 'takeStarts'>
  clock: Clock
  log: Log
  /** The lane may have got a start, or is to be looked at again. */
  onChange(lane: Lane): void
}

const LANES_PER_QUESTION = 200
const FAILED_WAIT_MS = 500
/** A thousand starts a second are started a few at a time. */
const LOOK_EVERY_MS_MIN = 4

export class Pacer {
  readonly #options: PacerOptions
  readonly #hungry = new Set<Lane>()
  readonly #timers = new Map<Lane, () => void>()
  readonly #stopped = new AbortController()
  #asking = false

  constructor(options: PacerOptions) {
    this.#options = options
  }

  /** To be called after every change of a lane. */
  consider(lane: Lane): void {
    const cancelled = this.#timers.get(lane)
    if (cancelled) {
      cancelled()
      this.#timers.delete(lane)
    }
    const { pace } = lane
    if (!pace) return
    const { clock } = this.#options
    const now = clock.monotonic()
    if (!lane.couldStart(now) || this.#stopped.signal.aborted) return
    if (pace.wanted(now, lane.queued) > 0) {
      this.#hungry.add(lane)
      this.#ask()
    }
    const at = pace.asking ? pace.nextAt(now) : pace.changesAt(now, lane.queued)
    if (at === Number.POSITIVE_INFINITY) return
    const waitMs = Math.max(LOOK_EVERY_MS_MIN, Math.ceil(at - now))
    const cancel = clock.setTimer(waitMs, () => {
      this.#timers.delete(lane)
      this.#options.onChange(lane)
    })
    this.#timers.set(lane, cancel)
  }

  stop(): void {
    this.#stopped.abort()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#hungry.clear()
  }

  #ask(): void {
    if (this.#asking) return
    this.#asking = true
    // What is touched in the same turn still gets in.
    queueMicrotask(async () => {
      while (this.#hungry.size > 0) await this.#askOnce()
      this.#asking = false
    })
  }

  async #askOnce(): Promise<void> {
    const { store, clock, log, onChange } = this.#options
    const askedAt = clock.monotonic()
    const asked = this.#takeHungry(askedAt)
    if (asked.length === 0) return
    for (const { pace } of asked) pace.asking = true
    try {
      const answers = await store.takeStarts(asked.map(({ wanted }) => wanted))
      const now = clock.monotonic()
      for (const [index, { pace }] of asked.entries()) {
        const starts = answers[index]
        if (starts) pace.give(starts, { askedAt, now })
      }
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'rate.failed')
      await sleep(clock, FAILED_WAIT_MS, this.#stopped.signal)
    }
    for (const { pace } of asked) pace.asking = false
    for (const { lane } of asked) onChange(lane)
  }

  #takeHungry(now: number) {
    const asked = []
    for (const lane of this.#hungry) {
      if (asked.length >= LANES_PER_QUESTION) break
      this.#hungry.delete(lane)
      const { pace, webhookId } = lane
      const count = pace && lane.couldStart(now) ? pace.wanted(now, lane.queued) : 0
      if (!pace || count === 0) continue
      const { ratePerSecond } = pace
      asked.push({ lane, pace, wanted: { webhookId, ratePerSecond, count } })
    }
    return asked
  }
}
