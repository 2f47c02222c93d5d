/**
 * A filter as rows of a form: each asks one place of the event for one thing. What rows can't say, by
 * groups in groups, is written as JSON.
 */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export type Ask =
  | 'exists'
  | 'missing'
  | 'equals'
  | 'differs'
  | 'in'
  | 'contains'
  | 'lacks'
  | 'startsWith'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'

export interface FilterRow {
  key: number
  /** Names from the event inwards, with dots: `payload.customerPhone`. */
  path: string
  ask: Ask
  /** As it is typed. */
  value: string
}

export interface FilterDraft {
  kind: 'all' | 'any' | 'json'
  rows: readonly FilterRow[]
  /** Of the kind `json`. */
  json: string
}

/** Why a row can't be saved. */
type RowFault = 'path' | 'value' | 'number'

export const NO_FILTER: FilterDraft = { kind: 'all', rows: [], json: '' }

const NUMBERS: readonly Ask[] = ['gt', 'gte', 'lt', 'lte']
const VALUELESS: readonly Ask[] = ['exists', 'missing']
const PATH = /^[^.]+(\.[^.]+)*$/

export function takesValue(ask: Ask): boolean {
  return !VALUELESS.includes(ask)
}

export function rowFault({ path, ask, value }: FilterRow): RowFault | null {
  if (!PATH.test(path.trim())) return 'path'
  if (NUMBERS.includes(ask)) return readNumber(value) === null ? 'number' : null
  return takesValue(ask) && value.trim() === '' ? 'value' : null
}

/** Null: there is no filter. Undefined: what was typed is no JSON. */
export function filterOf({
  kind,
  rows,
  json,
}: FilterDraft): { [name: string]: Json } | null | undefined {
  if (kind === 'json') {
    if (json.trim() === '') return null
    return readObject(json)
  }
  const [first, ...others] = rows.map(filterOfRow)
  if (first === undefined) return null
  return others.length === 0 ? first : { [kind]: [first, ...others] }
}

/** Without rows that are not finished: what can be tried already. */
export function finished(draft: FilterDraft): FilterDraft {
  return { ...draft, rows: draft.rows.filter((row) => rowFault(row) === null) }
}

/** In rows where they can say it. */
export function draftOfFilter(filter: { [name: string]: unknown } | null): FilterDraft {
  if (filter === null) return NO_FILTER
  // It came as JSON.
  const given = filter as { [name: string]: Json }
  const read = anyOf(given) ?? { kind: 'all' as const, found: conjunction(given) }
  if (!read.found) return { kind: 'json', rows: [], json: jsonOf(filter) }
  const rows = read.found.map((row, key) => ({ ...row, key }))
  return { kind: read.kind, rows, json: '' }
}

/** For who goes on in JSON. */
export function jsonOf(filter: unknown): string {
  return JSON.stringify(filter, null, 2)
}

type Found = Omit<FilterRow, 'key'>

function anyOf(filter: { [name: string]: Json }): { kind: 'any'; found: Found[] | null } | null {
  const [name, ...others] = Object.keys(filter)
  const { any } = filter
  if (name !== 'any' || others.length > 0 || !Array.isArray(any)) return null
  const found = any.map((each) => {
    const rows = isObject(each) ? conjunction(each) : null
    return rows?.length === 1 ? rows[0] : undefined
  })
  return { kind: 'any', found: found.every((row) => row !== undefined) ? found : null }
}

/** All that must hold; null: rows can't say it. */
function conjunction(filter: { [name: string]: Json }): Found[] | null {
  const found: Found[] = []
  for (const [name, value] of Object.entries(filter)) {
    const rows =
      name === 'all'
        ? all(value)
        : name === 'not'
          ? negated(value)
          : name === 'any'
            ? null
            : step(name, value)
    if (!rows) return null
    found.push(...rows)
  }
  return found
}

function all(value: Json): Found[] | null {
  if (!Array.isArray(value)) return null
  const found = value.map((each) => (isObject(each) ? conjunction(each) : null))
  return found.every((rows) => rows !== null) ? found.flat() : null
}

