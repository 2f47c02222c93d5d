import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../../test/manual-clock.ts'
import { createRateLimit } from './rate-limit.ts'

function setup({ perMinute = 60, burst = 5, keysMax = 1_000 } = {}) {
  const clock = manualClock()
  return { clock, limit: createRateLimit({ perMinute, burst, keysMax, clock }) }
}

function takeMany(limit: { take(key: string): number }, key: string, count: number): number {
  let taken = 0
  for (let index = 0; index < count; index += 1) if (limit.take(key) === 0) taken += 1
  return taken
}

test('a burst goes through, then one for each interval', () => {
  const { clock, limit } = setup()
  expect(takeMany(limit, 'a', 20)).toBe(5)
  expect(limit.take('a')).toBe(1_000)
  clock.advance(400)
  expect(limit.take('a')).toBe(600)
  clock.advance(600)
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 1_000])
  clock.advance(3_600_000)
  expect(takeMany(limit, 'a', 20)).toBe(5)
})

test('what is refused takes nothing, and looking takes nothing', () => {
  const { clock, limit } = setup()
  takeMany(limit, 'a', 1_000)
  expect(limit.waitMs('a')).toBe(1_000)
  clock.advance(1_000)
  expect(limit.waitMs('a')).toBe(0)
  expect(limit.waitMs('a')).toBe(0)
  expect(limit.take('a')).toBe(0)
})

test('one key says nothing of another', () => {
  const { limit } = setup()
  takeMany(limit, 'a', 100)
  expect(takeMany(limit, 'b', 100)).toBe(5)
})

test('a flood of a million keys is held in the room of a thousand, and its cost stays flat', () => {
  const { limit } = setup()
  let largest = 0
  for (let index = 0; index < 1_000_000; index += 1) {
    limit.take(`address-${index}`)
    if (index % 997 === 0) largest = Math.max(largest, limit.size())
  }
  expect(largest).toBeLessThanOrEqual(1_000)
})

test('who is still being refused is not forgotten when a generation ends', () => {
  const { clock, limit } = setup()
  let taken = 0
  for (let step = 0; step < 600; step += 1) {
    taken += takeMany(limit, 'a', 10)
    clock.advance(100)
  }
  // A minute: the burst and one a second.
  expect(taken).toBeGreaterThanOrEqual(5 + 59)
  expect(taken).toBeLessThanOrEqual(5 + 60)
})

test('over any span no key gets more than its burst and its rate, whatever the others do', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), waitMs: fc.nat(3_000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { clock, limit } = setup()
      const takenAt = new Map<string, number[]>()
      for (const { key, waitMs } of steps) {
        clock.advance(waitMs)
        if (limit.take(key) > 0) continue
        const times = takenAt.get(key) ?? []
        times.push(clock.monotonic())
        takenAt.set(key, times)
        for (const [index, from] of times.entries()) {
          const count = times.length - index
          expect(count).toBeLessThanOrEqual(5 + (clock.monotonic() - from) / 1_000 + 1e-6)
        }
      }
    }),
  )
})

test('keys that have been quiet are forgotten', () => {
  const { clock, limit } = setup()
  for (let index = 0; index < 100; index += 1) limit.take(`key-${index}`)
  clock.advance(5_000)
  limit.take('a')
  clock.advance(5_000)
  limit.take('a')
  expect(limit.size()).toBe(2)
})
