/**
 * What ends a request before its time is over: its own timeout, or the server's stop. The phases of
 * a request (resolve, connect, exchange) follow each other, so there is one listener at a time: the
 * phase that must let go now.
 */
import { type Failure, STOPPED, timedOut } from './failure.ts'

export interface Limits {
  /** Until the answer's headers. */
  timeoutMs: number
  /** Ends it when it aborts. */
  signal?: AbortSignal | undefined
  isLive?: (() => boolean) | undefined
}

export class Deadline {
  /** Set once it is over. */
  failure: Failure | null = null
  /** For the sentence of a timeout: what is going on. */
  phase = ''
  /** Called once, when it is over. */
  onEnd: (() => void) | null = null
  /** The answer is here: time plays no part any more, a stop still does. */
  isAnswered = false
  readonly timeoutMs: number
  /** On the monotonic clock. */
  readonly endsAt: number
  readonly signal: AbortSignal | undefined
  readonly #isLive: (() => boolean) | undefined

  constructor(now: number, { timeoutMs, signal, isLive }: Limits) {
    this.timeoutMs = timeoutMs
    this.endsAt = now + timeoutMs
    this.signal = signal
    this.#isLive = isLive
  }

  stop(): void {
    this.#end(STOPPED)
  }

  timeOut(): void {
    this.#end(timedOut(this.timeoutMs, this.phase))
  }

  /**
   * Right before the bytes go out. A process that was frozen goes on where it was, and hears only
   * later in the turn that its lease is over: what it had on its way here must not be sent any more.
   */
  checkLease(): void {
    if (this.#isLive?.() === false) this.stop()
  }

  #end(failure: Failure): void {
    if (this.failure !== null) return
    this.failure = failure
    this.onEnd?.()
  }
}
