/**
 * Adaptive group commit, for calls of one kind: while fewer than `runningMax` transactions run, a
 * call goes out at once; while they do, calls gather and leave together as the next one. No timer:
 * an idle system has the latency of one commit, a busy one shares each sync among all who wait.
 *
 * A call that throws fails alone: its batch is halved until the culprit stands by itself. What the
 * database can't commit now is answered so for every call of the batch.
 */
import { StoreUnavailable } from '../../../errors.ts'
import { FairQueue } from '../../rules/fair-queue.ts'

interface GroupOptions<Input, Output> {
  /** One transaction; one answer for each input, in their order. */
  run(inputs: Input[]): Promise<Output[]>
  runningMax: number
  callsMax: number
  /** Of a batch at most `weightMax`, unless one call alone is more. */
  weigh?(input: Input): number
  weightMax?: number
  /** Who puts it in: owners take turns. */
  ownerOf?(input: Input): string
  /** Whether the call may share a transaction with those; otherwise it goes with the next. */
  fits?(batch: readonly Input[], input: Input): boolean
}

interface Waiting<Input, Output> {
  input: Input
  resolve(value: Output): void
  reject(error: unknown): void
}

export class Group<Input, Output> {
  readonly #options: GroupOptions<Input, Output>
  readonly #queue = new FairQueue<Waiting<Input, Output>>()
  #running = 0
  #scheduled = false
  #closed = false
  #idle: (() => void)[] = []

  constructor(options: GroupOptions<Input, Output>) {
    this.#options = options
  }

  /** Resolves after the commit is on disk. */
  call(input: Input): Promise<Output> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('The store is closed.'))
    return new Promise((resolve, reject) => {
      this.#queue.push(this.#options.ownerOf?.(input) ?? '', { input, resolve, reject })
      if (this.#scheduled || this.#running >= this.#options.runningMax) return
      this.#scheduled = true
      // What is called in the same turn still gets in.
      queueMicrotask(() => {
        this.#scheduled = false
        this.#start()
      })
    })
  }

  /** Refuses new calls; resolves when those that are queued have their answers. */
  close(): Promise<void> {
    this.#closed = true
    if (this.#running === 0 && this.#queue.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #start(): void {
    while (this.#queue.size > 0 && this.#running < this.#options.runningMax) {
      const batch = this.#takeBatch()
      this.#running += 1
      this.#settle(batch)
        .catch((error: unknown) => {
          for (const { reject } of batch) reject(error)
        })
        .finally(() => {
          this.#running -= 1
          this.#start()
          if (this.#running > 0) return
          for (const resolve of this.#idle.splice(0)) resolve()
        })
    }
  }

  async #settle(batch: Waiting<Input, Output>[]): Promise<void> {
    try {
      const outputs = await this.#options.run(batch.map(({ input }) => input))
      for (const [index, { resolve }] of batch.entries()) resolve(outputs[index] as Output)
    } catch (error) {
      if (batch.length === 1 || error instanceof StoreUnavailable) {
        for (const { reject } of batch) reject(error)
        return
      }
      const middle = batch.length >> 1
      await this.#settle(batch.slice(0, middle))
      await this.#settle(batch.slice(middle))
    }
  }

  #takeBatch(): Waiting<Input, Output>[] {
    const { callsMax, weigh, weightMax = Number.POSITIVE_INFINITY, fits } = this.#options
    const batch: Waiting<Input, Output>[] = []
    const inputs: Input[] = []
    let weight = 0
    for (let next = this.#queue.peek(); next; next = this.#queue.peek()) {
      if (batch.length === callsMax) break
      weight += weigh?.(next.input) ?? 0
      if (batch.length > 0 && (weight > weightMax || fits?.(inputs, next.input) === false)) break
      this.#queue.shift()
      batch.push(next)
      inputs.push(next.input)
    }
    return batch
  }
}
