import { assert } from '../src/errors.ts'

interface Timer {
  readonly at: number
  readonly delayMs: number
  run(): void
}

interface Entry {
  readonly at: number
  readonly delayMs: number
  readonly order: number
  /** Null: cancelled. */
  run: (() => void) | null
}

/**
 * What fires when: in the order of instants, and of arming where these are equal. A heap, and what is
 * cancelled stays in it until its turn: the simulation arms and cancels some thousand a second.
 */
export class TimerQueue {
  readonly #heap: Entry[] = []
  #order = 0

  /** The returned function cancels it. */
  add({ at, delayMs, run }: Timer): () => void {
    assert(!Number.isNaN(at), 'a timer has an instant')
    const entry: Entry = { at, delayMs, order: this.#order++, run }
    this.#push(entry)
    return () => {
      entry.run = null
    }
  }

  /** Takes out the first, if it is due until then. */
  takeDue(untilMs: number): Pick<Timer, 'at' | 'run'> | null {
    for (;;) {
      const first = this.#heap[0]
      if (!first || (first.run && first.at > untilMs)) return null
      this.#removeFirst()
      if (first.run) return { at: first.at, run: first.run }
    }
  }

  /** All that will fire, the next one first. */
  waiting(): Pick<Timer, 'at' | 'delayMs'>[] {
    return this.#heap
      .filter(({ run }) => run !== null)
      .sort((a, b) => a.at - b.at || a.order - b.order)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let child = heap.push(entry) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      const above = heap[parent]
      if (!above || !isBefore(entry, above)) break
      heap[child] = above
      child = parent
    }
    heap[child] = entry
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

function isBefore(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return a !== undefined
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
