import { expect, test } from 'vitest'
import type { SendResult } from '../outcome.ts'
import { createJudge } from './judge.ts'

const HOUR_MS = 3_600_000
const OURS: SendResult = { kind: 'our-fault', message: 'no way out', durationMs: 1 }
const REFUSED: SendResult = { kind: 'unreachable', fault: 'connect', message: '', durationMs: 1 }

function setup() {
  const clock = { aheadMs: 0 }
  const judge = createJudge({
    scheduleMs: [0, 30_000],
    random: { fraction: () => 0.5 },
    aheadMs: () => clock.aheadMs,
  })
  const claim = (attemptNumber: number, seriesAttempts: number) =>
    ({ kind: 'event', attemptNumber, seriesAttempts }) as const
  return { clock, judge, claim }
}

test('a clock that was set forward uses up none of the time of what is not charged', () => {
  const { clock, judge, claim } = setup()
  expect(judge(claim(1, 0), OURS)).toMatchObject({ charged: false, forMsMax: 24 * HOUR_MS })
  clock.aheadMs = 24 * HOUR_MS
  expect(judge(claim(1, 0), OURS)).toMatchObject({ charged: false, forMsMax: 48 * HOUR_MS })
  expect(judge(claim(1, 0), REFUSED)).toEqual({ kind: 'retry', delayMs: 30_000, charged: true })
  expect(judge(claim(2, 1), REFUSED)).toEqual({ kind: 'exhausted' })
})

test('faults of ours wait longer by those before them, not by the attempts that were charged', () => {
  const { judge, claim } = setup()
  expect(judge(claim(1, 0), OURS)).toMatchObject({ delayMs: 10_000 })
  expect(judge(claim(2, 1), OURS)).toMatchObject({ delayMs: 10_000 })
  expect(judge(claim(3, 1), OURS)).toMatchObject({ delayMs: 20_000 })
})
