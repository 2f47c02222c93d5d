/** Times as they are typed: an instant, a day, or how long ago. The same for every option that is one. */
import { usageError } from './command-error.ts'

const UNITS_MS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

export const TIME_HELP = 'ISO 8601, a day, or how long ago: 90m, 6h, 2d, 1w'

/** As the API takes it. Throws a usage error that names the option. */
export function parseTime(text: string, option: string): string {
  const [, count, unit = ''] = /^(\d+)([smhdw])$/.exec(text.trim()) ?? []
  const agoMs = Number(count) * (UNITS_MS[unit] ?? Number.NaN)
  const isInstant = /^\d{4}-\d\d-\d\d/.test(text.trim())
  const at = new Date(Number.isNaN(agoMs) ? (isInstant ? text : Number.NaN) : Date.now() - agoMs)
  // Also of what is further away than a date can tell.
  if (Number.isNaN(at.getTime())) {
    throw usageError(
      `${option} "${text}" is no time: say 6h for six hours ago, 2026-09-14, or 2026-09-14T09:00:00Z.`,
    )
  }
  return at.toISOString()
}
