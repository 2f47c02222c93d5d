/** Times as every command takes them: an instant, a date, or how long ago. */
import { usageError } from './command-error.ts'

const UNITS_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/i

export const TIME_FORMAT = 'how long ago (90m, 6h, 2d), a date, or ISO 8601'

/** ISO 8601 in UTC. What has no zone is UTC, as all times that the commands print. Throws a usage error. */
export function parseTime(text: string, nowMs = Date.now()): string {
  const atMs = agoMs(text, nowMs) ?? instantMs(text)
  const at = new Date(atMs ?? Number.NaN)
  // Also of what is further away than a date can tell.
  if (!Number.isNaN(at.getTime())) return at.toISOString()
  throw usageError(
    `"${text}" is no time: say 6h or 2d for how long ago, 2026-09-14, or 2026-09-14T09:00:00Z.`,
  )
}

function agoMs(text: string, nowMs: number): number | null {
  if (text === 'now') return nowMs
  const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(text) ?? []
  const unitMs = UNITS_MS[unit]
  return unitMs === undefined ? null : nowMs - Number(count) * unitMs
}

function instantMs(text: string): number | null {
  const [, date, zone] = INSTANT.exec(text) ?? []
  // 30 February would be 2 March.
  if (date === undefined || !isDay(date)) return null
  const clock = text.length === date.length ? `${date}T00:00` : text.replace(' ', 'T')
  return Date.parse(zone === undefined ? `${clock}Z` : clock)
}

function isDay(date: string): boolean {
  const at = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date)
}
