import { expect, test } from 'vitest'
import { parseTime } from './times.ts'

test('a time is an instant, a day, or how long ago', () => {
  expect(parseTime('2026-09-14T09:00:00Z', '--since')).toBe('2026-09-14T09:00:00.000Z')
  expect(parseTime('2026-09-14T09:00:00+03:00', '--since')).toBe('2026-09-14T06:00:00.000Z')
  expect(parseTime('2026-09-14', '--since')).toBe('2026-09-14T00:00:00.000Z')
  // Without a zone: UTC, as what is printed.
  expect(parseTime('2026-09-14 09:00', '--since')).toBe('2026-09-14T09:00:00.000Z')
  for (const [text, ms] of [
    ['90s', 90_000],
    ['5m', 300_000],
    ['6h', 21_600_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
  ] as const) {
    const ago = Date.now() - Date.parse(parseTime(text, '--since'))
    expect(Math.abs(ago - ms), text).toBeLessThan(1_000)
  }
})

test('what is none is refused with its option', () => {
  for (const text of [
    '',
    '6',
    'yesterday',
    '6x',
    '-6h',
    '1.5h',
    '99999999999999d',
    '2026-13-40',
    '14.9.2026',
    '2026-02-30',
    '2026-09-14 later',
  ]) {
    expect(() => parseTime(text, '--until'), text).toThrow(/^--until ".*" is no time/)
  }
})
