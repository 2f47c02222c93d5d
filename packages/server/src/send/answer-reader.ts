/**
 * Answer reader: the bytes of one connection in, one answer out. Pure: no socket, no clock; the
 * verdict is the same wherever the bytes are cut.
 *
 * Two verdicts. The tolerant one is the delivery's: a status that can be read counts, whatever is
 * wrong behind it. The exact one is the connection's: `isExact` only when the answer was written by
 * the book to its last byte, and nothing stands behind it. The first must never lead to the second:
 * a byte that is taken for the beginning of somebody else's answer would mark a lead as delivered.
 *
 * Bounded: each head, all heads of an exchange together, and the body with its framing.
 */
import { AnswerHead, type AnswerHeaders } from './answer-head.ts'
import type { BodyHead } from './body-head.ts'
import { ChunkedBody } from './chunked-body.ts'
import { KNOWN_HEAD_BYTES_MAX, knownHead, rememberHead } from './known-heads.ts'
import { PartialLine } from './partial-line.ts'
import type { ProtocolCause, ProtocolFault } from './protocol-failure.ts'

export const HEAD_BYTES_MAX = 16 * 1024
/** Interim answers (1xx) and the answer's own head. */
export const HEADS_BYTES_MAX = 256 * 1024
export const INTERIM_ANSWERS_MAX = 100
/** Of all heads: a line costs the same however short it is. */
export const HEAD_LINES_MAX = 1_000
/** Of a body as it is framed. */
export const ANSWER_BODY_BYTES_MAX = 64 * 1024

export type Phase =
  | 'head'
  | 'body'
  /** The answer is here to its end. */
  | 'ended'
  /** The answer stands as far as it was read; there is no reading on. */
  | 'cut'
  /** No answer: see `fault`. */
  | 'faulty'

const LF = 10
const CR = 13
const SPACE = 32
const TAB = 9
const BEGINNING = 'HTTP/'
const HEAD_END = '\r\n\r\n'

export class AnswerReader {
  phase: Phase = 'head'
  fault: ProtocolFault | null = null
  /** Bytes came behind the end. */
  hasSurplus = false
  readonly #body: BodyHead
  readonly #line = new PartialLine()
  #head = new AnswerHead()
  #isExact = true
  #interimAnswers = 0
  /** What began with this answer and may be its head; '': it didn't come whole. */
  #whole = ''
  #headBytes = 0
  #headsBytes = 0
  #headLines = 0
  #bodyBytes = 0
  /** Null: the body lasts until the connection's end. */
  #left: number | null = 0
  #chunked: ChunkedBody | null = null

  constructor(body: BodyHead) {
    this.#body = body
  }

  /** Once the phase is past `head`, and not `faulty`. */
  get status(): number {
    return this.#head.status
  }

  get headers(): AnswerHeaders {
    return this.#head.headers
  }

  /** As they are kept and shown. */
  get kept(): Readonly<Record<string, string>> {
    return this.#head.kept
  }

  /** Of an answer that ended: nobody could find its end elsewhere. */
  get isExact(): boolean {
    const { isExact } = this.#head
    return this.#isExact && isExact && !this.hasSurplus && (this.#chunked?.isExact ?? true)
  }

  get closes(): boolean {
    return this.#head.closes
  }

  get keepAliveMs(): number | null {
    return this.#head.keepAliveMs
  }

  read(chunk: Buffer): void {
    let at = this.#headsBytes === 0 ? this.#skipKnownHead(chunk) : 0
    while (at < chunk.length) {
      if (this.phase === 'head') at = this.#readHead(chunk, at)
      else if (this.phase === 'body') at = this.#readBody(chunk, at)
      else {
        if (this.phase === 'ended') this.hasSurplus = true
        return
      }
    }
  }

  /** The connection ended in order: so does a body that has no other end. */
  end(): void {
    if (this.phase !== 'body') return
    this.#isExact = false
    this.phase = this.#left === null && this.#chunked === null ? 'ended' : 'cut'
  }

