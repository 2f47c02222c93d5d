/**
 * Templates: a body of the owner's own, with placeholders (formats.md). It is read once into pieces;
 * to make a body of an event is to put values between them. Nothing runs, loops, or reaches outside.
 */
import type { JsonValue, SeenEvent } from '../seen-event.ts'
import type { TemplateType } from '../shape.ts'
import { kindOf } from './paths.ts'
import { type Placeholder, readPlaceholder, textIn, valueIn } from './placeholder.ts'

export const TEMPLATE_BYTES_MAX = 16 * 1024
export const PLACEHOLDERS_MAX = 200

/** Makes a body of an event. */
export type Template = (event: SeenEvent) => string

type Parsed = { ok: true; template: Template } | { ok: false; line: number; message: string }

/** `eventTypes`: those that the webhook subscribes to. */
export function parseTemplate(
  text: string,
  type: TemplateType,
  eventTypes: readonly string[],
): Parsed {
  try {
    if (Buffer.byteLength(text) > TEMPLATE_BYTES_MAX) {
      throw new Fault(0, `has more than ${TEMPLATE_BYTES_MAX} bytes`)
    }
    if (!text.isWellFormed() || text.includes('\0'))
      throw new Fault(0, 'holds U+0000 or half a character')
    const template =
      type === 'form' ? formTemplate(text, eventTypes) : jsonTemplate(text, eventTypes)
    return { ok: true, template }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const line = text.slice(0, error.at).split('\n').length
    return { ok: false, line, message: error.message }
  }
}

class Fault extends Error {
  /** Where in the text. */
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

// ─── placeholders ───────────────────────────────────────────────────────────────────────────────

/** Texts and placeholders by turns. */
type Piece = string | Placeholder

interface Found {
  at: number
  end: number
  /** Null: `{{{{`, which writes `{{`. */
  placeholder: Placeholder | null
}

/** `isJson`: what stands in it may be written with JSON's escapes, such as `\"`. */
function findPlaceholders(text: string, eventTypes: readonly string[], isJson: boolean): Found[] {
  const found: Found[] = []
  let count = 0
  for (let at = text.indexOf('{{'); at !== -1; at = text.indexOf('{{', found.at(-1)?.end)) {
    if (text.startsWith('{{{{', at)) {
      found.push({ at, end: at + 4, placeholder: null })
      continue
    }
    const close = text.indexOf('}}', at)
    if (close === -1)
      throw new Fault(
        at,
        'a placeholder is not closed: `}}` is missing (to write `{{` itself, write `{{{{`)',
      )
    const inner = text.slice(at + 2, close)
    const read = readPlaceholder(isJson ? unescaped(inner) : inner)
    if (!read.ok) throw new Fault(at, read.message)
    checkPlaceholder(read.placeholder, eventTypes, at)
    count += 1
    if (count > PLACEHOLDERS_MAX)
      throw new Fault(at, `has more than ${PLACEHOLDERS_MAX} placeholders`)
    found.push({ at, end: close + 2, placeholder: read.placeholder })
  }
  return found
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

function checkPlaceholder(
  { path, functions }: Placeholder,
  eventTypes: readonly string[],
  at: number,
): void {
  const kind = kindOf(path, eventTypes)
  if (typeof kind === 'object') throw new Fault(at, kind.message)
  if (kind === 'other' && functions.length > 0) {
    throw new Fault(
      at,
      `\`${path.join('.')}\` is no text: \`${functions[0]}\` can't be applied to it`,
    )
  }
}

// ─── JSON ───────────────────────────────────────────────────────────────────────────────────────

/** Stands for a placeholder while the rest is read as JSON: what no template can have in it. */
const MARK = '\0'

/** Makes of a value in the template what makes it of an event. */
type Maker = (event: SeenEvent) => JsonValue

function jsonTemplate(text: string, eventTypes: readonly string[]): Template {
  const found = findPlaceholders(text, eventTypes, true)
  const escapedMark = '\\u0000'
  let json = ''
  let from = 0
  for (const { at, end, placeholder } of found) {
    // In a string or not is for the JSON to say: outside of one this is none.
    json += `${text.slice(from, at)}${placeholder === null ? '{{' : escapedMark}`
    from = end
  }
  json += text.slice(from)
  if (/\\u0000/i.test(text)) throw new Fault(text.search(/\\u0000/i), 'holds U+0000')
  const placeholders = found.flatMap(({ placeholder }) => (placeholder ? [placeholder] : []))
  const value = readJson(json, found)
  const root = makerOf(value, placeholders.values())
  return (event) => JSON.stringify(root(event))
}

function readJson(json: string, found: readonly Found[]): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(json) as JsonValue
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1]
    const outside = found.find(
      ({ at: start }) => Number(at ?? -1) >= start && Number(at ?? -1) <= start + 8,
    )
    const reason = outside
      ? 'a placeholder stands outside of a text: write it in quotes, `"{{payload.customerName}}"`'
      : `is no JSON: ${
          String(error)
            .replace(/^SyntaxError: /, '')
            .split(' in JSON')[0]
        }`
    throw new Fault(Number(at ?? 0), reason)
  }
  if (typeof value !== 'object' || value === null)
    throw new Fault(0, 'must be a JSON object or list')
  refuseDoubledKeys(json)
  if (JSON.stringify(value) !== JSON.stringify(JSON.parse(JSON.stringify(value)))) {
    throw new Fault(0, 'changes when it is read and written again')
  }
  return value
}

