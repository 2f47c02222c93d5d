/**
 * Filters: which events a webhook wants, by the grammar of formats.md. A filter mirrors the event; a
 * leaf is a value that must be equal, or an object of conditions, all of which hold. Read once, made
 * into a function, and asked for each event; nothing of it is run as code.
 */
import { canonicalEventType } from '../event.ts'
import type { JsonValue, SeenEvent } from './seen-event.ts'

export const CONDITIONS_MAX = 20
const GROUPS_DEEP_MAX = 4
/** Steps into the event, one inside the other. */
const STEPS_MAX = 16
const ROOTS = ['eventType', 'channel', 'payload', 'custom', 'context', 'consent'] as const
const CONDITIONS = [
  'equals',
  'in',
  'exists',
  'startsWith',
  'contains',
  'gt',
  'gte',
  'lt',
  'lte',
] as const
export type ConditionName = (typeof CONDITIONS)[number]

/** One question of one place in the event. */
export interface Question {
  kind: 'condition'
  path: readonly string[]
  name: ConditionName
  value: JsonValue
}

export type Filter =
  | Question
  | { kind: 'all' | 'any'; of: readonly Filter[] }
  | { kind: 'not'; of: readonly [Filter] }

export const EVERYTHING: Filter = { kind: 'all', of: [] }

type Parsed =
  | { ok: true; filter: Filter }
  /** `steps` lead to the fault, from the filter. */
  | { ok: false; steps: Steps; message: string }
type Steps = (string | number)[]

export function parseFilter(value: JsonValue): Parsed {
  const reader = new FilterReader()
  try {
    return { ok: true, filter: reader.read(value) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ok: false, steps: error.steps, message: error.message }
  }
}

class Refusal extends Error {
  readonly steps: Steps

  constructor(steps: Steps, message: string) {
    super(message)
    this.steps = steps
  }
}

type JsonObject = { [name: string]: JsonValue }

class FilterReader {
  #conditions = 0

  read(value: JsonValue): Filter {
    return this.#group(value, [], 0)
  }

  #group(value: JsonValue, at: Steps, depth: number): Filter {
    if (!isObject(value)) throw new Refusal(at, 'must be an object that mirrors the event')
    const names = Object.keys(value)
    if (names.length === 0) throw new Refusal(at, 'is empty: leave it out, or null, to get all')
    const parts = names.map((name) => this.#part(name, value[name] ?? null, { at, depth }))
    const [only] = parts
    return only && parts.length === 1 ? only : { kind: 'all', of: parts }
  }

  #part(name: string, value: JsonValue, { at, depth }: { at: Steps; depth: number }): Filter {
    const here = [...at, name]
    if (name === 'any' || name === 'all' || name === 'not') {
      if (depth >= GROUPS_DEEP_MAX) {
        throw new Refusal(here, `is deeper than ${GROUPS_DEEP_MAX} levels of any, all and not`)
      }
      if (name === 'not') return { kind: 'not', of: [this.#group(value, here, depth + 1)] }
      if (!Array.isArray(value) || value.length === 0) {
        throw new Refusal(here, 'must be a list of filters, with one at least')
      }
      const of = value.map((each, index) => this.#group(each, [...here, index], depth + 1))
      return { kind: name, of }
    }
    if (!(ROOTS as readonly string[]).includes(name)) {
      throw new Refusal(
        here,
        `is nothing that a filter can ask for: it has ${list(ROOTS)}, and any, all, not`,
      )
    }
    return this.#step([name], value, here)
  }

  #step(path: readonly string[], value: JsonValue, at: Steps): Filter {
    if (Array.isArray(value)) {
      throw new Refusal(at, 'is a list: ask with `in` for one of several values')
    }
    if (!isObject(value)) return this.#condition(path, 'equals', value, at)
    const names = Object.keys(value)
    if (names.length === 0) throw new Refusal(at, 'is empty: say what is asked of it')
    const known = names.filter(isConditionName)
    if (known.length > 0 && known.length < names.length) {
      const other = names.find((name) => !isConditionName(name)) ?? ''
      throw new Refusal(
        [...at, other],
        `stands beside ${list(known)}: an object is of conditions (${list(CONDITIONS)}), or a step into the event, not both`,
      )
    }
    if (path.length > STEPS_MAX) throw new Refusal(at, `is deeper than ${STEPS_MAX} steps`)
    const parts = names.map((name) =>
      isConditionName(name)
        ? this.#condition(path, name, value[name] ?? null, [...at, name])
        : this.#step([...path, name], value[name] ?? null, [...at, name]),
    )
    const [only] = parts
    return only && parts.length === 1 ? only : { kind: 'all', of: parts }
  }

  #condition(path: readonly string[], name: ConditionName, value: JsonValue, at: Steps): Question {
    this.#conditions += 1
    if (this.#conditions > CONDITIONS_MAX) {
      throw new Refusal(at, `is more than ${CONDITIONS_MAX} conditions`)
    }
    const fault = valueFault(name, value)
    if (fault !== null) throw new Refusal(at, fault)
    return {
      kind: 'condition',
      path,
      name,
      value: path[0] === 'eventType' ? canonical(value) : value,
    }
  }
}