  /** At the beginning. How much of the chunk is a head that was read before: all of it, or nothing. */
  #skipKnownHead(chunk: Buffer): number {
    const end = chunk.indexOf(HEAD_END) + HEAD_END.length
    if (end < HEAD_END.length || end > KNOWN_HEAD_BYTES_MAX) return 0
    const text = chunk.toString('latin1', 0, end)
    const head = knownHead(text)
    if (head === undefined) {
      this.#whole = text
      return 0
    }
    this.#head = head
    this.#headsBytes = end
    this.#beginBody()
    return end
  }

  #readHead(chunk: Buffer, from: number): number {
    const room = Math.min(HEAD_BYTES_MAX - this.#headBytes, HEADS_BYTES_MAX - this.#headsBytes)
    const end = Math.min(chunk.length, from + room)
    const isBefore = this.#head.status < 0
    const start = isBefore && this.#line.length === 0 ? this.#skipBlank(chunk, from, end) : from
    const lf = chunk.indexOf(LF, start)
    const hasLine = lf >= 0 && lf < end
    const next = hasLine ? lf + 1 : end
    this.#headBytes += next - from
    this.#headsBytes += next - from
    if (isBefore && !this.#isLikeHttp(chunk, start, hasLine ? lf : end)) return next
    if (hasLine) this.#onLine(this.#line.take(chunk, start, lf))
    else this.#line.add(chunk, start, end)
    const isFull = hasLine ? ++this.#headLines >= HEAD_LINES_MAX : next - from === room
    if (isFull && this.phase === 'head') this.#overflow()
    return next
  }

  /** White space and empty lines before an answer. */
  #skipBlank(chunk: Buffer, from: number, end: number): number {
    let at = from
    while (at < end && isBlank(chunk[at])) at += 1
    if (at > from) this.#isExact = false
    return at
  }

  /** Whoever speaks another protocol may wait for us and never end its line. */
  #isLikeHttp(chunk: Buffer, from: number, to: number): boolean {
    const known = this.#line.length
    if (known >= BEGINNING.length || (known === 0 && from === to)) return true
    const start =
      (known > 0 ? this.#line.text() : '') + chunk.toString('latin1', from, Math.min(to, from + 64))
    const beginning = start.slice(0, BEGINNING.length).toUpperCase()
    if (BEGINNING.startsWith(beginning)) return true
    const cause = otherProtocol(start)
    if (cause !== null) this.#fail(cause, start)
    return cause === null
  }

  #onLine(line: string): void {
    const isCrlf = line.endsWith('\r')
    const text = isCrlf ? line.slice(0, -1) : line
    if (!isCrlf) this.#isExact = false
    if (this.#head.status >= 0) {
      if (text === '') this.#endHead()
      else this.#head.readHeaderLine(text)
    } else if (!this.#head.readStatusLine(text)) this.#fail('no-status', text)
    else if (this.#head.status < 100) this.#fail('status-range', text)
    else if (this.#head.status === 101) this.#fail('switch', text)
  }

  #endHead(): void {
    const head = this.#head
    head.end()
    if (head.status < 200) {
      this.#skipInterim()
      return
    }
    this.#beginBody()
    const isWhole = this.#headsBytes === this.#whole.length
    if (isWhole && this.#isExact && head.isExact) rememberHead(this.#whole, head)
  }

  #beginBody(): void {
    const { framing, headers } = this.#head
    this.phase = framing === 'none' ? 'ended' : 'body'
    if (headers['content-encoding'] !== undefined) this.#body.keepPacked()
    if (framing === 'chunked') this.#chunked = new ChunkedBody()
    else if (framing === 'until-close') this.#left = null
    else if (framing !== 'none') this.#left = framing.bytes
    if (this.#left === 0 && this.#chunked === null) this.phase = 'ended'
  }

  /** Any number may come first (RFC 9110, 15.2), but not without end. */
  #skipInterim(): void {
    this.#interimAnswers += 1
    if (this.#interimAnswers > INTERIM_ANSWERS_MAX) this.#fail('interim-flood', '')
    if (!this.#head.isExact || this.#head.closes) this.#isExact = false
    this.#head = new AnswerHead()
    this.#headBytes = 0
  }

  /** Past a bound on heads: the status counts where there is one. */
  #overflow(): void {
    this.#isExact = false
    if (this.#head.status < 0 && this.#line.length > 0) this.#onLine(this.#line.text())
    if (this.phase === 'faulty') return
    if (this.#head.status >= 200) this.phase = 'cut'
    else if (this.#head.status < 0 && this.#interimAnswers === 0) this.#fail('empty-lines', '')
    else this.#fail('interim-flood', '')
  }

  #readBody(chunk: Buffer, from: number): number {
    const end = Math.min(chunk.length, from + ANSWER_BODY_BYTES_MAX - this.#bodyBytes)
    const next =
      this.#chunked === null
        ? this.#readPlain(chunk, from, end)
        : this.#chunked.read(chunk, from, end, (start, to) => this.#keep(chunk, start, to))
    this.#bodyBytes += next - from
    if (this.#left === 0 && this.#chunked === null) this.phase = 'ended'
    else if (this.#chunked?.state === 'ended') this.phase = 'ended'
    else if (this.#chunked?.state === 'broken') this.phase = 'cut'
    else if (this.#bodyBytes >= ANSWER_BODY_BYTES_MAX) this.phase = 'cut'
    return next
  }

  #readPlain(chunk: Buffer, from: number, end: number): number {
    const to = this.#left === null ? end : Math.min(end, from + this.#left)
    this.#keep(chunk, from, to)
    if (this.#left !== null) this.#left -= to - from
    return to
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    if (this.#body.wantsMore) this.#body.add(chunk.subarray(from, to))
  }

  #fail(cause: ProtocolCause, seen: string): void {
    this.phase = 'faulty'
    this.fault = { cause, seen }
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === CR || byte === LF || byte === SPACE || byte === TAB
}

/** An alert or a handshake (RFC 8446, 5.1). */
const TLS_RECORDS = [21, 22]
/** HTTP/2 begins with a frame of settings: its length in three bytes, its type (RFC 9113, 3.4). */
const SETTINGS_FRAME = [0, 0, null, 4]

/** Null: too early to tell. */
function otherProtocol(start: string): ProtocolCause | null {
  if (TLS_RECORDS.includes(start.charCodeAt(0))) return 'tls'
  const isSettings = SETTINGS_FRAME.every(
    (byte, at) => at >= start.length || byte === null || byte === start.charCodeAt(at),
  )
  if (!isSettings) return 'not-http'
  return start.length < SETTINGS_FRAME.length ? null : 'http2'
}
