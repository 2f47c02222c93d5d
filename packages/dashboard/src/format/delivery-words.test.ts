import { expect, test } from 'vitest'
import { deliveryWords } from './delivery-words.ts'

const NOW = Date.parse('2026-09-14T09:30:00.000Z')
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString()
const active = { url: 'https://example.com/hook', state: 'active' as const, restingUntil: null }
const resting = (seconds: number) => ({ ...active, restingUntil: at(seconds) })

type Given = Parameters<typeof deliveryWords>[0]
const pending: Given = {
  state: 'pending',
  isUnderWay: false,
  attemptCount: 0,
  attemptsCharged: 0,
  attemptsMax: 10,
  nextAttemptAt: at(0),
  webhook: active,
  lastNote: null,
}
const tried = { attemptCount: 3, attemptsCharged: 3, nextAttemptAt: at(100) }
const over = { nextAttemptAt: null }

test.each<[Partial<Given>, label: string, tone: string, detail: string | null]>([
  [{}, 'Waiting', 'accent', null],
  [{ nextAttemptAt: at(5) }, 'Waiting', 'accent', 'in 0:05'],
  [{ isUnderWay: true }, 'Sending', 'accent', null],
  [tried, 'Retrying', 'warn', '3 of 10, next in 1:40'],
  [{ ...tried, nextAttemptAt: at(-1) }, 'Retrying', 'warn', '3 of 10, next one now'],
  [{ ...tried, isUnderWay: true }, 'Retrying', 'warn', '3 of 10, next one now'],
  [{ ...tried, attemptsCharged: 0 }, 'Retrying', 'warn', 'next in 1:40'],
  [{ webhook: resting(60) }, 'On hold', 'warn', null],
  [{ ...tried, webhook: resting(100) }, 'On hold', 'warn', null],
  [{ ...tried, webhook: resting(99) }, 'Retrying', 'warn', '3 of 10, next in 1:40'],
  [
    { ...tried, isUnderWay: true, webhook: resting(200) },
    'Retrying',
    'warn',
    '3 of 10, next one now',
  ],
  [{ state: 'delivered', ...over, lastNote: 'acknowledged' }, 'Delivered', 'good', null],
  [{ state: 'delivered', ...over, lastNote: 'web_page' }, 'Delivered', 'warn', null],
  [{ state: 'delivered', ...over, lastNote: 'body_says_failed' }, 'Delivered', 'warn', null],
  [{ state: 'parked', ...over }, 'On hold', 'warn', null],
  [{ ...tried, state: 'parked', ...over }, 'On hold', 'warn', null],
  [{ state: 'delivered', ...over }, 'Delivered', 'good', null],
  [{ state: 'exhausted', ...tried, ...over }, 'Failed', 'bad', null],
  [{ state: 'cancelled', ...over }, 'Cancelled', 'plain', null],
  [{ state: 'cancelled', ...over, webhook: resting(60) }, 'Cancelled', 'plain', null],
])('%j is %s', (given, label, tone, detail) => {
  expect(deliveryWords({ ...pending, ...given }, NOW)).toMatchObject({ label, tone, detail })
})
