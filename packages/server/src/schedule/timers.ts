/** Timers that don't outlive their room. */
import type { Clock } from '../clock.ts'

export class Timers {
  readonly #clock: Clock
  readonly #cancels = new Set<() => void>()
  readonly #earliest = new Map<object, number>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(delayMs: number, run: () => void): void {
    if (this.#closed) return
    const cancel = this.#clock.setTimer(delayMs, () => {
      this.#cancels.delete(cancel)
      run()
    })
    this.#cancels.add(cancel)
  }

  /** Unless one is set for `owner` that comes no later. */
  earliest(owner: object, delayMs: number, run: () => void): void {
    const at = this.#clock.monotonic() + delayMs
    if ((this.#earliest.get(owner) ?? Number.POSITIVE_INFINITY) <= at) return
    this.#earliest.set(owner, at)
    this.after(Math.ceil(delayMs), () => {
      if (this.#earliest.get(owner) === at) this.#earliest.delete(owner)
      run()
    })
  }

  close(): void {
    this.#closed = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
