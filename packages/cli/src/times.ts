/** Times as they are typed: an instant, a day, or how long ago. The same for every option that is one. */
import { usageError } from './command-error.ts'

const UNITS_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

export const TIME_HELP = 'ISO 8601, a day, or how long ago: 90m, 6h, 2d, 1w'

/** As the API takes it. Throws a usage error that names the option. */
export function parseTime(text: string, option: string): string {
  const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(text.trim()) ?? []
  const agoMs = Number(count) * (UNITS_MS[unit] ?? Number.NaN)
  const at = new Date(Number.isNaN(agoMs) ? instantMs(text.trim()) : Date.now() - agoMs)
  // Also of what is further away than a date can tell.
  if (Number.isNaN(at.getTime())) {
    throw usageError(
      `${option} "${text}" is no time: say 6h for six hours ago, 2026-09-14, or 2026-09-14T09:00:00Z.`,
    )
  }
  return at.toISOString()
}

/** What has no zone is UTC, as all times that are printed. NaN: it is none. */
function instantMs(text: string): number {
  const [, date = '', zone] = INSTANT.exec(text) ?? []
  // 30 February would be 2 March.
  const day = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) return Number.NaN
  const clock = text.length === date.length ? `${date}T00:00` : text.replace(' ', 'T')
  return Date.parse(zone === undefined ? `${clock}Z` : clock)
}
