/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in one of the three forms of HTTP. */

const WAIT_MS_MAX = 24 * 3_600_000
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

/** Milliseconds from `nowMs`, at most a day; 0 for what is past; null for what is neither form. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null
  const text = value.trim()
  if (/^-?\d+$/.test(text)) return bounded(Number(text) * 1_000)
  const at = parseHttpDate(text, nowMs)
  return at === null ? null : bounded(at - nowMs)
}

function bounded(waitMs: number): number {
  return Math.min(Math.max(0, waitMs), WAIT_MS_MAX)
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
