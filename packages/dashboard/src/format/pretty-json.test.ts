import { expect, test } from 'vitest'
import { prettyJson } from './pretty-json.ts'

test.each([
  {},
  [],
  { a: {}, b: [], c: [[]] },
  { eventType: 'lead.submit', payload: { customerName: 'Ann "{[:,]}" \\', list: [1, true, null] } },
  [{ 'a:b,c': '\u{1f600}\n' }, 'x', -1.5e3],
])('it prints %j as JavaScript does', (value) => {
  expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
  expect(prettyJson(JSON.stringify(value, null, 4))).toBe(JSON.stringify(value, null, 2))
})

test('numbers, escapes and repeated names stay as they were written', () => {
  expect(prettyJson('{"id":12345678901234567890,"a":1.0,"a":"\\u0041"}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "a": 1.0,\n  "a": "\\u0041"\n}',
  )
})

test.each(['', 'OK', '{"cut":"of', '"text"', '7', 'null'])('%j is left alone', (text) => {
  expect(prettyJson(text)).toBeNull()
})
