import type { Log } from '../../log.ts'

/** Tells something to whoever wants to hear it. A hearer that throws is logged and harms no other. */
export class Signal<News> {
  readonly #log: Log
  readonly #hearers = new Set<(news: News) => void>()
  /** How many of them want all that there is to tell. */
  #followers = 0

  constructor(log: Log) {
    this.#log = log
  }

  get isFollowed(): boolean {
    return this.#followers > 0
  }

  /** Returns the function that takes the hearer away. */
  add(hearer: (news: News) => void, { follows = false } = {}): () => void {
    // Wrapped, so that the same function may hear it twice and leave once.
    const own = (news: News) => hearer(news)
    this.#hearers.add(own)
    if (follows) this.#followers += 1
    return () => {
      if (this.#hearers.delete(own) && follows) this.#followers -= 1
    }
  }

  tell(news: News): void {
    for (const hearer of this.#hearers) {
      try {
        hearer(news)
      } catch (error) {
        this.#log.error({ error: String(error) }, 'store.listener_threw')
      }
    }
  }
}