/** Events are seen by one spelling of their type, whichever their webhook has. */
function canonical(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(canonical)
  return typeof value === 'string' ? canonicalEventType(value) : value
}

function valueFault(name: ConditionName, value: JsonValue): string | null {
  switch (name) {
    case 'equals':
      return isScalar(value) ? null : 'must be a text, a number, true, false or null'
    case 'in':
      if (!Array.isArray(value) || value.length === 0)
        return 'must be a list of values, with one at least'
      return value.every(isScalar) ? null : 'must be a list of texts, numbers, true, false or null'
    case 'exists':
      return typeof value === 'boolean' ? null : 'must be true or false'
    case 'startsWith':
    case 'contains':
      return typeof value === 'string' && value !== ''
        ? null
        : 'must be a text of one character at least'
    default:
      return typeof value === 'number' && Number.isFinite(value) ? null : 'must be a number'
  }
}

// ─── judging ────────────────────────────────────────────────────────────────────────────────────

type Matches = (event: SeenEvent) => boolean

/** Of a part, too: what is kept back is explained in the commit that accepts it. */
const compiled = new WeakMap<Filter, Matches>()

export function compileFilter(filter: Filter): Matches {
  let matches = compiled.get(filter)
  if (!matches) {
    matches = compile(filter)
    compiled.set(filter, matches)
  }
  return matches
}

function compile(filter: Filter): Matches {
  if (filter.kind === 'condition') {
    const { path } = filter
    const holds = testOf(filter)
    return (event) => someAt(event as unknown as JsonValue, path, 0, holds)
  }
  const parts = filter.of.map(compileFilter)
  if (filter.kind === 'not') return (event) => !parts.some((part) => part(event))
  if (filter.kind === 'any') return (event) => parts.some((part) => part(event))
  return (event) => parts.every((part) => part(event))
}

/** Of a list one member is enough, wherever on the way it stands. Missing is undefined. */
export function someAt(
  value: JsonValue | undefined,
  path: readonly string[],
  at: number,
  holds: (value: JsonValue | undefined) => boolean,
): boolean {
  const name = path[at]
  if (Array.isArray(value)) {
    // A list is given, whatever is in it; of an empty one there is nothing to step into.
    if (name === undefined && holds(value)) return true
    if (name !== undefined && value.length === 0) return holds(undefined)
    return value.some((member) => someAt(member, path, at, holds))
  }
  if (name === undefined) return holds(value)
  const isThere = isObject(value) && Object.hasOwn(value, name)
  return isThere ? someAt(value[name], path, at + 1, holds) : holds(undefined)
}

function testOf({ name, value }: Question): (found: JsonValue | undefined) => boolean {
  switch (name) {
    case 'equals':
      return (found) => found === value
    case 'in': {
      const values = new Set(value as JsonValue[])
      return (found) => found !== undefined && values.has(found)
    }
    case 'exists':
      return (found) => isGiven(found) === value
    case 'startsWith': {
      const start = folded(value as string)
      return (found) => typeof found === 'string' && folded(found).startsWith(start)
    }
    case 'contains': {
      const part = folded(value as string)
      return (found) => typeof found === 'string' && folded(found).includes(part)
    }
    default:
      return comparisonOf(name, value as number)
  }
}

function comparisonOf(
  name: 'gt' | 'gte' | 'lt' | 'lte',
  bound: number,
): (found: JsonValue | undefined) => boolean {
  const holds = {
    gt: (found: number) => found > bound,
    gte: (found: number) => found >= bound,
    lt: (found: number) => found < bound,
    lte: (found: number) => found <= bound,
  }[name]
  return (found) => typeof found === 'number' && holds(found)
}

/** There, and neither `null` nor `""`. */
function isGiven(found: JsonValue | undefined): boolean {
  return found !== undefined && found !== null && found !== ''
}

/** Letters of either case are one: upper and then lower, so that ß is SS, and İ is İ in any locale. */
function folded(text: string): string {
  return text.toUpperCase().toLowerCase()
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isScalar(value: JsonValue): boolean {
  return value === null || typeof value !== 'object'
}

function isConditionName(name: string): name is ConditionName {
  return (CONDITIONS as readonly string[]).includes(name)
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
