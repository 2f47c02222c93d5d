import { expect, test } from 'vitest'
import { parseTime } from './time.ts'

const NOW = Date.parse('2026-09-14T12:00:00Z')

test.each([
  ['90m', '2026-09-14T10:30:00.000Z'],
  ['6h', '2026-09-14T06:00:00.000Z'],
  ['2d', '2026-09-12T12:00:00.000Z'],
  ['1w', '2026-09-07T12:00:00.000Z'],
  ['now', '2026-09-14T12:00:00.000Z'],
  ['2026-09-14', '2026-09-14T00:00:00.000Z'],
  ['2026-09-14T09:00', '2026-09-14T09:00:00.000Z'],
  ['2026-09-14 09:00:01.5', '2026-09-14T09:00:01.500Z'],
  ['2026-09-14T09:00:00+02:00', '2026-09-14T07:00:00.000Z'],
])('%s is %s', (text, at) => expect(parseTime(text, NOW)).toBe(at))

test.each(['1', '6', 'yesterday', '99999999999d', '2026-02-30', '2026-13-01', '-6h', ''])(
  '%j is no time',
  (text) => expect(() => parseTime(text, NOW)).toThrow('is no time'),
)
