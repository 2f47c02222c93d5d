/**
 * Lease: this node's right to attempt what it has claimed. It is renewed by heartbeat and checked on
 * the monotonic clock right before each request. A node that could not renew aborts its open
 * requests before others may take over, and comes back under a new id.
 */
import { setMaxListeners } from 'node:events'
import { type Clock, sleep } from '../clock.ts'
import type { Ids } from '../id.ts'
import type { Log } from '../log.ts'
import type { Road } from '../store/road.ts'

/** One stretch of holding a lease; what was claimed in it is lost with it. */
export interface Term {
  readonly nodeId: string
  readonly signal: AbortSignal
  isLive(): boolean
}

interface LeaseOptions {
  store: Pick<Road, 'joinNode' | 'renewLease' | 'leaveNode'>
  clock: Clock
  ids: Ids
  log: Log
  leaseMs?: number
  /** A new term began: at the start, and after each loss. */
  onTerm(term: Term): void
  onLost(): void
}

const LEASE_MS = 30_000
const RETRY_MS_MAX = 1_000

export class Lease {
  readonly #options: LeaseOptions
  readonly #leaseMs: number
  /** Short beside the tenth that is left between our end and the store's. */
  readonly #retryMs: number
  readonly #stopped = new AbortController()
  #liveUntil = 0
  #nodeId = ''
  #abort = new AbortController()
  #cancelWatch: () => void = () => {}
  #loop: Promise<void> = Promise.resolve()

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#leaseMs = options.leaseMs ?? LEASE_MS
    this.#retryMs = Math.min(RETRY_MS_MAX, this.#leaseMs / 20)
  }

  /** Rejects when the first join fails: a server that can't deliver must not start. */
  async start(): Promise<void> {
    await this.#join()
    this.#loop = this.#keep()
  }

  /** Aborts the open requests of this term, as when the process must end at once. */
  cut(): void {
    this.#abort.abort()
  }

  /**
   * The store may have given this node claims that it doesn't know of, and nobody else may take. The
   * term ends, so that they go back: what is open is cut, and sent again under a new id.
   */
  doubt(): void {
    this.#liveUntil = 0
    this.#abort.abort()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#loop
    this.#cancelWatch()
    if (this.#nodeId === '') return
    const { store, log } = this.#options
    // A store that is away lets the lease lapse instead.
    await store.leaveNode(this.#nodeId).catch((error) => {
      log.warn({ error: messageOf(error) }, 'lease.leaving_failed')
    })
  }

  async #join(): Promise<void> {
    const { store, clock, ids, onTerm } = this.#options
    const nodeId = ids.next('node')
    const askedAt = clock.monotonic()
    await store.joinNode(nodeId, this.#leaseMs)
    this.#nodeId = nodeId
    this.#abort = new AbortController()
    const { signal } = this.#abort
    setMaxListeners(0, signal) // every open request listens
    this.#renewedAt(askedAt)
    onTerm({
      nodeId,
      signal,
      isLive: () => !signal.aborted && clock.monotonic() < this.#liveUntil,
    })
  }

  /**
   * Ours ends a tenth before the store's: whoever takes over finds our requests aborted. The watch
   * ends them to the moment, whatever this file is waiting for then.
   */
  #renewedAt(askedAt: number): void {
    const { clock } = this.#options
    this.#liveUntil = askedAt + this.#leaseMs * 0.9
    this.#cancelWatch()
    const abort = this.#abort
    this.#cancelWatch = clock.setTimer(this.#liveUntil - clock.monotonic(), () => abort.abort())
  }

  async #keep(): Promise<void> {
    const { clock } = this.#options
    const stopped = this.#stopped.signal
    while (!stopped.aborted) {
      await sleep(clock, this.#leaseMs / 3, AbortSignal.any([stopped, this.#abort.signal]))
      while (!stopped.aborted && !(await this.#renew())) {
        await sleep(clock, this.#retryMs, stopped)
        if (!stopped.aborted && clock.monotonic() >= this.#liveUntil) await this.#lose()
      }
    }
  }

  /** True when renewed. A store that is away is asked again until the lease runs out. */
  async #renew(): Promise<boolean> {
    const { store, clock, log } = this.#options
    const askedAt = clock.monotonic()
    try {
      if (await store.renewLease(this.#nodeId, this.#leaseMs)) {
        if (this.#abort.signal.aborted) return false
        this.#renewedAt(askedAt)
        return true
      }
      this.#liveUntil = 0
      this.#abort.abort()
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'lease.renewal_failed')
    }
    return false
  }

  async #lose(): Promise<void> {
    const { store, log, onLost, clock } = this.#options
    const stopped = this.#stopped.signal
    log.error({ nodeId: this.#nodeId }, 'lease.lost')
    this.#cancelWatch()
    this.#abort.abort()
    onLost()
    // What it held goes back now; where the store doesn't hear of it, when the lease lapses.
    await store.leaveNode(this.#nodeId).catch(() => {})
    while (!stopped.aborted) {
      try {
        return await this.#join()
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'lease.join_failed')
        await sleep(clock, this.#retryMs, stopped)
      }
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
