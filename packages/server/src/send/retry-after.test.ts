import { expect, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0)
const DAY_MS = 24 * 3_600_000

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['-5', 0],
  ['86400', DAY_MS],
  ['86401', DAY_MS],
  ['99999999999999999999999', DAY_MS],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
  ['Sun Nov  6 08:49:37 1994', 37_000],
  ['Sun Nov 06 08:49:37 1994', 37_000],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ['Mon, 06 Nov 1995 08:49:37 GMT', DAY_MS],
  ['Saturday, 06-Nov-45 08:49:37 GMT', 0],
  ['Saturday, 06-Nov-44 08:49:37 GMT', DAY_MS],
  ['Sun, 06 Nov 1994 08:49:60 GMT', 60_000],
  ['1.5', 1_500],
  ['0.25', 250],
  ['.5', 500],
  ['30.', 30_000],
  ['-0.5', 0],
  ['20, 20', 20_000],
  ['20,30', 30_000],
  ['30, 20', 30_000],
  ['20, Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
  ['Sun, 06 Nov 1994 08:49:37 GMT, 20', 37_000],
  ['Sunday, 06-Nov-94 08:49:10 GMT, Sun Nov  6 08:49:37 1994', 37_000],
  ['soon, 20', 20_000],
  ['1994-11-06T08:49:37Z', 37_000],
  ['1994-11-06T08:49:37.500Z', 37_500],
  ['1994-11-06T08:49:37.123456Z', 37_123],
  ['1994-11-06T10:49:37+02:00', 37_000],
  ['1994-11-06T03:49:37-0500', 37_000],
  ['1994-11-06 08:49:37', 37_000],
  ['1994-11-06T08:50', 60_000],
  ['1994-11-05', 0],
  ['1994-11-06T08:00:00Z', 0],
  [String(NOW / 1_000 + 37), 37_000],
  [String(NOW / 1_000 + 37.5), 37_500],
  [String(NOW / 1_000 - 37), 0],
  [String(NOW + 37_000), 37_000],
])('"%s" is %i ms', (value, waitMs) => {
  expect(parseRetryAfter(value, NOW)).toBe(waitMs)
})

test.each([
  '',
  'soon',
  '1.5.2',
  '.',
  '1994-02-31T08:49:37Z',
  '1994-13-06T08:49:37Z',
  '1994-11-06T24:49:37Z',
  '1994-11-06T08:49:37+99:99',
  ',',
  'soon, later',
  '1e3',
  '0x10',
  '10 seconds',
  'Sun, 31 Feb 1994 08:49:37 GMT',
  'Sun, 00 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 6 Nov 1994 08:49:37 GMT',
])('"%s" is none of the forms', (value) => {
  expect(parseRetryAfter(value, NOW)).toBeNull()
})

test('without the header there is no wait', () => {
  expect(parseRetryAfter(undefined, NOW)).toBeNull()
})
