/**
 * A limit on how often something may happen, for each key of its own: the generic cell rate
 * algorithm, which is a token bucket that keeps one number, the instant at which the key's bucket
 * would be full again.
 *
 * Memory is bounded whatever strangers send: entries live in two generations of `keysMax / 2`. A
 * full or old generation pushes the one before it out. What is pushed out by age had a full bucket
 * anyway; only a flood of more keys than fit makes it forget early, and who commands so many
 * addresses is not held by a limit for each of them.
 */
import type { Clock } from '../../clock.ts'

export interface Rate {
  perMinute: number
  /** How many may come at once, after a pause. */
  burst: number
}

export interface RateLimit {
  /** Takes one. 0: it may go on; else milliseconds until one more may, and nothing was taken. */
  take(key: string): number
  /** What `take` would answer. */
  waitMs(key: string): number
  /** What the key's bucket holds, after `take`. */
  standing(key: string): Standing
  /** How many keys are remembered. */
  size(): number
}

export interface Standing {
  /** How many may come at once, after a pause. */
  burst: number
  /** How many may come now. */
  left: number
  /** Until the bucket is full again. */
  fullInMs: number
}

interface RateLimitOptions extends Rate {
  clock: Pick<Clock, 'monotonic'>
  keysMax?: number
}

/** About 100 bytes each. */
const KEYS_MAX_DEFAULT = 20_000

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { perMinute, burst, clock, keysMax = KEYS_MAX_DEFAULT } = options
  const intervalMs = 60_000 / perMinute
  const refillMs = intervalMs * burst
  const generationMax = Math.max(1, Math.floor(keysMax / 2))
  let young = new Map<string, number>()
  let old = new Map<string, number>()
  let youngSince = clock.monotonic()

  function turnOver(now: number) {
    // After a long pause both generations are out of date.
    old = now - youngSince < 2 * refillMs ? young : new Map()
    young = new Map()
    youngSince = now
  }

  /** When this key's bucket is full again, were one more taken now. */
  function fullAt(key: string, now: number): number {
    return Math.max(now, young.get(key) ?? old.get(key) ?? 0) + intervalMs
  }

  return {
    take(key) {
      const now = clock.monotonic()
      if (young.size >= generationMax || now - youngSince >= refillMs) turnOver(now)
      const at = fullAt(key, now)
      const waitMs = at - now - refillMs
      // A quotient of two numbers is never exact: a bucket that was just refilled must be full.
      if (waitMs > 1e-6) return waitMs
      young.set(key, at)
      return 0
    },
    waitMs(key) {
      const now = clock.monotonic()
      return Math.max(0, fullAt(key, now) - now - refillMs)
    },
    standing(key) {
      const now = clock.monotonic()
      const fullInMs = Math.max(0, (young.get(key) ?? old.get(key) ?? 0) - now)
      // As in `take`: of what is nearly whole nothing is missing.
      const left = Math.floor((refillMs - fullInMs) / intervalMs + 1e-6)
      return { burst, left: Math.max(0, left), fullInMs }
    },
    size: () => young.size + old.size,
  }
}
