/** Why a filter keeps an event back, and what a filter asks, in words. */
import { type ConditionName, compileFilter, type Filter, type Question, someAt } from './filter.ts'
import type { JsonValue, SeenEvent } from './seen-event.ts'

interface Explained {
  matches: boolean
  /** For people, with the event's own values: made when it is asked for. */
  why: string
  /** Without a word of the event: it is kept beside it. */
  reason: string
}

const REASON_LENGTH_MAX = 200
const VALUE_LENGTH_MAX = 60

/** Why an event is not sent. Of one that is, both are empty. */
export function explainFilter(filter: Filter, event: SeenEvent): Explained {
  if (compileFilter(filter)(event)) return { matches: true, why: '', reason: '' }
  const why = againstText(filter, event, true)
  return { matches: false, why, reason: cut(againstText(filter, event, false), REASON_LENGTH_MAX) }
}

/** `filter` doesn't hold. */
function againstText(filter: Filter, event: SeenEvent, withValues: boolean): string {
  const failing = (of: readonly Filter[]) => of.find((part) => !compileFilter(part)(event))
  switch (filter.kind) {
    case 'condition':
      return conditionAgainst(filter, event, withValues)
    case 'all': {
      const first = failing(filter.of)
      return first ? againstText(first, event, withValues) : 'the filter asks for something else'
    }
    case 'any':
      return `none of these holds: ${filter.of.map(describeFilter).join('; ')}`
    case 'not': {
      const [leftOut] = filter.of
      // What holds of the event is the event's own: for keeping, only where it stands is told.
      return withValues
        ? `${describeFilter(leftOut)}, which the filter leaves out`
        : `${placesIn(leftOut)} is what the filter leaves out`
    }
  }
}

function placesIn(filter: Filter): string {
  const places = (part: Filter): string[] =>
    part.kind === 'condition' ? [placeOf(part.path)] : part.of.flatMap(places)
  return [...new Set(places(filter))].join(', ')
}

function conditionAgainst(condition: Question, event: SeenEvent, withValues: boolean): string {
  const { path, name, value } = condition
  const place = placeOf(path)
  const found = firstAt(event as unknown as JsonValue, path)
  if (name === 'exists') return value === true ? `${place} is empty` : `${place} is there`
  if (found === undefined) return `${place} is missing`
  const asked = `it is not ${askedOf(name, value)}`
  if (!withValues) return `${place}: ${asked}`
  return `${place} is ${shown(found)}, and not ${askedOf(name, value)}`
}

function firstAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined
  someAt(value, path, 0, (at) => {
    found ??= at
    return false
  })
  return found
}

/** The filter in words, for lists. */
export function describeFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'condition': {
      const { path, name, value } = filter
      const place = placeOf(path)
      if (name === 'exists') return value === true ? `${place} is given` : `${place} is empty`
      if (name === 'startsWith') return `${place} begins with ${shown(value)}`
      if (name === 'contains') return `${place} contains ${shown(value)}`
      return `${place} is ${askedOf(name, value)}`
    }
    case 'not':
      return `not (${describeFilter(filter.of[0])})`
    case 'any':
      return `(${filter.of.map(describeFilter).join(' or ')})`
    case 'all':
      return filter.of.length === 0 ? 'every event' : filter.of.map(describeFilter).join(' and ')
  }
}

function askedOf(name: ConditionName, value: JsonValue): string {
  switch (name) {
    case 'in':
      return `one of ${(value as JsonValue[]).map(shown).join(', ')}`
    case 'startsWith':
      return `beginning with ${shown(value)}`
    case 'contains':
      return `containing ${shown(value)}`
    case 'gt':
      return `more than ${shown(value)}`
    case 'gte':
      return `at least ${shown(value)}`
    case 'lt':
      return `less than ${shown(value)}`
    case 'lte':
      return `at most ${shown(value)}`
    default:
      return shown(value)
  }
}

/** `payload.customerPhone` is `customerPhone` to people: nothing else is called so. */
function placeOf(path: readonly string[]): string {
  const steps = path.length > 1 && path[0] === 'payload' ? path.slice(1) : path
  return `\`${steps.join('.')}\``
}

function shown(value: JsonValue): string {
  return typeof value === 'object' && value !== null
    ? 'something else'
    : cut(JSON.stringify(value), VALUE_LENGTH_MAX)
}

function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  return `${text
    .slice(0, lengthMax - 1)
    .toWellFormed()
    .replace(/\ufffd$/u, '')}…`
}
