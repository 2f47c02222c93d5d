/**
 * Adaptive group commit, the calling side: when the engine is idle a call goes out at once; while
 * it works, calls gather and leave together as the next batch. Before an engine of another thread
 * this one deals with all that its loop has ready: under load those are the next calls. No timer: an
 * idle system has the latency of one commit, a busy one shares each sync among all who wait.
 *
 * Who goes first: whatever is not ingest (leases, claims, records, settings: small, and others wait
 * for them), then single events, then bulk; chatbots take turns. After a commit with bulk in it there
 * is one without, if anything else waits: nobody waits longer than for one batch of somebody else.
 *
 * A probe of the size of work goes alone: where there is no room for it there may be room for the others.
 */
import type { Clock } from '../../../clock.ts'
import { StoreUnavailable } from '../../../errors.ts'
import type { NewAuditEntry } from '../../desk.ts'
import type { AcceptInput } from '../../road.ts'
import { acceptWeight, COMMIT_WEIGHT_MAX, isBulk } from '../../rules/accept-weight.ts'
import { FairQueue } from '../../rules/fair-queue.ts'
import { SMALL_BYTES } from '../../rules/probe.ts'
import type { BatchReply, Call } from '../engine.ts'
import { type EngineFault, toError, toFault } from '../file/faults.ts'
import { isReading, type Operations } from '../operations.ts'
import type { EnginePort } from './port.ts'

type Input<Name extends keyof Operations> = Parameters<Operations[Name]>[1]
type Output<Name extends keyof Operations> = ReturnType<Operations[Name]>

interface Pending {
  call: Call
  /** Of a commit; only what is accepted can be large: up to 8 MiB of payloads in one call. */
  weight: number
  resolve(value: unknown): void
  reject(error: Error): void
}

/** More would hold up those who come after for longer than they save. */
const BATCH_CALLS_MAX = 1_000
/** Of them, while single events wait, at most so many that are not ingest. */
const OTHERS_MAX = 500

interface WriteQueueOptions {
  port: Pick<EnginePort, 'write' | 'afterTurn'>
  /** For how long a batch was on its way. */
  clock: Pick<Clock, 'monotonic'>
  /** Whether anybody wants to hear of each lead and attempt: gathering and copying that costs. */
  isFollowed(): boolean
  /** Why nothing is written any more, only read; null: it is. Asked before each batch. */
  damage?(): EngineFault | null
  /** After each batch, be it committed or refused. */
  onBatch(calls: readonly Call[], reply: BatchReply, durationMs: number): void
}

export class WriteQueue {
  readonly #options: WriteQueueOptions
  /** Those that are larger than a row. */
  readonly #probes: Pending[] = []
  /** In their order. */
  readonly #others = new FairQueue<Pending>()
  readonly #singles = new FairQueue<Pending>()
  readonly #bulk = new FairQueue<Pending>()
  /** The batch that went out last. */
  #hadBulk = false
  #busy = false
  #closed = false
  #idle: (() => void)[] = []

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  /** Resolves after the commit is on disk. */
  call<Name extends keyof Operations>(
    name: Name,
    input: Input<Name>,
    audit?: NewAuditEntry,
  ): Promise<Output<Name>> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('The store is closed.'))
    return new Promise((resolve, reject) => {
      this.#put({
        call: audit ? { name, input, audit } : { name, input },
        weight: 0,
        resolve: resolve as (value: unknown) => void,
        reject,
      })
      if (this.#busy) return
      this.#busy = true
      // What is called in the same turn still gets in.
      queueMicrotask(() => this.#flushSoon())
    })
  }

  /** Refuses new calls; resolves when those that are queued have their answers. */
  close(): Promise<void> {
    this.#closed = true
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #put(pending: Pending): void {
    const { name, input } = pending.call
    if (name === 'ping' && Number(input) > SMALL_BYTES) {
      this.#probes.push(pending)
      return
    }
    if (name !== 'accept') {
      this.#others.push('', pending)
      return
    }
    const accept = input as AcceptInput
    pending.weight = acceptWeight(accept)
    const queue = isBulk(accept) ? this.#bulk : this.#singles
    queue.push(accept.chatbotId, pending)
  }

  get #waiting(): number {
    return this.#probes.length + this.#others.size + this.#singles.size + this.#bulk.size
  }

  /** Those whose requests the loop has ready come along. */
  #flushSoon(): void {
    const { afterTurn } = this.#options.port
    if (afterTurn === undefined) this.#flush()
    else afterTurn(() => this.#flush())
  }

  #flush(): void {
    const batch = this.#takeAllowed()
    if (batch.length === 0) {
      this.#next()
      return
    }
    const { port, clock, isFollowed } = this.#options
    const calls = batch.map((pending) => pending.call)
    const startedAt = clock.monotonic()
    port
      .write({ calls, wantChanges: isFollowed() })
      .then((reply) => {
        settle(batch, reply)
        this.#options.onBatch(calls, reply, clock.monotonic() - startedAt)
      })
      .catch((error: unknown) => {
        for (const { reject } of batch) reject(toError(toFault(error)))
      })
      .finally(() => this.#next())
  }

  /** Of a damaged store only what reads is asked. */
  #takeAllowed(): Pending[] {
    const batch = this.#takeBatch()
    const damage = this.#options.damage?.() ?? null
    if (damage === null) return batch
    const { reading = [], writing = [] } = Object.groupBy(batch, ({ call }) =>
      isReading(call) ? 'reading' : 'writing',
    )
    for (const { reject } of writing) reject(toError(damage))
    return reading
  }

  #next(): void {
    if (this.#waiting > 0) {
      this.#flushSoon()
      return
    }
    this.#busy = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #takeBatch(): Pending[] {
    const probe = this.#probes.shift()
    if (probe) return [probe]
    const batch: Pending[] = []
    const othersMax = this.#singles.size > 0 ? OTHERS_MAX : BATCH_CALLS_MAX
    take(this.#others, { batch, callsMax: othersMax, weightMax: COMMIT_WEIGHT_MAX })
    const othersWait = batch.length + this.#singles.size > 0
    const bulk: Pending[] = []
    let bulkWeight = 0
    if (!this.#hadBulk || !othersWait) {
      const callsMax = BATCH_CALLS_MAX - batch.length
      bulkWeight = take(this.#bulk, { batch: bulk, callsMax, weightMax: COMMIT_WEIGHT_MAX })
    }
    this.#hadBulk = bulk.length > 0
    const callsMax = BATCH_CALLS_MAX - bulk.length
    take(this.#singles, { batch, callsMax, weightMax: COMMIT_WEIGHT_MAX - bulkWeight })
    return [...batch, ...bulk]
  }
}

function settle(batch: Pending[], { replies }: BatchReply): void {
  for (const [index, { resolve, reject }] of batch.entries()) {
    const answer = replies[index]
    if (answer && 'value' in answer) resolve(answer.value)
    else reject(answer ? toError(answer.fault) : new Error('The engine left a call unanswered.'))
  }
}

/** Moves as many as there is room for, or one that is more than that alone; their weight together. */
function take(
  from: FairQueue<Pending>,
  { batch, callsMax, weightMax }: { batch: Pending[]; callsMax: number; weightMax: number },
): number {
  let weight = 0
  for (let next = from.peek(); next && batch.length < callsMax; next = from.peek()) {
    const isTooMuch = weight + next.weight > weightMax && weight > 0
    if (weightMax <= 0 || isTooMuch) break
    weight += next.weight
    from.shift()
    batch.push(next)
  }
  return weight
}
