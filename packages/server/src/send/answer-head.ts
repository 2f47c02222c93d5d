/**
 * Answer head: a status line and header lines, read in two ways at once.
 *
 * - Tolerant, for the delivery: whatever can be made out counts. What cannot be read is skipped.
 * - Exact, for the connection: `isExact` stays true only while each line is what RFC 9112 demands of
 *   a sender, so that no two readers could disagree about where the answer ends.
 */

import { keepHeaders } from './answer-headers.ts'

export type AnswerHeaders = Record<string, string | string[]>

/** How the end of a body is found (RFC 9112, 6.3). */
type Framing = 'none' | 'chunked' | 'until-close' | { bytes: number }

const STATUS_LINE = /^HTTP\/\d+(?:\.\d*)?[\t ]+(\d{3})(?!\d)/i
/** Anything but 1.1 is closed after its answer, so only that may be exact. */
const EXACT_STATUS_LINE = /^HTTP\/1\.1 [1-9]\d\d [\t\x20-\x7e\x80-\xff]*$/
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** RFC 9110, 5.5. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const UNPRINTABLE = /[^\t\x20-\x7e\x80-\xff]/g
const EXACT_LENGTH = /^\d{1,15}$/
const CLOSE = /(?:^|[\t ,])close(?:$|[\t ,])/i
const TIMEOUT = /(?:^|[\t ,])timeout[\t ]*=[\t ]*(\d{1,6})/i
const NONE: readonly string[] = []

export class AnswerHead {
  /** -1: the status line is still to come. */
  status = -1
  isExact = true
  readonly headers: AnswerHeaders = Object.create(null)
  /** Once it has ended. */
  framing: Framing = 'none'
  /** Of the last header line, for one that is folded. */
  #lastName = ''
  #kept: Readonly<Record<string, string>> | null = null
  #closes: boolean | null = null
  /** -1: not looked for yet. */
  #keepAliveMs: number | null = -1

  /** False: there is no status in it. */
  readStatusLine(text: string): boolean {
    const status = STATUS_LINE.exec(text)?.[1]
    if (status === undefined) return false
    this.status = Number(status)
    if (!EXACT_STATUS_LINE.test(text)) this.isExact = false
    return true
  }

  readHeaderLine(text: string): void {
    if (text.startsWith(' ') || text.startsWith('\t')) {
      this.#unfold(text)
      return
    }
    const colon = text.indexOf(':')
    const rawName = text.slice(0, Math.max(0, colon))
    const isToken = TOKEN.test(rawName)
    const name = (isToken ? rawName : printable(rawName).trim()).toLowerCase()
    const rawValue = text.slice(colon + 1)
    const value = printable(rawValue)
    if (!isToken || value !== rawValue) this.isExact = false
    this.#lastName = name
    if (name !== '') this.#add(name, value.trim())
  }

  /** All lines are read. May find that the answer is not exact. */
  end(): void {
    this.framing = this.#findFraming()
  }

  /** As they are kept and shown. */
  get kept(): Readonly<Record<string, string>> {
    this.#kept ??= Object.freeze(keepHeaders(this.headers))
    return this.#kept
  }

  #findFraming(): Framing {
    const lengths = this.#values('content-length')
    const codings = this.#values('transfer-encoding')
    if (this.status < 200 || this.status === 204 || this.status === 304) {
      if (codings.length > 0 || lengths.some((length) => length !== '0')) this.isExact = false
      return 'none'
    }
    if (codings.length > 0) {
      const last = codings.at(-1) ?? ''
      if (codings.length > 1 || !/^chunked$/i.test(last) || lengths.length > 0) this.isExact = false
      return /(?:^|[\t ,])chunked$/i.test(last) ? 'chunked' : 'until-close'
    }
    const [length = ''] = lengths
    if (lengths.length === 1 && EXACT_LENGTH.test(length)) return { bytes: Number(length) }
    this.isExact = false
    // Of lengths that contradict each other, or are none, the first number: only what is shown of
    // the body hangs on it, the connection is closed.
    const digits = /^[\t +,]*(\d{1,15})(?![\da-z.])/i.exec(length)?.[1]
    return digits === undefined ? 'until-close' : { bytes: Number(digits) }
  }

  /** The endpoint wants no other request on this connection. */
  get closes(): boolean {
    this.#closes ??= this.#values('connection').some((value) => CLOSE.test(value))
    return this.#closes
  }

  /** How long the endpoint says that it keeps the connection; null: it doesn't say. */
  get keepAliveMs(): number | null {
    if (this.#keepAliveMs === -1) {
      const [value] = this.#values('keep-alive')
      const seconds = value === undefined ? undefined : TIMEOUT.exec(value)?.[1]
      this.#keepAliveMs = seconds === undefined ? null : Number(seconds) * 1_000
    }
    return this.#keepAliveMs
  }

  /** A line that goes on with the one before (RFC 9112, 5.2: to be read as a space). */
  #unfold(text: string): void {
    this.isExact = false
    const value = this.headers[this.#lastName]
    const more = printable(text).trim()
    if (value === undefined || more === '') return
    if (typeof value === 'string') this.headers[this.#lastName] = `${value} ${more}`
    else value.push(`${value.pop()} ${more}`)
  }

  #add(name: string, value: string): void {
    const known = this.headers[name]
    if (known === undefined) this.headers[name] = value
    else if (typeof known === 'string') this.headers[name] = [known, value]
    else known.push(value)
  }

  #values(name: string): readonly string[] {
    const value = this.headers[name]
    if (value === undefined) return NONE
    return typeof value === 'string' ? [value] : value
  }
}

/** What is no character in a header is a space (RFC 9110, 5.5). */
function printable(text: string): string {
  return VALUE.test(text) ? text : text.replace(UNPRINTABLE, ' ')
}
