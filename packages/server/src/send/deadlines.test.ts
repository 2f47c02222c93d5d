import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { Deadlines } from './deadlines.ts'
import { STOPPED } from './failure.ts'

test('each is over when its own time is, never before, whatever became of those before it', () => {
  // Never at the very instant at which a deadline ends: either order would be right.
  const laterMs = fc.option(
    fc.nat(120).map((ms) => ms + 0.5),
    { nil: null },
  )
  const step = fc.record({
    afterMs: fc.nat(50),
    timeoutMs: fc.constantFrom(10, 100, 300),
    answeredAfterMs: laterMs,
    goneAfterMs: laterMs,
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const clock = manualClock()
      const deadlines = new Deadlines(clock)
      const ends: [expected: number, seen: () => number | null][] = []
      for (const { afterMs, timeoutMs, answeredAfterMs, goneAfterMs } of steps) {
        clock.advance(afterMs)
        const deadline = deadlines.begin({ timeoutMs })
        const spared = [answeredAfterMs, goneAfterMs].some((ms) => ms !== null && ms < timeoutMs)
        let endedAt: number | null = null
        deadline.onEnd = () => {
          endedAt = clock.monotonic()
        }
        clock.setTimer(answeredAfterMs ?? 1_000, () => {
          deadline.isAnswered = true
        })
        clock.setTimer(goneAfterMs ?? 1_000, () => deadlines.end(deadline))
        const expected = spared ? Number.NaN : clock.monotonic() + timeoutMs
        ends.push([expected, () => endedAt])
      }
      for (let ms = 0; ms < 1_200; ms++) clock.advance(1)
      for (const [expected, seen] of ends) expect(seen() ?? Number.NaN).toBe(expected)
      expect(deadlines.open).toBe(0)
    }),
  )
})

test('an abort ends those of its signal, also one that was answered, and nobody else’s', () => {
  const clock = manualClock()
  const deadlines = new Deadlines(clock)
  const [first, second] = [new AbortController(), new AbortController()]
  const own = [10, 20].map((timeoutMs) => deadlines.begin({ timeoutMs, signal: first.signal }))
  const others = deadlines.begin({ timeoutMs: 10, signal: second.signal })
  for (const deadline of own) deadline.isAnswered = true
  first.abort()
  expect(own.map(({ failure }) => failure)).toEqual([STOPPED, STOPPED])
  expect(others.failure).toBe(null)
  deadlines.stopAll()
  expect(others.failure).toEqual(STOPPED)
})

test('nothing is open, so no timer is', () => {
  const clock = manualClock()
  let timers = 0
  const setTimer: typeof clock.setTimer = (delayMs, run) => {
    timers += 1
    const cancel = clock.setTimer(delayMs, run)
    return () => {
      timers -= 1
      cancel()
    }
  }
  const deadlines = new Deadlines({ ...clock, setTimer })
  const open = Array.from({ length: 100 }, () => deadlines.begin({ timeoutMs: 30_000 }))
  expect(timers).toBe(1)
  for (const deadline of open) deadlines.end(deadline)
  expect([timers, deadlines.open]).toEqual([0, 0])
})
