/**
 * A queue that its owners are served from in turn, each in its own order: whoever has put in a
 * hundred calls gets as many turns as whoever has put in one. With one owner it is an ordinary queue.
 */
export class FairQueue<Item> {
  /** The first has the next turn. */
  readonly #queues = new Map<string, Queue<Item>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(owner: string, item: Item): void {
    this.#size += 1
    const queue = this.#queues.get(owner)
    if (queue) queue.items.push(item)
    else this.#queues.set(owner, { items: [item], taken: 0 })
  }

  /** Whose turn it is; undefined: nobody waits. */
  peek(): Item | undefined {
    for (const queue of this.#queues.values()) return queue.items[queue.taken]
    return undefined
  }

  /** Takes what `peek` shows; its owner comes after all others then. */
  shift(): Item | undefined {
    for (const [owner, queue] of this.#queues) {
      this.#size -= 1
      const item = take(queue)
      const isEmpty = queue.items.length === 0
      if (isEmpty || this.#queues.size > 1) this.#queues.delete(owner)
      if (!isEmpty && !this.#queues.has(owner)) this.#queues.set(owner, queue)
      return item
    }
    return undefined
  }
}

interface Queue<Item> {
  items: Item[]
  /** How many of `items` are gone: to shift each of a long list moves all the others. */
  taken: number
}

const TAKEN_MAX = 1_024

function take<Item>(queue: Queue<Item>): Item | undefined {
  const item = queue.items[queue.taken]
  queue.taken += 1
  if (queue.taken === queue.items.length || queue.taken > TAKEN_MAX) {
    queue.items.splice(0, queue.taken)
    queue.taken = 0
  }
  return item
}
