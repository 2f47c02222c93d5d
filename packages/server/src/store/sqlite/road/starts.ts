/**
 * The buckets of webhooks' rates. One process holds the folder, so they live in its memory, on the
 * clock that never jumps; after its start each bucket is empty, because nobody knows what the process
 * before it has sent in its last seconds.
 */
import { type Starts, type StartsWanted, takeStarts } from '../../../rate.ts'
import type { Core } from '../core.ts'

/** A bucket that nobody took from for so long is full, whatever its rate. */
const FORGOTTEN_AFTER_MS = 60_000
const FORGET_EVERY_MS = 60_000

export class StartBuckets {
  readonly #core: Core
  readonly #startedAt: number
  readonly #emptyAt = new Map<string, number>()
  #forgetAt: number

  constructor(core: Core) {
    this.#core = core
    this.#startedAt = core.clock.monotonic()
    this.#forgetAt = this.#startedAt + FORGET_EVERY_MS
  }

  take(wanted: ({ webhookId: string } & StartsWanted)[]): Starts[] {
    const now = this.#core.clock.monotonic()
    this.#forget(now)
    return wanted.map(({ webhookId, ...want }) => {
      const before = this.#emptyAt.get(webhookId) ?? this.#startedAt
      const { emptyAt, starts } = takeStarts(before, want, now)
      this.#emptyAt.set(webhookId, emptyAt)
      return starts
    })
  }

  #forget(now: number): void {
    if (now < this.#forgetAt) return
    this.#forgetAt = now + FORGET_EVERY_MS
    for (const [webhookId, emptyAt] of this.#emptyAt) {
      if (emptyAt < now - FORGOTTEN_AFTER_MS) this.#emptyAt.delete(webhookId)
    }
  }
}
