/**
 * A webhook's rate: a bucket of starts, of which each attempt takes one.
 *
 * The bucket is one number, the instant at which it was, or will be, empty: it fills from there, and
 * taking starts moves that instant on. It holds a second's worth, at least one, and fills with 0.86
 * of the rate: a full bucket and ten seconds of filling are 9.6 seconds' worth, and what is left is
 * for starts that are used a little after their time. So over no ten seconds there are more than ten
 * times the rate (at least one).
 */
export const RATE_MIN = 0.1
export const RATE_MAX = 1_000

const FILLING = 0.86
/** Starts are given so far ahead of their time, so that nobody waits for the next ones. */
export const STARTS_AHEAD_MS = 1_000
/** Starts taken by force don't hold up the others for longer, nor does a clock that was set back. */
const DEBT_MS_MAX = 10_000

export interface StartsWanted {
  ratePerSecond: number
  count: number
  /** They go out whatever the bucket holds; what comes after them waits. */
  byForce?: boolean
}

/** Waits are from the giver's now. The n-th start, from 0, is for `firstInMs + n * everyMs`. */
export interface Starts {
  count: number
  /** At or below 0: at once. */
  firstInMs: number
  everyMs: number
  /** When one more can be had. */
  nextInMs: number
}

/** Between two starts when the bucket is empty. */
export function startEveryMs(ratePerSecond: number): number {
  return 1_000 / (ratePerSecond * FILLING)
}

/** A start is used within so long after its time, or not at all. */
export function startLateMsMax(ratePerSecond: number): number {
  return ratePerSecond < 1 ? 1_200 : 200
}

/** Takes starts; `emptyAt` is the bucket before and after. A bucket never used is `-Infinity`. */
export function takeStarts(
  emptyAt: number,
  { ratePerSecond, count, byForce = false }: StartsWanted,
  now: number,
): { emptyAt: number; starts: Starts } {
  const everyMs = startEveryMs(ratePerSecond)
  const fullAt = now - Math.max(1, ratePerSecond) * everyMs
  const from = Math.min(Math.max(emptyAt, fullAt), now + DEBT_MS_MAX)
  const taken = byForce ? count : Math.min(count, startsBetween(from, now, everyMs))
  const left = from + taken * everyMs
  const starts = {
    count: taken,
    everyMs,
    firstInMs: from + everyMs - now,
    nextInMs: Math.max(0, left + everyMs - STARTS_AHEAD_MS - now),
  }
  return { emptyAt: left, starts }
}

/** A bucket that is exactly full must not lose a start to the last binary digit. */
function startsBetween(from: number, now: number, everyMs: number): number {
  return Math.max(0, Math.floor((now + STARTS_AHEAD_MS - from) / everyMs + 1e-6))
}
