import { expect, test } from 'vitest'
import { testHint } from './test-hint.ts'

test.each([
  [null, 'connect', 'running'],
  [null, 'dns', 'spelled'],
  [401, 'status', 'secret'],
  [404, 'status', 'path'],
  [405, 'status', 'POST'],
  [308, 'status', 'Redirects'],
  [503, 'status', 'log'],
])('%s %s leads to what to look at first', (status, errorCode, word) => {
  expect(testHint({ status, errorCode })).toContain(word)
})

test('what has many causes gets no guess', () => {
  for (const [status, errorCode] of [
    [null, 'tls'],
    [null, 'timeout'],
    [429, 'status'],
  ] as const) {
    expect(testHint({ status, errorCode })).toBeNull()
  }
})
