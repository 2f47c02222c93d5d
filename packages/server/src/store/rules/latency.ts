/**
 * The fixed histogram of attempt durations. Fixed, so that minutes add up: percentiles over any span
 * come from sums, in either store, without the durations themselves.
 */

/** Upper bounds of the buckets, milliseconds, inclusive. What is above the last goes into one more. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 2, 4, 8, 15, 25, 50, 75, 100, 150, 250, 400, 650, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000,
  60_000,
]

/** The store keeps bucket `i` in a column of the name `latency_i`. */
export const LATENCY_BUCKETS = LATENCY_BOUNDS_MS.length + 1

/** A timeout is 120 s at most; so the bucket without a bound ends there. */
export const LATENCY_MS_MAX = 120_000

export function latencyBucket(durationMs: number): number {
  const found = LATENCY_BOUNDS_MS.findIndex((bound) => durationMs <= bound)
  return found === -1 ? LATENCY_BOUNDS_MS.length : found
}

/** The shortest and the longest, in whole milliseconds around them; null without any. */
export interface LatencyEnds {
  min: number | null
  max: number | null
}

/** So that this one is within: down and up to whole milliseconds. */
export function widen(ends: LatencyEnds, durationMs: number): void {
  ends.min = Math.min(ends.min ?? Number.POSITIVE_INFINITY, Math.floor(durationMs))
  ends.max = Math.max(ends.max ?? 0, Math.ceil(durationMs))
}

/** Of what was measured, as far as it is known: never outside of its ends. */
export function latencyPercentiles(
  counts: readonly number[],
  { min, max }: LatencyEnds,
): { p50: number; p95: number; p99: number } | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const within = { min: min ?? 0, max: max ?? LATENCY_MS_MAX }
  return {
    p50: percentile(counts, total * 0.5, within),
    p95: percentile(counts, total * 0.95, within),
    p99: percentile(counts, total * 0.99, within),
  }
}

/** Linear within the bucket that holds the rank: the error is at most the bucket's width. */
function percentile(
  counts: readonly number[],
  rank: number,
  { min, max }: { min: number; max: number },
): number {
  let below = 0
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const from = Math.max(bucket === 0 ? 0 : (LATENCY_BOUNDS_MS[bucket - 1] ?? 0), min)
      const to = Math.min(LATENCY_BOUNDS_MS[bucket] ?? LATENCY_MS_MAX, max)
      const found = from + ((to - from) * (rank - below)) / count
      return Math.round(Math.min(Math.max(found, min), max) * 10) / 10
    }
    below += count
  }
  return max
}
