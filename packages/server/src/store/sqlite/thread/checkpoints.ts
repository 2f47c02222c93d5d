/**
 * Says when the log is to be moved into the database: by the pages that were added to it, because
 * each page that is changed often is moved once for all its changes.
 */

/**
 * Below the writer's own limit (file/database.ts) by what it commits while they are moved. With
 * moves of 250 pages the reading thread had 8 ms of CPU for 1,000 leads, with these 3.
 */
const PAGES = 2_500

/** About so many: a call of few changes pages of its own, many together share theirs. */
function pagesOf(calls: number): number {
  return calls + 10 * Math.min(calls, 3)
}

export class Checkpoints {
  readonly #move: () => Promise<unknown>
  #pages = 0
  #running = false

  constructor(move: () => Promise<unknown>) {
    this.#move = move
  }

  /** To be told of each batch as it goes out. What is moved is what was committed before it. */
  count(calls: number): void {
    if (this.#pages >= PAGES && !this.#running) {
      this.#pages = 0
      this.#running = true
      // What it could not move, the writer moves by itself some pages later, or says why it can't.
      this.#move().then(this.#ended, this.#ended)
    }
    this.#pages += pagesOf(calls)
  }

  readonly #ended = (): void => {
    this.#running = false
  }
}
