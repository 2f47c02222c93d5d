/** A binary heap of what is due when: the earliest is always at hand, whatever the number. */
export class DueQueue<Item> {
  readonly #entries: { at: number; item: Item }[] = []

  get size(): number {
    return this.#entries.length
  }

  push(at: number, item: Item): void {
    const entries = this.#entries
    entries.push({ at, item })
    let child = entries.length - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (this.#at(parent) <= at) break
      this.#swap(child, parent)
      child = parent
    }
  }

  /** Infinity when there is nothing. */
  nextAt(): number {
    return this.#at(0)
  }

  /** The earliest, if it is due at `now`. */
  popDue(now: number): { at: number; item: Item } | undefined {
    const entries = this.#entries
    const first = entries[0]
    if (!first || first.at > now) return undefined
    const last = entries.pop()
    if (last && entries.length > 0) {
      entries[0] = last
      this.#sinkFirst()
    }
    return first
  }

  clear(): void {
    this.#entries.length = 0
  }

  #sinkFirst(): void {
    let parent = 0
    for (;;) {
      const left = parent * 2 + 1
      const smaller = this.#at(left + 1) < this.#at(left) ? left + 1 : left
      if (this.#at(smaller) >= this.#at(parent)) return
      this.#swap(parent, smaller)
      parent = smaller
    }
  }

  #at(index: number): number {
    return this.#entries[index]?.at ?? Number.POSITIVE_INFINITY
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries
    const [first, second] = [entries[a], entries[b]]
    if (!first || !second) return
    entries[a] = second
    entries[b] = first
  }
}
