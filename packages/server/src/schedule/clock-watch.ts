/**
 * Watches the wall clock against the monotonic one. Both pass at the same rate but for a jump: somebody
 * set the clock, or the machine was suspended. Due times stand on the wall clock, so after a jump they
 * are looked at anew.
 *
 * Never: tells a wrong clock from one that was put right; nothing is moved further ahead for a jump.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'

interface ClockWatchOptions {
  clock: Clock
  log: Log
}

const LOOK_EVERY_MS = 1_000
/** NTP slews by half a millisecond a second, and steps by more than this. */
const JUMP_MS_MIN = 1_000
/** A clock that was set forward is believed, for what is deleted by its age, after a day. */
const BELIEVED_AFTER_MS = 24 * 3_600_000

export class ClockWatch {
  readonly #options: ClockWatchOptions
  #offsetMs: number
  #jumps: { byMs: number; at: number }[] = []
  #cancel: (() => void) | null = null
  readonly #listeners: ((byMs: number) => void)[] = []

  constructor(options: ClockWatchOptions) {
    this.#options = options
    this.#offsetMs = this.#offset()
  }

  /** Calls `listener` after each jump; forward: more than 0. */
  onJump(listener: (byMs: number) => void): void {
    this.#listeners.push(listener)
  }

  start(): void {
    this.#cancel = this.#options.clock.setTimer(LOOK_EVERY_MS, () => {
      this.runOnce()
      this.start()
    })
  }

  stop(): void {
    this.#cancel?.()
  }

  runOnce(): void {
    const { log, clock } = this.#options
    const offsetMs = this.#offset()
    const byMs = Math.round(offsetMs - this.#offsetMs)
    this.#offsetMs = offsetMs
    if (Math.abs(byMs) < JUMP_MS_MIN) return
    this.#jumps.push({ byMs, at: clock.monotonic() })
    const what = byMs > 0 ? 'forward, or the machine was suspended' : 'back'
    log.warn({ byMs, hint: `the wall clock was set ${what}` }, 'clock.jumped')
    for (const listener of this.#listeners) listener(byMs)
  }

  /**
   * By how much more than the time that passed the wall clock went on within the last day. What is
   * deleted by its age is kept for so long more: set back again, nothing is gone too early.
   */
  aheadMs(): number {
    const since = this.#options.clock.monotonic() - BELIEVED_AFTER_MS
    this.#jumps = this.#jumps.filter(({ at }) => at > since)
    return Math.max(
      0,
      this.#jumps.reduce((sum, { byMs }) => sum + byMs, 0),
    )
  }

  #offset(): number {
    return this.#options.clock.now() - this.#options.clock.monotonic()
  }
}
