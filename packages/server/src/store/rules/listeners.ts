import type { Log } from '../../log.ts'

/** Who wants to hear of something. One that throws is logged and harms no other. */
export class Listeners<Heard> {
  readonly #log: Log
  readonly #listeners = new Set<(heard: Heard) => void>()

  constructor(log: Log) {
    this.#log = log
  }

  get count(): number {
    return this.#listeners.size
  }

  /** Returns the function that takes the listener away. */
  add(listener: (heard: Heard) => void): () => void {
    // Wrapped, so that the same function may listen twice and leave once.
    const own = (heard: Heard) => listener(heard)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(heard: Heard): void {
    for (const listener of this.#listeners) {
      try {
        listener(heard)
      } catch (error) {
        this.#log.error({ error: String(error) }, 'store.listener_threw')
      }
    }
  }
}
