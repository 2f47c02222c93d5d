/** An owner's own headers: whatever would break the request, or replace what we sign, is refused. */
export const MASK = '***'
export const HEADERS_MAX = 20
export const HEADER_NAME_LENGTH_MAX = 100
export const HEADER_VALUE_LENGTH_MAX = 1_000

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** RFC 9110 section 5.5: visible ASCII, space, tab and Latin-1; never CR, LF or NUL. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

const OURS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'user-agent',
  'accept',
  'accept-encoding',
  'x-chatzuri-signature',
])

export function maskHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, MASK]))
}

export interface HeaderFault {
  name: string
  /** A sentence without its subject. */
  message: string
}

export function headerFaults(headers: Record<string, string>): HeaderFault[] {
  const seen = new Set<string>()
  const faults: HeaderFault[] = []
  for (const [name, value] of Object.entries(headers)) {
    const message = nameFault(name, seen) ?? valueFault(value)
    seen.add(name.toLowerCase())
    if (message !== null) faults.push({ name, message })
  }
  return faults
}

function nameFault(name: string, seen: ReadonlySet<string>): string | null {
  const lower = name.toLowerCase()
  if (name.length > HEADER_NAME_LENGTH_MAX)
    return `has a name of more than ${HEADER_NAME_LENGTH_MAX} characters`
  if (!TOKEN.test(name)) return 'is not a valid header name'
  if (OURS.has(lower) || lower.startsWith('webhook-') || lower.startsWith('proxy-')) {
    return 'is a header that is set for you and can not be replaced'
  }
  return seen.has(lower) ? 'comes twice, spelled differently' : null
}

function valueFault(value: string): string | null {
  if (value.length > HEADER_VALUE_LENGTH_MAX)
    return `must have at most ${HEADER_VALUE_LENGTH_MAX} characters`
  if (!VALUE.test(value)) return 'must be printable ASCII or Latin-1, without line breaks'
  if (value !== value.trim()) return 'must not begin or end with white space'
  return null
}

/**
 * A caller who sends back what they read sends masks. A mask of a header that is stored stands for
 * its value; any other would replace a secret by asterisks, and is refused.
 */
export function unmaskHeaders(
  given: Record<string, string>,
  stored: Record<string, string>,
): { headers: Record<string, string>; faults: HeaderFault[] } {
  const known = new Map(Object.entries(stored).map(([name, value]) => [name.toLowerCase(), value]))
  const headers: [string, string][] = []
  const faults: HeaderFault[] = []
  for (const [name, value] of Object.entries(given)) {
    const kept = value === MASK ? known.get(name.toLowerCase()) : undefined
    if (kept === undefined && /^\*+$/.test(value)) {
      faults.push({ name, message: 'is only asterisks: give the value itself' })
    }
    headers.push([name, kept ?? value])
  }
  return { headers: Object.fromEntries(headers), faults }
}
