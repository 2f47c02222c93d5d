/**
 * Exchange: one request and its answer on one open connection.
 *
 * The answer counts from the moment its status line and headers are here; of the body at most
 * 64 KiB or two seconds are read, and what breaks then changes nothing. Every exchange ends: by the
 * answer, by the connection's end, by the deadline, or by those two bounds. Nothing is followed.
 *
 * The connection may be used again only where no doubt is left: the answer was exact, came after the
 * whole request, and nothing came behind it. Otherwise it is closed.
 */
import type { Clock } from '../clock.ts'
import type { AnswerHeaders } from './answer-head.ts'
import { AnswerReader } from './answer-reader.ts'
import { BodyHead } from './body-head.ts'
import type { Connection, Occupant } from './connection.ts'
import type { Deadline } from './deadline.ts'
import { exchangeFailure, type Failure } from './failure.ts'
import { protocolFailure } from './protocol-failure.ts'
import { tlsAlert } from './tls-failure.ts'

export interface Answer {
  kind: 'answer'
  status: number
  headers: AnswerHeaders
  /** Those of them that are kept, as they are shown. */
  kept: Readonly<Record<string, string>>
  body: BodyHead
  /** When its headers came, on the monotonic clock. */
  answeredAt: number
  /** The connection may carry another request. */
  isReusable: boolean
  /** How long the endpoint says that it waits for one. */
  keepAliveMs: number | null
}

export type Exchanged =
  | Answer
  /** `isSilent`: the connection broke before any byte of an answer. */
  | { kind: 'broken'; failure: Failure; isSilent: boolean }
  | { kind: 'ended'; failure: Failure }

interface ExchangeInput {
  clock: Clock
  connection: Connection
  /** The whole request. */
  bytes: Buffer
  /** It asks the endpoint to close the connection. */
  isLast: boolean
  deadline: Deadline
}

export const BODY_READ_MS_MAX = 2_000

export function exchange(input: ExchangeInput): Promise<Exchanged> {
  const { connection, deadline } = input
  deadline.checkLease()
  if (deadline.failure !== null) {
    connection.destroy()
    return Promise.resolve({ kind: 'ended', failure: deadline.failure })
  }
  return new Promise((resolve) => new OpenExchange(input, resolve).start())
}

class OpenExchange implements Occupant {
  readonly #input: ExchangeInput
  readonly #resolve: (exchanged: Exchanged) => void
  readonly #body = new BodyHead()
  readonly #reader = new AnswerReader(this.#body)
  #isSilent = true
  /** The answer began before the request was sent. */
  #isEarly = false
  #isSettled = false
  /** -1: no head of an answer is here. */
  #answeredAt = -1
  #cancelBodyTimer: (() => void) | null = null

  constructor(input: ExchangeInput, resolve: (exchanged: Exchanged) => void) {
    this.#input = input
    this.#resolve = resolve
  }

  start(): void {
    const { connection, bytes, deadline } = this.#input
    deadline.phase = ''
    deadline.onEnd = () => this.#onDeadline()
    this.#isEarly = !connection.begin(this)
    connection.write(bytes)
  }

  onBytes(chunk: Buffer): void {
    if (this.#isSilent) this.#onFirstByte()
    this.#reader.read(chunk)
    const { phase, fault } = this.#reader
    if (phase === 'head') return
    if (fault !== null) this.#break(protocolFailure(fault))
    else this.#afterBytes()
  }

  #onFirstByte(): void {
    const { connection } = this.#input
    this.#isSilent = false
    if (connection.isWritten) return
    if (!connection.isSecure) this.#isEarly = true
    // Of what was written over TLS we hear at the end of this turn of the loop only.
    else setImmediate(() => this.#onWriteKnown())
  }

  #onWriteKnown(): void {
    if (!this.#input.connection.isWritten) this.#isEarly = true
  }

  onClosed(error: Error | null): void {
    if (error === null) this.#reader.end()
    if (this.#answeredAt >= 0) this.#settle(this.#answer(false))
    else this.#break((error && tlsAlert(error)) ?? exchangeFailure(error))
  }

  #afterBytes(): void {
    const { clock, connection, deadline } = this.#input
    if (this.#answeredAt < 0) {
      deadline.isAnswered = true
      this.#answeredAt = clock.monotonic()
    }
    if (this.#reader.hasSurplus) connection.onStray()
    // Who answers early may still be reading: the answer stands, and the rest is sent.
    const isOver = this.#reader.phase !== 'body' && connection.isWritten
    if (isOver) this.#settle(this.#answer(this.#isReusable()))
    else this.#cancelBodyTimer ??= clock.setTimer(BODY_READ_MS_MAX, () => this.#cutBody())
  }

  onWritten(): void {
    if (this.#answeredAt >= 0 && !this.#isSettled) this.#afterBytes()
  }

  #isReusable(): boolean {
    const { phase, isExact, closes } = this.#reader
    return phase === 'ended' && isExact && !closes && !this.#isEarly && !this.#input.isLast
  }

  #onDeadline(): void {
    const { failure } = this.#input.deadline
    if (this.#answeredAt >= 0) this.#cutBody()
    else if (failure !== null) this.#settle({ kind: 'ended', failure })
  }

  #break(failure: Failure): void {
    this.#settle({ kind: 'broken', failure, isSilent: this.#isSilent })
  }

  /** The answer stands as far as it was read. */
  #cutBody(): void {
    this.#settle(this.#answer(false))
  }

  #answer(isReusable: boolean): Answer {
    const { status, headers, kept, keepAliveMs } = this.#reader
    const body = this.#body
    const answeredAt = this.#answeredAt
    return { kind: 'answer', status, headers, kept, body, answeredAt, isReusable, keepAliveMs }
  }

  #settle(exchanged: Exchanged): void {
    if (this.#isSettled) return
    this.#isSettled = true
    const { connection, deadline } = this.#input
    deadline.onEnd = null
    this.#cancelBodyTimer?.()
    connection.release()
    if (exchanged.kind !== 'answer' || !exchanged.isReusable) connection.destroy()
    this.#resolve(exchanged)
  }
}
