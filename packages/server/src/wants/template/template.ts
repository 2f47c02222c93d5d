/**
 * Templates: a body of the owner's own, with placeholders (formats.md). It is read once into pieces;
 * to make a body of an event is to put values between them. Nothing runs, loops, or reaches outside.
 */
import { BODY_BYTES_MAX } from '../../event.ts'
import type { JsonValue, SeenEvent } from '../seen-event.ts'
import type { TemplateType } from '../shape.ts'
import { kindOf } from './paths.ts'
import { type Placeholder, readPlaceholder, textIn, valueIn } from './placeholder.ts'

export const TEMPLATE_BYTES_MAX = 16 * 1024
export const PLACEHOLDERS_MAX = 200

/** Makes a body of an event. */
export type Template = (event: SeenEvent) => string

type Parsed =
  | { ok: true; template: Template }
  /** Both from 1, in the text as it was written. */
  | { ok: false; line: number; column: number; message: string }

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
    const lines = text.slice(0, error.at).split('\n')
    const column = [...(lines.at(-1) ?? '')].length + 1
    return { ok: false, line: lines.length, column, message: error.message }
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

/** A placeholder's number between two U+0000, which no template has, while the rest is read as JSON. */
const MARKED = /\0(\d+)\0/
/** An escape of U+0000, and no backslash that is written before `u0000`. */
const ESCAPED_NUL = /(?<!\\)(?:\\\\)*\\u0000/i

/** Makes of a value in the template what makes it of an event. */
type Maker = (event: SeenEvent, room: Room) => JsonValue

/** Thrown as soon as it is known: two hundred times a large text would be made before it is measured. */
export class TooLarge extends Error {}

/** What placeholders may still write, in characters. */
class Room {
  #left = BODY_BYTES_MAX

  take(text: string): string {
    this.#left -= text.length
    if (this.#left < 0) throw new TooLarge()
    return text
  }
}

function jsonTemplate(text: string, eventTypes: readonly string[]): Template {
  const found = findPlaceholders(text, eventTypes, true)
  let json = ''
  let from = 0
  const parts: { json: number; at: number }[] = []
  for (const [number, { at, end, placeholder }] of found.entries()) {
    parts.push({ json: json.length, at: from })
    json += text.slice(from, at)
    parts.push({ json: json.length, at })
    // In a string or not is for the JSON to say: outside of one this is none.
    json += placeholder === null ? '{{' : `\\u0000${number}\\u0000`
    from = end
  }
  parts.push({ json: json.length, at: from })
  json += text.slice(from)
  if (ESCAPED_NUL.test(text)) throw new Fault(text.search(ESCAPED_NUL), 'holds U+0000')
  const value = atTextOf(parts, () => readJson(json))
  const used = new Set<number>()
  const root = makerOf(value, { found, used })
  const unused = found.findIndex(({ placeholder }, number) => placeholder && !used.has(number))
  const lost = found[unused]
  if (lost) throw new Fault(lost.at, 'a placeholder stands behind a backslash')
  return (event) => JSON.stringify(root(event, new Room()))
}

/** What is at fault in the JSON is told by its place in the text that was written. */
function atTextOf<Read>(parts: readonly { json: number; at: number }[], read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const part = parts.findLast(({ json }) => json <= error.at) ?? { json: 0, at: 0 }
    throw new Fault(part.at + error.at - part.json, error.message)
  }
}

function readJson(json: string): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(json) as JsonValue
  } catch {
    const at = jsonFaultAt(json)
    const reason = json.startsWith('\\u0000', at)
      ? 'a placeholder stands outside of a text: write it in quotes, `"{{payload.customerName}}"`'
      : `is no JSON: ${
          at >= json.length
            ? 'it ends too early'
            : `\`${json.slice(at, at + 1)}\` is not expected here`
        }`
    throw new Fault(at, reason)
  }
  if (typeof value !== 'object' || value === null)
    throw new Fault(0, 'must be a JSON object or list')
  refuseDoubledKeys(json)
  if (JSON.stringify(value) !== JSON.stringify(JSON.parse(JSON.stringify(value)))) {
    throw new Fault(0, 'changes when it is read and written again')
  }
  return value
}

/** The placeholders by their numbers, and which of them have their place. */
interface Numbered {
  found: readonly Found[]
  used: Set<number>
}

function makerOf(value: JsonValue, placeholders: Numbered): Maker {
  if (typeof value === 'string') return textMaker(value, placeholders)
  if (Array.isArray(value)) {
    const makers = value.map((item) => makerOf(item, placeholders))
    return (event, room) => makers.map((make) => make(event, room))
  }
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'number' && !isKept(value))
      throw new Fault(0, `the number ${value} is not kept exactly`)
    return () => value
  }
  const makers = Object.keys(value).map((name): [string, Maker] => {
    const inKey = MARKED.exec(name)?.[1]
    if (inKey !== undefined) {
      const at = placeholders.found[Number(inKey)]?.at ?? 0
      throw new Fault(at, 'a placeholder stands in a key: only values may have them')
    }
    if (name === '__proto__') throw new Fault(0, 'the key `__proto__` is refused')
    return [name, makerOf(value[name] ?? null, placeholders)]
  })
  return (event, room) =>
    Object.fromEntries(makers.map(([name, make]) => [name, make(event, room)]))
}

function isKept(value: number): boolean {
  return (
    Number.isFinite(value) &&
    !Object.is(value, -0) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value))
  )
}

function textMaker(text: string, { found, used }: Numbered): Maker {
  // Texts and numbers by turns.
  const pieces = text.split(MARKED)
  if (pieces.length === 1) return () => text
  const texts = pieces.filter((_, at) => at % 2 === 0)
  const own = pieces.flatMap((number, at) => {
    const placeholder = at % 2 === 1 ? found[Number(number)]?.placeholder : null
    if (placeholder) used.add(Number(number))
    return placeholder ? [placeholder] : []
  })
  const [only] = own
  if (only && own.length === 1 && texts[0] === '' && texts[1] === '')
    return (event, room) => {
      const value = valueIn(only, event)
      room.take(typeof value === 'string' ? value : JSON.stringify(value))
      return value
    }
  return (event, room) =>
    texts.reduce((all, part, at) => {
      const before = own[at - 1]
      return all + (before ? room.take(textIn(before, event)) : '') + part
    }, '')
}

/** Where a text stops being JSON: what parsers say of it differs, and mostly has no place. */
function jsonFaultAt(json: string): number {
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const taken = pattern.exec(json)?.[0]
    if (taken !== undefined) at += taken.length
    return taken
  }
  const space = () => take(/[ \t\r\n]*/y)
  const list = (end: RegExp, item: () => boolean): boolean => {
    space()
    if (take(end) !== undefined) return true
    for (;;) {
      if (!item()) return false
      space()
      if (take(end) !== undefined) return true
      if (take(/,/y) === undefined) return false
    }
  }
  const text = () => take(/"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y) !== undefined
  const pair = () => {
    space()
    if (!text()) return false
    space()
    return take(/:/y) !== undefined && value()
  }
  const value = (): boolean => {
    space()
    if (take(/\{/y) !== undefined) return list(/\}/y, pair)
    if (take(/\[/y) !== undefined) return list(/\]/y, value)
    if (take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) !== undefined)
      return true
    return text()
  }
  if (value()) space()
  return at
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
    const room = new Room()
    const made = fields.map(({ name, pieces }): [string, string] => [
      name,
      pieces
        .map((piece) => (typeof piece === 'string' ? piece : room.take(textIn(piece, event))))
        .join(''),
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
