/**
 * Conduct: what an origin has shown of itself. Bytes that nobody asked for can be told from an answer
 * only while nothing was asked. An endpoint that answers twice often does so a moment later: behind
 * its own delay, or because the kernel there holds a second small segment back until ours are
 * acknowledged (Nagle's algorithm), which takes 40 ms, or until our next request, which is the worst.
 *
 * So a connection to an unknown origin is used again only when it has been silent for longer than
 * that, and from then on the origin is known. One that was caught is not given a second request on
 * any connection for a while.
 */
import type { Clock } from '../clock.ts'

const NOISY_MS = 600_000
const ORIGINS_MAX = 10_000

export class Conduct {
  readonly #clock: Clock
  readonly #quietMs: number
  /** Until when an origin counts as noisy; 0: it is known to be quiet. The first was heard of longest ago. */
  readonly #noisyUntil = new Map<string, number>()

  /** `quietMs`: how long an unknown one must be silent behind an answer. */
  constructor(clock: Clock, quietMs: number) {
    this.#clock = clock
    this.#quietMs = quietMs
  }

  /** Whether its connections may be used again, of which one has been silent for so long. */
  isTrusted(origin: string, silentMs: number): boolean {
    const until = this.#noisyUntil.get(origin)
    if (until === 0) return true
    if (until !== undefined && this.#clock.monotonic() < until) return false
    if (silentMs < this.#quietMs) return false
    this.#note(origin, 0)
    return true
  }

  isNoisy(origin: string): boolean {
    return this.#clock.monotonic() < (this.#noisyUntil.get(origin) ?? 0)
  }

  noteNoise(origin: string): void {
    this.#note(origin, this.#clock.monotonic() + NOISY_MS)
  }

  #note(origin: string, noisyUntil: number): void {
    this.#noisyUntil.delete(origin)
    this.#noisyUntil.set(origin, noisyUntil)
    const [oldest] = this.#noisyUntil.keys()
    if (this.#noisyUntil.size > ORIGINS_MAX && oldest !== undefined) {
      this.#noisyUntil.delete(oldest)
    }
  }
}
