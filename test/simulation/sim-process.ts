/**
 * A process as its world sees it: running, frozen (SIGSTOP, a long pause of the collector) or dead.
 * Everything that goes in or out passes through `post`, so a frozen process neither hears nor says
 * anything until it thaws, and a dead one never again.
 */
import type { Clock } from '../../packages/server/src/clock.ts'
import type { Timeline } from './timeline.ts'

export const WORLD_START_MS = 1_700_000_000_000

export class SimProcess {
  readonly name: string
  readonly clock: Clock
  readonly #timeline: Timeline
  #state: 'running' | 'frozen' | 'dead' = 'running'
  #waiting: (() => void)[] = []
  /** The instant at which it last went on after being frozen. */
  thawedAt = -1
  #cancelThaw: (() => void) | null = null

  constructor(options: { name: string; timeline: Timeline; skewMs: number }) {
    const { name, timeline, skewMs } = options
    this.name = name
    this.#timeline = timeline
    this.clock = {
      now: () => WORLD_START_MS + skewMs + timeline.now,
      monotonic: () => timeline.now,
      setTimer: (delayMs, run) => this.#setTimer(delayMs, run),
    }
  }

  get state(): 'running' | 'frozen' | 'dead' {
    return this.#state
  }

  /** At once when it runs, else when it does again. */
  post(run: () => void): void {
    if (this.#state === 'running') run()
    else if (this.#state === 'frozen') this.#waiting.push(run)
  }

  freeze(durationMs: number): void {
    if (this.#state !== 'running') return
    this.#state = 'frozen'
    this.#cancelThaw = this.#timeline.after(durationMs, () => this.thaw())
  }

  thaw(): void {
    if (this.#state !== 'frozen') return
    this.#cancelThaw?.()
    this.#state = 'running'
    this.thawedAt = this.#timeline.now
    for (const run of this.#waiting.splice(0)) this.#timeline.after(0, () => this.post(run))
  }

  kill(): void {
    this.#state = 'dead'
    this.#waiting = []
    this.#cancelThaw?.()
  }

  #setTimer(delayMs: number, run: () => void): () => void {
    let cancelled = false
    const cancel = this.#timeline.after(delayMs, () => {
      this.post(() => {
        if (!cancelled) run()
      })
    })
    return () => {
      cancelled = true
      cancel()
    }
  }
}
