/** What a placeholder may name, and what it finds in an event. */

import { payloadFieldsOf } from '../payload-fields.ts'
import type { JsonValue, SeenEvent } from '../seen-event.ts'

const OWN = [
  'eventType',
  'eventId',
  'eventTime',
  'chatbotId',
  'chatbotName',
  'channel',
  'leadId',
] as const
const TREES = ['payload', 'custom', 'context', 'consent'] as const

const CONTEXT = [
  'page',
  'title',
  'referrer',
  'utm',
  'utm.source',
  'utm.medium',
  'utm.campaign',
  'utm.term',
  'utm.content',
  'language',
  'timeZone',
]
const CONSENT: Readonly<Record<string, 'text' | 'other'>> = {
  given: 'other',
  text: 'text',
  at: 'text',
  page: 'text',
}

type PathFault = { message: string }
type Kind = 'text' | 'other' | 'unknown'

/** What a path of these event types holds; a fault: no event of them has it. */
export function kindOf(path: readonly string[], eventTypes: readonly string[]): Kind | PathFault {
  const [root = '', ...steps] = path
  if ((OWN as readonly string[]).includes(root)) {
    return steps.length === 0 ? 'text' : fault(path, [root])
  }
  const rest = steps.join('.')
  switch (root) {
    case 'payload':
      return payloadKind(steps, eventTypes)
    case 'custom':
      return steps.length <= 1 ? 'unknown' : fault(path, ['custom.NAME'])
    case 'context':
      if (rest === '' || rest === 'utm') return 'other'
      return CONTEXT.includes(rest) ? 'text' : fault(path, prefixed('context', CONTEXT))
    case 'consent':
      if (rest === '') return 'other'
      return Object.hasOwn(CONSENT, rest)
        ? (CONSENT[rest] ?? 'other')
        : fault(path, prefixed('consent', Object.keys(CONSENT)))
    default:
      return fault(path, [...OWN, ...TREES])
  }
}

function payloadKind(steps: readonly string[], eventTypes: readonly string[]): Kind | PathFault {
  const [field] = steps
  if (field === undefined) return 'other'
  const known = eventTypes.map(payloadFieldsOf)
  // A type without a schema, or a wildcard, may have anything.
  if (known.some((fields) => fields === null)) return 'unknown'
  const kinds = known.flatMap((fields) => {
    const kind = fields !== null && Object.hasOwn(fields, field) ? fields[field] : undefined
    return kind === undefined ? [] : [kind]
  })
  const isDeep = steps.length > 1
  const found = isDeep ? kinds.filter((kind) => kind === 'other') : kinds
  const [first] = found
  if (first === undefined) {
    const names = known.flatMap((fields) => Object.keys(fields ?? {}))
    return fault(['payload', ...steps], prefixed('payload', names))
  }
  if (isDeep) return 'unknown'
  return found.every((kind) => kind === first) ? first : 'unknown'
}

function prefixed(root: string, names: readonly string[]): string[] {
  return names.map((name) => `${root}.${name}`)
}

function fault(path: readonly string[], known: readonly string[]): PathFault {
  const name = path.join('.')
  const near = nearest(path.at(-1) ?? '', known)
  const hint =
    near === null ? `there are ${known.slice(0, 8).join(', ')}` : `did you mean \`${near}\`?`
  return { message: `no event has \`${name}\`: ${hint}` }
}

/** The one whose last word is the same but for letters' case, or a letter or two. */
function nearest(word: string, known: readonly string[]): string | null {
  const sought = word.toLowerCase()
  const ranked = known
    .map((name) => ({ name, away: distance(sought, (name.split('.').at(-1) ?? '').toLowerCase()) }))
    .sort((one, other) => one.away - other.away)
  const [best] = ranked
  return best && best.away <= 3 ? best.name : null
}

/** Levenshtein's, of short words. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 3) return 9
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const swap = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 9
}

/** Missing is undefined. Names that objects inherit are none of the event's. */
export function valueAt(event: SeenEvent, path: readonly string[]): JsonValue | undefined {
  if (path[0] === 'eventTime') return new Date(event.eventTime).toISOString()
  let found: unknown = event
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found as JsonValue | undefined
}
