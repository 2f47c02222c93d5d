/**
 * Adaptive group commit, the calling side: when the engine is idle a call goes out at once; while
 * it works, calls gather and leave together as the next batch. No timer: an idle system has the
 * latency of one commit, a busy one shares each sync among all who wait.
 */
import { StoreUnavailable } from '../../errors.ts'
import type { NewAuditEntry } from '../store.ts'
import type { BatchReply, Call } from './engine.ts'
import { toError, toFault } from './faults.ts'
import type { Operations } from './operations.ts'
import type { EnginePort } from './port.ts'

type Input<Name extends keyof Operations> = Parameters<Operations[Name]>[0]
type Output<Name extends keyof Operations> = ReturnType<Operations[Name]>

interface Pending {
  call: Call
  resolve(value: unknown): void
  reject(error: Error): void
}

/** More would hold up those who come after for longer than they save. */
const BATCH_CALLS_MAX = 1_000
/** Characters of JSON text, of calls that say how large they are. */
const BATCH_CHARACTERS_MAX = 8 * 1024 * 1024

export class WriteQueue {
  readonly #port: EnginePort
  readonly #onCommit: (reply: BatchReply) => void
  /** Whether anybody wants changes: gathering and copying them costs. */
  readonly #isHeard: () => boolean
  #queue: Pending[] = []
  #busy = false
  #closed = false
  #idle: (() => void)[] = []

  constructor(options: {
    port: EnginePort
    isHeard: () => boolean
    onCommit: (reply: BatchReply) => void
  }) {
    this.#port = options.port
    this.#isHeard = options.isHeard
    this.#onCommit = options.onCommit
  }

  /** Resolves after the commit is on disk. */
  call<Name extends keyof Operations>(
    name: Name,
    input: Input<Name>,
    audit?: NewAuditEntry,
  ): Promise<Output<Name>> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('The store is closed.'))
    return new Promise((resolve, reject) => {
      this.#queue.push({
        call: audit ? { name, input, audit } : { name, input },
        resolve: resolve as (value: unknown) => void,
        reject,
      })
      if (this.#busy) return
      this.#busy = true
      // What is called in the same turn still gets in.
      queueMicrotask(() => this.#flush())
    })
  }

  /** Refuses new calls; resolves when those that are queued have their answers. */
  close(): Promise<void> {
    this.#closed = true
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #flush(): void {
    const batch = this.#takeBatch()
    const calls = batch.map((pending) => pending.call)
    this.#port
      .write({ calls, wantChanges: this.#isHeard() })
      .then((reply) => this.#settle(batch, reply))
      .catch((error: unknown) => {
        for (const { reject } of batch) reject(toError(toFault(error)))
      })
      .finally(() => this.#next())
  }

  #settle(batch: Pending[], reply: BatchReply): void {
    for (const [index, { resolve, reject }] of batch.entries()) {
      const answer = reply.replies[index]
      if (answer && 'value' in answer) resolve(answer.value)
      else reject(answer ? toError(answer.fault) : new Error('The engine left a call unanswered.'))
    }
    this.#onCommit(reply)
  }

  #next(): void {
    if (this.#queue.length > 0) {
      this.#flush()
      return
    }
    this.#busy = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #takeBatch(): Pending[] {
    if (this.#queue.length === 1) return this.#queue.splice(0)
    let size = 0
    let characters = 0
    for (const { call } of this.#queue) {
      characters += weight(call)
      if (size === BATCH_CALLS_MAX || (size > 0 && characters > BATCH_CHARACTERS_MAX)) break
      size += 1
    }
    return this.#queue.splice(0, size)
  }
}

/** Only what is accepted can be large: up to 8 MiB of payloads in one call. */
function weight({ name, input }: Call): number {
  if (name !== 'accept') return 0
  const { events } = input as Input<'accept'>
  return events.reduce((sum, event) => sum + event.payload.length, 0)
}
