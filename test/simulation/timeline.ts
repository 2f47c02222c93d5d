/**
 * The world's time: events in the order of their instant, and of their making where instants are
 * equal. Time stands still until everything that an event set off has come to rest.
 */
const EVENTS_AT_ONCE_MAX = 20_000

export interface TimelineEvent {
  readonly at: number
  readonly order: number
  run: (() => void) | null
}

export class Timeline {
  /** Milliseconds since the world began. */
  now = 0
  readonly #heap: TimelineEvent[] = []
  #order = 0
  #eventsNow = 0

  /** Runs once, in so many milliseconds, rounded up. The returned function cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const at = this.now + Math.max(0, Math.ceil(delayMs))
    const event: TimelineEvent = { at, order: this.#order++, run }
    this.#push(event)
    return () => {
      event.run = null
    }
  }

  /** Moves to the next event and runs it; false: there is none until `untilMs`. */
  async step(untilMs: number): Promise<boolean> {
    const event = this.#pop(untilMs)
    if (!event) {
      this.now = Math.max(this.now, untilMs)
      return false
    }
    this.#eventsNow = event.at === this.now ? this.#eventsNow + 1 : 0
    if (this.#eventsNow > EVENTS_AT_ONCE_MAX) throw new Error('The world does not come to rest')
    this.now = event.at
    event.run?.()
    await atRest()
    return true
  }

  #push(event: TimelineEvent): void {
    const heap = this.#heap
    let child = heap.push(event) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!isBefore(event, heap[parent])) break
      heap[child] = heap[parent] as TimelineEvent
      child = parent
    }
    heap[child] = event
  }

  /** Leaves out what was cancelled. */
  #pop(untilMs: number): TimelineEvent | undefined {
    for (;;) {
      const first = this.#heap[0]
      if (!first || (first.run && first.at > untilMs)) return undefined
      this.#removeFirst()
      if (first.run) return first
    }
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let parent = 0
    for (;;) {
      const left = parent * 2 + 1
      const smaller = isBefore(heap[left + 1], heap[left]) ? left + 1 : left
      const child = heap[smaller]
      if (!child || !isBefore(child, last)) break
      heap[parent] = child
      parent = smaller
    }
    heap[parent] = last
  }
}

function isBefore(a: TimelineEvent | undefined, b: TimelineEvent | undefined): boolean {
  if (!a || !b) return a !== undefined
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** All promises that can go on have gone on: nothing in a world waits for anything but its time. */
export function atRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
