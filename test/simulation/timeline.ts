/**
 * The world's time: events in the order of their instant, and of their making where instants are
 * equal. Time stands still until everything that an event set off has come to rest.
 */
import { manualClock } from '../../packages/server/test/manual-clock.ts'
import { settled } from '../../packages/server/test/settled.ts'

const EVENTS_AT_ONCE_MAX = 20_000

export class Timeline {
  readonly #clock = manualClock()
  #eventsNow = 0

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#clock.monotonic()
  }

  /** Runs once, in so many milliseconds, rounded up. The returned function cancels it. */
  after(delayMs: number, run: () => void): () => void {
    return this.#clock.setTimer(Math.ceil(delayMs), run)
  }

  /** Moves to the next event and runs it; false: there is none until `untilMs`. */
  async step(untilMs: number): Promise<boolean> {
    const before = this.now
    if (!this.#clock.fireNext(untilMs)) return false
    this.#eventsNow = before === this.now ? this.#eventsNow + 1 : 0
    if (this.#eventsNow > EVENTS_AT_ONCE_MAX) throw new Error('The world does not come to rest')
    await settled(1)
    return true
  }
}
