import { expect, test } from 'vitest'
import type { Delivery } from '../../api/schema.ts'
import { outcomesOf, sentOf, waitingOf } from './waiting.ts'

const NOW = Date.parse('2026-09-14T09:30:00.000Z')

function delivery(id: string, fields: Partial<Delivery> = {}): Delivery {
  const nextAttemptAt = '2026-09-14T10:00:00.000Z'
  return { id, attemptCount: 1, nextAttemptAt, lastError: null, ...fields } as Delivery
}

test('what waits is due later, and of a webhook that rests it is all', () => {
  const due = delivery('b', { nextAttemptAt: '2026-09-14T09:29:59.000Z' })
  const pending = [delivery('a'), due]
  expect(waitingOf(pending, { nowMs: NOW, rests: false })).toEqual([delivery('a')])
  expect(waitingOf(pending, { nowMs: NOW, rests: true })).toEqual(pending)
})

test('of what was sent it is told what ended, what failed again and what is under way', () => {
  const sent = sentOf([delivery('a'), delivery('b'), delivery('c')])
  const failed = delivery('b', { attemptCount: 2, lastError: 'The endpoint answered 500' })
  const other = delivery('d', { attemptCount: 7 })
  expect(outcomesOf(sent, [failed, delivery('c'), other])).toEqual({
    ended: 1,
    failed: 1,
    underWay: 1,
    error: 'The endpoint answered 500',
  })
})
