/**
 * A large JSON document whose weight is in one list, taken apart without being parsed: each item is
 * to be read when its turn comes. As a value, 8 MiB of `{}` are 250 MB and half a second in which
 * nobody else is answered. Pure. What is wrong inside an item shows when that is parsed.
 */
import { type JsonFault, parseJsonStrictly } from './json.ts'

interface JsonParts {
  ok: true
  /** The list's items, as they are in the document; null: it isn't there, or is no list. */
  items: Buffer[] | null
  /** The other members; of a large one, null. */
  others: Record<string, unknown>
}

interface PartsOptions {
  /** The member that holds the list. */
  list: string
  /** One item more is found, and the rest is not looked at. */
  itemsMax: number
}

/** Beside the list, whatever is larger than that is nothing that anybody asked for. */
const OTHER_BYTES_MAX = 64 * 1024

type Split = JsonParts | ({ ok: false } & JsonFault)

export function splitJson(document: Buffer, options: PartsOptions): Split {
  try {
    return readDocument(new Scanner(document), options)
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, ...error.fault }
    throw error
  }
}

/** Thrown and caught in this file. */
class Unreadable extends Error {
  readonly fault: JsonFault
  constructor(fault: JsonFault) {
    super(fault.message)
    this.fault = fault
  }
}

function readDocument(scanner: Scanner, { list, itemsMax }: PartsOptions): Split {
  const others: Record<string, unknown> = Object.create(null)
  const keys = new Set<string>()
  let items: Buffer[] | null = null
  scanner.expect('{')
  if (scanner.takes('}')) return { ok: true, items, others }
  do {
    const key = String(parsed(scanner.string()))
    if (keys.has(key)) throw new Unreadable(doubled(key))
    keys.add(key)
    scanner.expect(':')
    if (key === list && scanner.takes('[')) {
      items = readItems(scanner, itemsMax)
      if (items.length > itemsMax) return { ok: true, items, others }
    } else {
      const value = scanner.value()
      others[key] = value.length > OTHER_BYTES_MAX ? null : parsed(value)
    }
  } while (scanner.takes(','))
  scanner.expect('}')
  scanner.expectEnd()
  return { ok: true, items, others }
}

/** Behind its `[`. */
function readItems(scanner: Scanner, itemsMax: number): Buffer[] {
  const items: Buffer[] = []
  if (scanner.takes(']')) return items
  do items.push(scanner.value())
  while (items.length <= itemsMax && scanner.takes(','))
  if (items.length <= itemsMax) scanner.expect(']')
  return items
}

function parsed(bytes: Buffer): unknown {
  const value = parseJsonStrictly(bytes.toString('utf8'))
  if (value.ok) return value.value
  throw new Unreadable(value)
}

function doubled(key: string): JsonFault {
  const message = `\`${key}\` stands there twice: of the two, parsers keep one or the other`
  return { code: 'invalid_input', message, path: key }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = [0x20, 0x0a, 0x0d, 0x09]
/** What a number or a word ends before. */
const AFTER_WORD = [...SPACE, 0x7d, 0x5d, 0x2c]

class Scanner {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  takes(character: string): boolean {
    while (SPACE.includes(this.#bytes[this.#at] ?? 0)) this.#at += 1
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false
    this.#at += 1
    return true
  }

  expect(character: string): void {
    if (!this.takes(character)) throw this.#unexpected(`'${character}'`)
  }

  expectEnd(): void {
    this.takes(' ')
    if (this.#at < this.#bytes.length) throw this.#unexpected('its end')
  }

  /** From quote to quote. */
  string(): Buffer {
    this.expect('"')
    return this.#slice(this.#at - 1, this.#stringEnd())
  }

  /** The bytes of one value, whole if what is in it is JSON. */
  value(): Buffer {
    this.takes(' ')
    const start = this.#at
    const bytes = this.#bytes
    let depth = 0
    // Plain comparisons: this loop sees each byte outside of strings, 8 MiB of them in 10 to 20 ms.
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at]
      if (byte === QUOTE) {
        this.#at += 1
        this.#at = this.#stringEnd()
        if (depth === 0) return this.#slice(start, this.#at)
        continue
      }
      if (byte === 0x7b || byte === 0x5b) {
        depth += 1
      } else if (depth === 0) {
        return this.#word(start)
      } else if (byte === 0x7d || byte === 0x5d) {
        depth -= 1
        if (depth === 0) return this.#slice(start, this.#at + 1)
      }
      this.#at += 1
    }
    throw this.#unexpected('a value')
  }

  #word(start: number): Buffer {
    while (this.#at < this.#bytes.length && !AFTER_WORD.includes(this.#bytes[this.#at] ?? 0)) {
      this.#at += 1
    }
    if (this.#at === start) throw this.#unexpected('a value')
    return this.#slice(start, this.#at)
  }

  /** Behind the closing quote of the string that we are in. */
  #stringEnd(): number {
    for (let from = this.#at; ; ) {
      const quote = this.#bytes.indexOf(QUOTE, from)
      if (quote === -1) {
        this.#at = this.#bytes.length
        throw this.#unexpected('a quotation mark')
      }
      let backslashes = 0
      while (this.#bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1
      if (backslashes % 2 === 0) return quote + 1
      from = quote + 1
    }
  }

  #slice(start: number, end: number): Buffer {
    this.#at = end
    return this.#bytes.subarray(start, end)
  }

  #unexpected(what: string): Unreadable {
    const isOver = this.#at >= this.#bytes.length
    const where = isOver ? `it ends too early, after ${this.#at} bytes` : `at byte ${this.#at}`
    const message = `The body is not valid JSON: ${isOver ? where : `expected ${what} ${where}`}`
    return new Unreadable({ code: 'invalid_json', message, path: '' })
  }
}
