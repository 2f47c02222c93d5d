/**
 * The commit that `/readyz` stands on. It must be no easier than the work, or a full disk that refuses
 * every lead would be called ready; so its size is about a lead's, and after work was refused no
 * smaller than that. Anybody may ask, so one probe answers all who ask within a second.
 */
import type { Clock } from '../../clock.ts'
import { StoreUnavailable } from '../../errors.ts'

/** About what the commit of a lead with a few subscribers changes, in pages of 4 KB. */
const WORK_BYTES = 131_072
/** A whole batch of events. */
const BYTES_MAX = 8 * 1_048_576
const EVERY_MS = 1_000
/** While nothing is refused most probes are small: else an idle server would write gigabytes a day. */
const WHOLE_EVERY_MS = 30_000
/** A row that is there. */
export const SMALL_BYTES = 64

export class Probe {
  readonly #clock: Clock
  readonly #workBytes: number
  readonly #commit: (bytes: number) => Promise<void>
  #answer: Promise<void> | null = null
  #askedAt = 0
  #wholeAt = Number.NEGATIVE_INFINITY
  /** Of the work that was refused, and of which no commit has shown that it works again. */
  #owedBytes = 0
  #closed = false

  /** `workBytes`: of a probe while nothing was refused; else a lead's. */
  constructor(options: {
    clock: Clock
    commit: (bytes: number) => Promise<void>
    workBytes?: number
  }) {
    this.#clock = options.clock
    this.#workBytes = options.workBytes ?? WORK_BYTES
    this.#commit = options.commit
  }

  /** Rejects as the commit does. */
  ask(): Promise<void> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('The store is closed.'))
    const now = this.#clock.monotonic()
    if (this.#answer === null || now - this.#askedAt >= EVERY_MS) {
      this.#askedAt = now
      this.#answer = this.#commit(this.#bytesAt(now))
      // Whoever asks is told.
      this.#answer.catch(() => {})
    }
    return this.#answer
  }

  #bytesAt(now: number): number {
    if (this.#owedBytes > 0) return Math.max(this.#workBytes, this.#owedBytes)
    if (now - this.#wholeAt < WHOLE_EVERY_MS) return SMALL_BYTES
    this.#wholeAt = now
    return this.#workBytes
  }

  /** From now on nothing can be asked. */
  close(): void {
    this.#closed = true
  }

  /** Whether work was refused and nothing has shown since that it works again. */
  get owes(): boolean {
    return this.#owedBytes > 0
  }

  /** A commit of about this size was refused. True: the first after all was well. */
  refused(bytes: number): boolean {
    const isFirst = this.#owedBytes === 0
    this.#owedBytes = Math.min(Math.max(this.#owedBytes, bytes, 1), BYTES_MAX)
    if (isFirst) this.#answer = null
    return isFirst
  }

  /** One was made. True: it shows that what was refused works again. */
  committed(bytes: number): boolean {
    if (this.#owedBytes === 0 || bytes < this.#owedBytes) return false
    this.#owedBytes = 0
    return true
  }
}
