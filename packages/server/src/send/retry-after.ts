/**
 * `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in one of the three forms of HTTP. And what
 * servers write besides: a fraction of a second, a list (where two of them add the header), ISO 8601,
 * and the instant itself in seconds since 1970.
 */
import { ASKED_MS_MAX } from '../outcome.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)'
const MONTH = `(?<month>${MONTHS.join('|')})`
const DATE_FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{5,8}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
]

const ISO =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[Tt ](?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(?<zone>[Zz]|[+-]\d\d:?\d\d)?$/
/** Seconds beyond three years are no wait, but an instant; those of milliseconds have more digits. */
const INSTANT_S_MIN = 1e8
const INSTANT_MS_MIN = 1e11

/** Milliseconds from `nowMs`, at most a day; 0 for what is past; null for what is none of the forms. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null
  const text = value.trim()
  const whole = parseOne(text, nowMs)
  if (whole !== null || !text.includes(',')) return whole
  return parseList(text.split(','), nowMs)
}

/** The longest of them, so that nobody in the list is asked too soon. A date has a comma of its own. */
function parseList(parts: string[], nowMs: number): number | null {
  let longestMs: number | null = null
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]?.trim() ?? ''
    let waitMs = parseOne(part, nowMs)
    if (waitMs === null && at + 1 < parts.length) {
      waitMs = parseOne(`${part}, ${parts[at + 1]?.trim()}`, nowMs)
      if (waitMs !== null) at += 1
    }
    if (waitMs !== null) longestMs = Math.max(longestMs ?? 0, waitMs)
  }
  return longestMs
}

function parseOne(text: string, nowMs: number): number | null {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text)) return parseNumber(Number(text), nowMs)
  const at = parseHttpDate(text, nowMs) ?? parseIso(text)
  return at === null ? null : bounded(at - nowMs)
}

function parseNumber(number: number, nowMs: number): number {
  if (number >= INSTANT_MS_MIN) return bounded(number - nowMs)
  return bounded(number >= INSTANT_S_MIN ? number * 1_000 - nowMs : Math.round(number * 1_000))
}

/** Without a zone it is UTC, as all of HTTP's times are. */
function parseIso(text: string): number | null {
  const { day, time = '00:00', zone = 'Z' } = ISO.exec(text)?.groups ?? {}
  if (day === undefined) return null
  const colon = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
  const at = Date.parse(`${day}T${time}${colon.toUpperCase()}`)
  // What Date.parse rolls over, as 31 February, is no date.
  const midnight = Date.parse(`${day}T00:00Z`)
  if (Number.isNaN(at) || Number.isNaN(midnight)) return null
  return new Date(midnight).toISOString().startsWith(day) ? at : null
}

function bounded(waitMs: number): number {
  return Math.min(Math.max(0, waitMs), ASKED_MS_MAX)
}

function parseHttpDate(text: string, nowMs: number): number | null {
  for (const form of DATE_FORMS) {
    const parts = form.exec(text)?.groups
    if (!parts) continue
    const { year = '', month = '', day = '', hour, minute, second } = parts
    const fullYear = year.length === 2 ? nearestYear(Number(year), nowMs) : Number(year)
    const dayOfMonth = Number(day)
    const at = Date.UTC(
      fullYear,
      MONTHS.indexOf(month),
      dayOfMonth,
      Number(hour),
      Number(minute),
      Number(second),
    )
    // 31 Feb rolls over into March: no date. A leap second (:60) rolls over rightly.
    return Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60 && dayOfMonth > 0
      ? sameDay(at, dayOfMonth, Number(second))
      : null
  }
  return null
}

function sameDay(at: number, dayOfMonth: number, second: number): number | null {
  const leapMs = second === 60 ? 1_000 : 0
  return new Date(at - leapMs).getUTCDate() === dayOfMonth ? at : null
}

/** RFC 9110, 5.6.7: two digits that seem more than 50 years ahead are in the past. */
function nearestYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + twoDigits
  if (year > thisYear + 50) return year - 100
  return year <= thisYear - 50 ? year + 100 : year
}
