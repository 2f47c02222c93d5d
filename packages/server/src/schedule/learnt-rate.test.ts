import { expect, test } from 'vitest'
import { LearntRate } from './learnt-rate.ts'

/** An endpoint that is always asked as soon as the rate allows it, for so long. */
function run({
  rate = new LearntRate(),
  forMs,
  answer,
  fromMs = 0,
}: {
  rate?: LearntRate
  forMs: number
  fromMs?: number
  answer(now: number): boolean
}) {
  let [requests, taken] = [0, 0]
  for (let now = fromMs; now < fromMs + forMs; now += 1) {
    // One request at a time, answered within a millisecond.
    if (rate.waitMs(now) > 0) continue
    rate.started(now)
    requests += 1
    if (answer(now)) {
      taken += 1
      rate.took(now + 1)
    } else rate.refused(now + 1)
  }
  return { rate, requests, taken }
}

function takes(perSecond: number) {
  let [second, count] = [0, 0]
  return (now: number) => {
    if (now - second >= 1_000) [second, count] = [now, 0]
    count += 1
    return count <= perSecond
  }
}

test('an endpoint that takes all that it gets is never held back', () => {
  const { rate, requests, taken } = run({ forMs: 5_000, answer: () => true })
  expect([requests, taken]).toEqual([5_000, 5_000])
  expect(rate.perSecond(5_000)).toBeNull()
})

test.each([5, 20, 200])('%i a second are found, and most of them used', (perSecond) => {
  const { requests, taken } = run({ forMs: 60_000, answer: takes(perSecond) })
  expect(taken).toBeGreaterThan(perSecond * 60 * 0.8)
  expect(requests / taken).toBeLessThan(1.15)
})

test('5 refusals of 100, by chance, hold nothing back', () => {
  let seed = 7
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const { requests } = run({ forMs: 20_000, answer: () => random() >= 0.05 })
  expect(requests).toBeGreaterThan(20_000 * 0.9)
})

test('an endpoint that takes more than before is found out within a minute', () => {
  const { rate } = run({ forMs: 10_000, answer: takes(20) })
  expect(rate.perSecond(10_000)).toBeLessThan(25)
  const later = run({ rate, fromMs: 10_000, forMs: 60_000, answer: () => true })
  expect(later.rate.perSecond(70_000)).toBeNull()
})

test('after an outage it doubles each second, from few', () => {
  const rate = new LearntRate()
  rate.cut(0)
  expect(rate.perSecond(0)).toBeNull()
  rate.beginRamp(0)
  expect([0, 1_000, 3_000].map((now) => rate.perSecond(now))).toEqual([16, 32, 128])
  expect(rate.perSecond(60_000)).toBeGreaterThan(2_048)
  expect(rate.perSecond(60_001)).toBeNull()
})
