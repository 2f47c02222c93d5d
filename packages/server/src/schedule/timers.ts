/** Timers that don't outlive their room. */
import type { Clock } from '../clock.ts'

export class Timers {
  readonly #clock: Clock
  readonly #cancels = new Set<() => void>()
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

  close(): void {
    this.#closed = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
