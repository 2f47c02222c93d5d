import { expect, test } from 'vitest'
import { startEveryMs, takeStarts } from '../rate.ts'
import { Pace } from './pace.ts'

/** A pace and the bucket that it takes from, `tripMs` away. */
function setup(ratePerSecond: number, { tripMs = 0 } = {}) {
  const pace = new Pace(ratePerSecond)
  let emptyAt = Number.NEGATIVE_INFINITY
  const ask = (now: number, queued: number) => {
    const count = pace.wanted(now, queued)
    if (count === 0) return 0
    const taken = takeStarts(emptyAt, { ratePerSecond, count }, now + tripMs / 2)
    emptyAt = taken.emptyAt
    pace.give(taken.starts, { askedAt: now, now: now + tripMs })
    return taken.starts.count
  }
  return { pace, ask }
}

test('nothing starts before a start was given', () => {
  const { pace, ask } = setup(10)
  expect(pace.canStart(0)).toBe(false)
  expect(pace.take(0)).toBe(false)
  ask(0, 1)
  expect(pace.canStart(0)).toBe(true)
  expect(pace.take(0)).toBe(true)
  expect(pace.take(0)).toBe(false)
})

test('it asks for what is queued, no more than its part, and again before it runs out', () => {
  const { pace, ask } = setup(100)
  pace.nodes = 4
  expect(pace.wanted(0, 3)).toBe(3)
  expect(pace.wanted(0, 1_000)).toBe(22)
  while (ask(0, 1_000) > 0);
  expect(pace.wanted(0, 1_000)).toBe(0)
  for (let n = 0; n < 100; n++) expect(pace.take(0)).toBe(true)
  expect(pace.take(0)).toBe(false)
  expect(pace.wanted(800, 1_000)).toBeGreaterThan(0)
})

test('a start that was not used in its time lapses', () => {
  const { pace, ask } = setup(5)
  ask(0, 5)
  expect(pace.canStart(200)).toBe(true)
  expect(pace.canStart(201)).toBe(false)
  expect(pace.nextAt(201)).toBe(Number.POSITIVE_INFINITY)
})

test('starts that are for later wait for their time', () => {
  const { pace, ask } = setup(2)
  for (let n = 0; n < 4; n++) ask(0, 10)
  expect([pace.take(0), pace.take(0), pace.take(0)]).toEqual([true, true, false])
  const nextAt = pace.nextAt(0)
  expect(nextAt).toBeCloseTo(startEveryMs(2), 3)
  expect(pace.take(nextAt)).toBe(true)
})

test('an answer that was too long on its way is not used, until it is always so', () => {
  const { pace, ask } = setup(5, { tripMs: 500 })
  ask(0, 5)
  expect(pace.canStart(500)).toBe(false)
  ask(10_000, 5)
  expect(pace.canStart(10_500)).toBe(false)
  ask(20_000, 5)
  expect(pace.canStart(20_500)).toBe(true)
})

test('who went away empty-handed comes sooner than who got something', () => {
  const nothing = { count: 0, firstInMs: 0, everyMs: 100, nextInMs: 50 }
  const [lucky, unlucky] = [new Pace(10), new Pace(10)]
  for (const pace of [lucky, unlucky]) pace.nodes = 2
  lucky.give({ ...nothing, count: 1 }, { askedAt: 0, now: 0 })
  unlucky.give(nothing, { askedAt: 0, now: 0 })
  expect(unlucky.changesAt(0, 5)).toBeLessThan(lucky.changesAt(1_000, 5))
  expect(unlucky.wanted(360, 5)).toBeGreaterThan(0)
  expect(lucky.wanted(360, 5)).toBe(0)
})

test('a lane of a low rate holds one claim, so that other nodes find the rest', () => {
  const pace = new Pace(0.1)
  pace.nodes = 4
  expect(pace.queueMax).toBe(1)
  expect(new Pace(100).queueMax).toBe(172)
})
