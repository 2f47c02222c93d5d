import { expect, test } from 'vitest'
import { RATE_MAX, RATE_MIN, startEveryMs, startLateMsMax, takeStarts } from './rate.ts'

const RATES = [RATE_MIN, 0.15, 0.3, 0.5, 0.99, 1, 1.5, 3, 20, 137.5, RATE_MAX]

/** Takes as often and as much as it can for so long; the times of all starts, from `now`. */
function drain(
  ratePerSecond: number,
  { forMs, now = 0, emptyAt = Number.NEGATIVE_INFINITY }: Drain,
): number[] {
  const times: number[] = []
  let bucket = emptyAt
  for (let at = now; at <= now + forMs; ) {
    const taken = takeStarts(bucket, { ratePerSecond, count: 7 }, at)
    bucket = taken.emptyAt
    for (let n = 0; n < taken.starts.count; n++) {
      times.push(at + Math.max(0, taken.starts.firstInMs + n * taken.starts.everyMs))
    }
    if (taken.starts.count < 7) at += Math.max(1, taken.starts.nextInMs)
  }
  return times.filter((time) => time <= now + forMs)
}

interface Drain {
  forMs: number
  now?: number
  emptyAt?: number
}

/** The most in any ten seconds, when each start may be late by as much as it may be. */
function mostInTenSeconds(times: number[], lateMs: number): number {
  const counts = times.map(
    (from) => times.filter((time) => time >= from && time <= from + 10_000 + lateMs).length,
  )
  return Math.max(...counts)
}

test.each(RATES)('%s a second: never more than ten seconds of it in ten seconds', (rate) => {
  const forMs = rate >= 100 ? 12_000 : 60_000
  const times = drain(rate, { forMs })
  const most = mostInTenSeconds(rate > 100 ? times.filter((_, n) => n % 50 === 0) : times, 0)
  const allowed = Math.ceil(10 * rate)
  expect(rate > 100 ? most * 50 - 50 : most).toBeLessThanOrEqual(allowed)
  const late = mostInTenSeconds(
    rate > 100 ? times.filter((_, n) => n % 50 === 0) : times,
    startLateMsMax(rate),
  )
  expect(rate > 100 ? late * 50 - 50 : late).toBeLessThanOrEqual(allowed)
})

test.each(RATES)('%s a second: at least 0.8 of it is used while there is work', (rate) => {
  const forMs = Math.max(20_000, 20_000 / rate)
  const { length } = drain(rate, { forMs, emptyAt: 0 })
  expect(length + 1).toBeGreaterThanOrEqual(0.85 * rate * (forMs / 1_000))
})

test('a full bucket is a second of it at once, at least one', () => {
  for (const [rate, burst] of [
    [0.1, 1],
    [1, 1],
    [1.9, 1],
    [20, 20],
    [1_000, 1_000],
  ] as const) {
    const wanted = { ratePerSecond: rate, count: 5_000 }
    const { starts } = takeStarts(Number.NEGATIVE_INFINITY, wanted, 50_000)
    const times = Array.from(
      { length: starts.count },
      (_, n) => starts.firstInMs + n * starts.everyMs,
    )
    expect(times.filter((time) => time <= 0.001)).toHaveLength(burst)
    expect(Math.max(...times)).toBeLessThanOrEqual(1_000)
  }
})

test('who gets nothing is told when to come again, and then gets one', () => {
  const wanted = { ratePerSecond: 0.1, count: 1 }
  const first = takeStarts(Number.NEGATIVE_INFINITY, wanted, 0)
  const second = takeStarts(first.emptyAt, wanted, 0)
  expect(second.starts).toMatchObject({ count: 0, nextInMs: startEveryMs(0.1) - 1_000 })
  const third = takeStarts(second.emptyAt, wanted, second.starts.nextInMs + 0.01)
  expect(third.starts).toMatchObject({ count: 1 })
  expect(third.starts.firstInMs).toBeCloseTo(1_000, 0)
})

test('what is taken by force goes at once, and the next ones wait for it', () => {
  const wanted = { ratePerSecond: 2, count: 2 }
  const full = takeStarts(Number.NEGATIVE_INFINITY, wanted, 0)
  const forced = takeStarts(full.emptyAt, { ...wanted, byForce: true }, 0)
  expect(forced.starts.count).toBe(2)
  expect(takeStarts(forced.emptyAt, wanted, 0).starts).toMatchObject({ count: 0 })
  const { starts } = takeStarts(forced.emptyAt, wanted, startEveryMs(2) * 2)
  expect(starts.count).toBe(1)
})

test('however much was taken by force, and however far a clock was set back, the wait is bounded', () => {
  const forced = takeStarts(0, { ratePerSecond: 0.1, count: 100, byForce: true }, 0)
  expect(
    takeStarts(forced.emptyAt, { ratePerSecond: 1, count: 1 }, 0).starts.nextInMs,
  ).toBeLessThan(11_000)
  expect(takeStarts(3_600_000, { ratePerSecond: 10, count: 1 }, 0).starts.nextInMs).toBeLessThan(
    10_000,
  )
})

test('a rate that was raised counts from then on', () => {
  const slow = takeStarts(Number.NEGATIVE_INFINITY, { ratePerSecond: 0.1, count: 1 }, 0)
  const quick = takeStarts(slow.emptyAt, { ratePerSecond: 100, count: 50 }, 500)
  expect(quick.starts.count).toBe(50)
})
