/**
 * Stop watch: ends open requests when their signal aborts. Hundreds of requests share one signal; a
 * listener of its own for each cost a seventh of the main thread's time in a drain.
 */
import type { Deadline } from './deadline.ts'

export class StopWatch {
  readonly #bySignal = new WeakMap<AbortSignal, Set<Deadline>>()

  /** Returns what takes the deadline out again. */
  add(signal: AbortSignal, deadline: Deadline): () => void {
    const deadlines = this.#of(signal)
    deadlines.add(deadline)
    return () => deadlines.delete(deadline)
  }

  #of(signal: AbortSignal): Set<Deadline> {
    const known = this.#bySignal.get(signal)
    if (known) return known
    const deadlines = new Set<Deadline>()
    this.#bySignal.set(signal, deadlines)
    const stopAll = () => {
      for (const deadline of deadlines) deadline.stop()
    }
    signal.addEventListener('abort', stopAll, { once: true })
    return deadlines
  }
}