const OPPOSITES: Partial<Record<Ask, Ask>> = { equals: 'differs', contains: 'lacks' }

function negated(value: Json): Found[] | null {
  const rows = isObject(value) ? conjunction(value) : null
  const [row] = rows ?? []
  const opposite = row && OPPOSITES[row.ask]
  return rows?.length === 1 && opposite ? [{ ...row, ask: opposite }] : null
}

const ASKS = ['equals', 'in', 'exists', 'contains', 'startsWith', ...NUMBERS]

function step(path: string, value: Json): Found[] | null {
  if (path.endsWith('.') || /\.$|^\.|\.\./.test(path)) return null
  if (!isObject(value)) return asked(path, 'equals', value)
  const found: Found[] = []
  for (const [name, inner] of Object.entries(value)) {
    if (!ASKS.includes(name) && name.includes('.')) return null
    const rows = ASKS.includes(name) ? asked(path, name, inner) : step(`${path}.${name}`, inner)
    if (!rows) return null
    found.push(...rows)
  }
  return found
}

function asked(path: string, name: string, value: Json): Found[] | null {
  if (name === 'exists') return [{ path, ask: value === false ? 'missing' : 'exists', value: '' }]
  if (name === 'in') return inOf(path, value)
  if (typeof value === 'object') return null
  const ask = name as Ask // one of ASKS
  const typed = String(value)
  // "3" as a text alone, or 3 as a number alone: rows ask for both.
  if (ask === 'equals' && valuesOf(typed).length > 1) return null
  return typed.trim() === typed && typed !== '' ? [{ path, ask, value: typed }] : null
}

function inOf(path: string, value: Json): Found[] | null {
  if (!Array.isArray(value) || value.length === 0) return null
  const texts = value.filter((each) => typeof each === 'string')
  if (texts.some((text) => text.trim() !== text || text === '' || text.includes(','))) return null
  const again = texts.flatMap(valuesOf)
  if (JSON.stringify(again) !== JSON.stringify(value)) return null
  return [{ path, ask: texts.length === 1 ? 'equals' : 'in', value: texts.join(', ') }]
}

function filterOfRow({ path, ask, value }: FilterRow): { [name: string]: Json } {
  const typed = value.trim()
  const at = (condition: Json) => nested(path.trim().split('.'), condition)
  switch (ask) {
    case 'exists':
      return at({ exists: true })
    case 'missing':
      return at({ exists: false })
    case 'equals':
      return at(equal(typed))
    case 'differs':
      return { not: at(equal(typed)) }
    case 'in':
      return at({ in: splitValues(typed).flatMap(valuesOf) })
    case 'lacks':
      return { not: at({ contains: typed }) }
    case 'contains':
    case 'startsWith':
      return at({ [ask]: typed })
    default:
      return at({ [ask]: readNumber(typed) ?? typed })
  }
}

function equal(typed: string): Json {
  const values = valuesOf(typed)
  return values.length === 1 ? { equals: typed } : { in: values }
}

function splitValues(typed: string): string[] {
  return typed
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
}

/** As a text, and as the number or yes or no that it may be: the grammar is strict, who types is not. */
function valuesOf(typed: string): Json[] {
  if (typed === 'true' || typed === 'false') return [typed, typed === 'true']
  const number = readNumber(typed)
  return number !== null && String(number) === typed ? [typed, number] : [typed]
}

function nested(path: readonly string[], condition: Json): { [name: string]: Json } {
  const [name = '', ...inner] = path
  return { [name]: inner.length === 0 ? condition : nested(inner, condition) }
}

function readNumber(typed: string): number | null {
  return /^-?\d+(\.\d+)?$/.test(typed.trim()) ? Number(typed) : null
}

function readObject(text: string): { [name: string]: Json } | undefined {
  try {
    const read: Json = JSON.parse(text)
    return isObject(read) ? read : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