function makerOf(value: JsonValue, placeholders: Iterator<Placeholder>): Maker {
  if (typeof value === 'string') return textMaker(value, placeholders)
  if (Array.isArray(value)) {
    const makers = value.map((item) => makerOf(item, placeholders))
    return (event) => makers.map((make) => make(event))
  }
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'number' && !isKept(value))
      throw new Fault(0, `the number ${value} is not kept exactly`)
    return () => value
  }
  const makers = Object.keys(value).map((name): [string, Maker] => {
    if (name.includes(MARK))
      throw new Fault(0, 'a placeholder stands in a key: only values may have them')
    if (name === '__proto__') throw new Fault(0, 'the key `__proto__` is refused')
    return [name, makerOf(value[name] ?? null, placeholders)]
  })
  return (event) => Object.fromEntries(makers.map(([name, make]) => [name, make(event)]))
}

function isKept(value: number): boolean {
  return (
    Number.isFinite(value) &&
    !Object.is(value, -0) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value))
  )
}

function textMaker(text: string, placeholders: Iterator<Placeholder>): Maker {
  const texts = text.split(MARK)
  if (texts.length === 1) return () => text
  const own = texts.slice(1).map(() => {
    const next = placeholders.next()
    if (next.done) throw new Fault(0, 'holds U+0000')
    return next.value
  })
  const [only] = own
  if (only && own.length === 1 && texts[0] === '' && texts[1] === '')
    return (event) => valueIn(only, event)
  return (event) =>
    texts.reduce((all, part, at) => {
      const before = own[at - 1]
      return all + (before ? textIn(before, event) : '') + part
    }, '')
}

/** The last of two would win silently. */
function refuseDoubledKeys(json: string): void {
  const open: { keys: Set<string> | null; isKey: boolean }[] = []
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs)) {
    const top = open.at(-1)
    if (token === '{') open.push({ keys: new Set(), isKey: true })
    else if (token === '[') open.push({ keys: null, isKey: false })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',' && top) top.isKey = top.keys !== null
    else if (token === ':' && top) top.isKey = false
    else if (top?.isKey && top.keys) {
      const name = JSON.parse(token) as string
      if (top.keys.has(name)) throw new Fault(index, `the key \`${name}\` stands twice`)
      top.keys.add(name)
    }
  }
}

// ─── forms ──────────────────────────────────────────────────────────────────────────────────────

function formTemplate(text: string, eventTypes: readonly string[]): Template {
  const fields: { name: string; pieces: Piece[] }[] = []
  let at = 0
  for (const line of text.split('\n')) {
    const whole = line.replace(/\r$/, '')
    const start = at
    at += line.length + 1
    if (whole.trim() === '') continue
    const equals = whole.indexOf('=')
    const name = whole.slice(0, Math.max(0, equals)).trim()
    if (name === '') throw new Fault(start, 'each line is `name=text`')
    if (name.includes('{{'))
      throw new Fault(start, 'a placeholder stands in a name: only values may have them')
    fields.push({ name, pieces: piecesOf(whole.slice(equals + 1), eventTypes, start) })
  }
  if (fields.length === 0) throw new Fault(0, 'has no line `name=text`')
  const count = fields.reduce(
    (sum, { pieces }) => sum + pieces.filter((piece) => typeof piece === 'object').length,
    0,
  )
  if (count > PLACEHOLDERS_MAX) throw new Fault(0, `has more than ${PLACEHOLDERS_MAX} placeholders`)
  return (event) => {
    const made = fields.map(({ name, pieces }): [string, string] => [
      name,
      pieces.map((piece) => (typeof piece === 'string' ? piece : textIn(piece, event))).join(''),
    ])
    return new URLSearchParams(made).toString()
  }
}

function piecesOf(text: string, eventTypes: readonly string[], start: number): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  let found: Found[]
  try {
    found = findPlaceholders(text, eventTypes, false)
  } catch (error) {
    throw error instanceof Fault ? new Fault(start + error.at, error.message) : error
  }
  for (const { at, end, placeholder } of found) {
    pieces.push(text.slice(from, at), placeholder ?? '{{')
    from = end
  }
  pieces.push(text.slice(from))
  return pieces.filter((piece) => piece !== '')
}
