/** Who has a slot and who waits for one: a place that is free goes to the next chatbot in turn. */
export class SlotTurns {
  readonly #perOwnerMax: number
  readonly #max: number
  #held = 0
  readonly #heldBy = new Map<string, number>()
  /** In the order in which chatbots have their turn. */
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor({ perChatbotMax, max }: { perChatbotMax: number; max: number }) {
    this.#perOwnerMax = perChatbotMax
    this.#max = max
  }

  waitingOf(owner: string): number {
    return this.#waiting.get(owner)?.size ?? 0
  }

  /** False: there is no room, or others of the same chatbot wait already. */
  take(owner: string): boolean {
    if (this.waitingOf(owner) > 0 || !this.#hasRoom(owner)) return false
    this.#hold(owner)
    return true
  }

  /** `go` is called with the slot taken. Returns what leaves the queue. */
  wait(owner: string, go: () => void): () => void {
    const queue = this.#waiting.get(owner) ?? new Set()
    this.#waiting.set(owner, queue.add(go))
    return () => {
      queue.delete(go)
      if (queue.size === 0 && this.#waiting.get(owner) === queue) this.#waiting.delete(owner)
    }
  }

  release(owner: string): void {
    const left = (this.#heldBy.get(owner) ?? 1) - 1
    if (left > 0) this.#heldBy.set(owner, left)
    else this.#heldBy.delete(owner)
    this.#held -= 1
    this.#next()
  }

  #hasRoom(owner: string): boolean {
    return this.#held < this.#max && (this.#heldBy.get(owner) ?? 0) < this.#perOwnerMax
  }

  #hold(owner: string): void {
    this.#held += 1
    this.#heldBy.set(owner, (this.#heldBy.get(owner) ?? 0) + 1)
  }

  #next(): void {
    for (const [owner, queue] of this.#waiting) {
      if (!this.#hasRoom(owner)) continue
      const [go] = queue
      if (go === undefined) continue
      queue.delete(go)
      // Last in turn from now on.
      this.#waiting.delete(owner)
      if (queue.size > 0) this.#waiting.set(owner, queue)
      this.#hold(owner)
      go()
      return
    }
  }
}
