/**
 * Keeps the engine at removing erased data while nobody else writes: each batch does a step of it
 * (engine.ts), so an empty one follows while there is something left. Says so when it takes long,
 * which is when a reader keeps the log from being emptied.
 */
import type { Clock } from '../../../clock.ts'
import type { Log } from '../../../log.ts'
import type { BatchReply } from '../engine.ts'
import type { EnginePort } from './port.ts'

const STEP_EVERY_MS = 60
const LONG_MS = 30_000

export class Cleaning {
  readonly #options: { port: Pick<EnginePort, 'write'>; clock: Clock; log: Log }
  #cancel: (() => void) | null = null
  #since: number | null = null
  #closed = false

  constructor(options: { port: Pick<EnginePort, 'write'>; clock: Clock; log: Log }) {
    this.#options = options
  }

  /** To be told of each batch as it is answered. */
  readonly follow = ({ cleaning }: Pick<BatchReply, 'cleaning'>): void => {
    if (!cleaning) this.#since = null
    if (!cleaning || this.#closed || this.#cancel !== null) return
    const { port, clock } = this.#options
    this.#warnIfLong(clock.monotonic())
    this.#cancel = clock.setTimer(STEP_EVERY_MS, () => {
      this.#cancel = null
      // What fails here fails for the next call too, which tells its caller.
      port.write({ calls: [], wantChanges: false }).then(this.follow, () => {})
    })
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
  }

  #warnIfLong(now: number): void {
    this.#since ??= now
    if (now - this.#since <= LONG_MS) return
    this.#since = now
    const hint = 'a long read, or another program that has it open'
    this.#options.log.warn({ hint }, 'store.erasing_delayed')
  }
}
