import { expect, test } from 'vitest'
import { attemptOf } from './record.ts'

test.each([
  [204, null],
  [404, 'The endpoint answered 404'],
  [599, 'The endpoint answered 599'],
  [600, 'The endpoint answered 600, which is no status of HTTP (100 to 599)'],
  [999, 'The endpoint answered 999, which is no status of HTTP (100 to 599)'],
])('an attempt that was answered %i says: %s', (status, error) => {
  const answer = { headers: {}, body: '', note: null, retryAfterMs: null, durationMs: 1 }
  const attempt = attemptOf({
    id: 'att_1',
    startedAt: 0,
    result: { kind: 'answered', status, ...answer },
  })
  expect(attempt.error).toBe(error)
})
