/**
 * Turns of the event loop for long work, one for each turn of the loop, whoever waits: so many bodies
 * that are read in parts at once hold up everybody else no longer than one does.
 */
export class LoopTurns {
  readonly #waiting: (() => void)[] = []

  /** Resolves after others had their turn: sockets, timers, and whoever asked before. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) setImmediate(() => this.#give())
    })
  }

  #give(): void {
    this.#waiting.shift()?.()
    if (this.#waiting.length > 0) setImmediate(() => this.#give())
  }
}
