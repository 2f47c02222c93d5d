import { expect, test } from 'vitest'
import type { SendResult } from '../outcome.ts'
import { type DecideInput, decide } from './decide.ts'

const answered = (status: number, retryAfterMs: number | null = null): SendResult => ({
  kind: 'answered',
  status,
  headers: {},
  body: '',
  note: null,
  retryAfterMs,
  durationMs: 1,
})
const timeout: SendResult = { kind: 'unreachable', fault: 'timeout', message: 'x', durationMs: 1 }
const ours: SendResult = { kind: 'our-fault', message: 'x', durationMs: 1 }
const blocked: SendResult = {
  kind: 'blocked',
  reason: 'private-address',
  message: 'x',
  durationMs: 1,
}

function outcome(result: SendResult, change: Partial<DecideInput> = {}) {
  const scheduleMs = [0, 30_000, 120_000]
  return decide({
    result,
    kind: 'event',
    seriesAttempts: 0,
    unchargedAttempts: 0,
    scheduleMs,
    draw: 0.5,
    ...change,
  })
}

test.each([200, 201, 204, 299])('%i is delivered', (status) => {
  expect(outcome(answered(status))).toEqual({ kind: 'delivered' })
})

test.each([answered(301), answered(400), answered(404), answered(500), timeout, blocked])(
  '%j is retried by the schedule',
  (result) => {
    expect(outcome(result)).toEqual({ kind: 'retry', delayMs: 30_000, charged: true })
    expect(outcome(result, { seriesAttempts: 1 })).toMatchObject({ delayMs: 120_000 })
    expect(outcome(result, { seriesAttempts: 2 })).toEqual({ kind: 'exhausted' })
  },
)

test('the wait is spread over ±10 %', () => {
  expect(outcome(timeout, { draw: 0 })).toMatchObject({ delayMs: 27_000 })
  expect(outcome(timeout, { draw: 1 })).toMatchObject({ delayMs: 33_000 })
})

test('410 means gone', () => {
  expect(outcome(answered(410))).toEqual({ kind: 'gone' })
})

test('Retry-After on 429 and 503 postpones, never hastens, and at most a day', () => {
  expect(outcome(answered(429, 60_000))).toMatchObject({ delayMs: 60_000 })
  expect(outcome(answered(503, 1_000))).toMatchObject({ delayMs: 30_000 })
  expect(outcome(answered(503, 99 * 86_400_000))).toMatchObject({ delayMs: 86_400_000 })
  expect(outcome(answered(500, 60_000))).toMatchObject({ delayMs: 30_000 })
})

test('a fault of our own uses up no attempt, not even the last', () => {
  expect(outcome(ours, { seriesAttempts: 2 })).toMatchObject({ kind: 'retry', charged: false })
})

test('a fault of our own is looked at less and less often, but at least every five minutes', () => {
  const delays = [0, 1, 5, 1_000].map((unchargedAttempts) => outcome(ours, { unchargedAttempts }))
  expect(delays).toMatchObject([
    { delayMs: 10_000 },
    { delayMs: 20_000 },
    { delayMs: 300_000 },
    { delayMs: 300_000 },
  ])
})

test('a test is sent once', () => {
  expect(outcome(answered(500), { kind: 'test' })).toEqual({ kind: 'exhausted' })
  expect(outcome(answered(410), { kind: 'test' })).toEqual({ kind: 'exhausted' })
  expect(outcome(answered(200), { kind: 'test' })).toEqual({ kind: 'delivered' })
})
