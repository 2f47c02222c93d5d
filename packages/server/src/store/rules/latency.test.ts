import { expect, test } from 'vitest'
import { LATENCY_BOUNDS_MS, LATENCY_BUCKETS, latencyBucket, latencyPercentiles } from './latency.ts'

const UNKNOWN = { min: null, max: null }

function counted(durationsMs: number[]): number[] {
  const counts = new Array<number>(LATENCY_BUCKETS).fill(0)
  for (const duration of durationsMs) {
    const bucket = latencyBucket(duration)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return counts
}

test('each duration has one bucket, with its bound in it', () => {
  expect(latencyBucket(0)).toBe(0)
  for (const [bucket, bound] of LATENCY_BOUNDS_MS.entries()) {
    expect(latencyBucket(bound)).toBe(bucket)
    expect(latencyBucket(bound + 0.1)).toBe(bucket + 1)
  }
  expect(latencyBucket(10 ** 9)).toBe(LATENCY_BUCKETS - 1)
})

test('without attempts there are no percentiles', () => {
  expect(latencyPercentiles(counted([]), UNKNOWN)).toBeNull()
})

test('percentiles are within the width of a bucket of the truth', () => {
  const durations = Array.from({ length: 1_000 }, (_, index) => index)
  const found = latencyPercentiles(counted(durations), UNKNOWN)
  expect(found?.p50).toBeCloseTo(500, -1)
  expect(found?.p95).toBeGreaterThan(900)
  expect(found?.p99).toBeGreaterThan(980)
  expect(found?.p99).toBeLessThanOrEqual(1_000)
})

test('percentiles rise, and end at the longest timeout', () => {
  const found = latencyPercentiles(counted([3, 70_000, 80_000, 10 ** 7]), UNKNOWN)
  if (!found) throw new Error('there are attempts')
  expect(found.p50).toBeLessThanOrEqual(found.p95)
  expect(found.p95).toBeLessThanOrEqual(found.p99)
  expect(found.p99).toBeLessThanOrEqual(120_000)
})

test.each([
  ['time-outs of five seconds', [5_001, 5_003, 5_002, 5_004]],
  ['a single one', [41]],
  ['one far beyond the others', [3, 4, 5, 4_100]],
  ['the longest that there are', [120_000, 119_000]],
  ['none that took any time', [0, 0, 0]],
])('percentiles are within what happened: %s', (_what, durations) => {
  const ends = { min: Math.min(...durations), max: Math.max(...durations) }
  const found = latencyPercentiles(counted(durations), ends)
  if (!found) throw new Error('there are attempts')
  for (const value of Object.values(found)) {
    expect(value).toBeGreaterThanOrEqual(ends.min)
    expect(value).toBeLessThanOrEqual(ends.max)
  }
  expect(found.p50).toBeLessThanOrEqual(found.p95)
  expect(found.p95).toBeLessThanOrEqual(found.p99)
})
