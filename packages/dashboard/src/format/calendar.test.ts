import { expect, test } from 'vitest'
import { startOfDay, startOfWeek } from './calendar.ts'

const at = (text: string) => new Date(text).getTime()

test('a day begins at midnight where one looks', () => {
  expect(startOfDay(at('2026-03-29T18:30:00'))).toEqual(new Date('2026-03-29T00:00:00'))
  expect(startOfDay(at('2026-03-29T00:00:00'))).toEqual(new Date('2026-03-29T00:00:00'))
})

test.each([
  [1, '2026-11-30'],
  [7, '2026-11-29'],
  [6, '2026-11-28'],
  [2, '2026-12-01'],
  [3, '2026-11-25'],
])('a week whose first day is %d began before Tuesday on %s', (firstDay, day) => {
  const week = startOfWeek(at('2026-12-01T12:00:00'), firstDay)
  expect(week).toEqual(new Date(`${day}T00:00:00`))
})
