/**
 * What ends a request before its time is over: its own timeout, or the server's stop. The phases of
 * a request (resolve, connect, exchange) follow each other, so there is one listener at a time: the
 * phase that must let go now.
 */
import type { Clock } from '../clock.ts'
import { type Failure, STOPPED, timedOut } from './failure.ts'

export class Deadline {
  /** Set once it is over. */
  failure: Failure | null = null
  /** For the sentence of a timeout: what is going on. */
  phase = ''
  /** Called once, when it is over. */
  onEnd: (() => void) | null = null
  readonly #cancelTimer: () => void
  readonly #isLive: () => boolean

  constructor(clock: Clock, timeoutMs: number, isLive: () => boolean = () => true) {
    this.#isLive = isLive
    this.#cancelTimer = clock.setTimer(timeoutMs, () => this.#end(timedOut(timeoutMs, this.phase)))
  }

  readonly stop = (): void => this.#end(STOPPED)

  /**
   * Right before the bytes go out. A process that was frozen goes on where it was, and hears only
   * later in the turn that its lease is over: what it had on its way here must not be sent any more.
   */
  checkLease(): void {
    if (!this.#isLive()) this.stop()
  }

  /** The answer is here: time plays no part any more, a stop still does. */
  cancelTimer(): void {
    this.#cancelTimer()
  }

  #end(failure: Failure): void {
    if (this.failure !== null) return
    this.#cancelTimer()
    this.failure = failure
    this.onEnd?.()
  }
}
