/**
 * Exchange: one request and its answer on one open connection.
 *
 * The answer counts from the moment its status line and headers are here; of the body at most
 * 64 KiB or two seconds are read, and what breaks then changes nothing. Every exchange ends: by the
 * answer, by the connection's end, by the deadline, or by those two bounds. Nothing is followed.
 */
import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import type { SignedRequest } from '../outcome.ts'
import { BodyHead } from './body-head.ts'
import type { Connection } from './connections.ts'
import type { Deadline } from './deadline.ts'
import { codeOf, exchangeFailure, type Failure } from './failure.ts'
import { tlsAlert } from './tls-failure.ts'

export interface Answer {
  kind: 'answer'
  status: number
  headers: Record<string, string | string[] | undefined>
  body: BodyHead
  /** When its headers came, on the monotonic clock. */
  answeredAt: number
  /** Read to its end: the connection may carry another request. */
  isWhole: boolean
}

export type Exchanged =
  | Answer
  /** `isSilent`: the connection broke before any byte of an answer. */
  | { kind: 'broken'; failure: Failure; isSilent: boolean }
  | { kind: 'ended'; failure: Failure }

export interface ExchangeInput {
  clock: Clock
  connection: Connection
  /** Path and query. */
  path: string
  request: SignedRequest
  deadline: Deadline
}

const BODY_READ_MS_MAX = 2_000

/** Rejects when the request itself is malformed: a bug of ours, checked when a webhook is set up. */
export function exchange(input: ExchangeInput): Promise<Exchanged> {
  const { connection, path, request, deadline } = input
  if (deadline.failure !== null) {
    connection.socket.destroy()
    return Promise.resolve({ kind: 'ended', failure: deadline.failure })
  }
  return new Promise((resolve, reject) => {
    connection.client.dispatch(
      { path, method: 'POST', headers: flattened(request.headers), body: request.body },
      new Reader(input, resolve, reject),
    )
  })
}

/** undici's handler for one request. */
class Reader implements Dispatcher.DispatchHandler {
  readonly #clock: Clock
  readonly #deadline: Deadline
  readonly #connection: Connection
  readonly #resolve: (exchanged: Exchanged) => void
  readonly #reject: (error: Error) => void
  readonly #body = new BodyHead()
  #isSettled = false
  #status = 0
  #headers: Answer['headers'] = {}
  #answeredAt = 0
  #cancelBodyTimer: (() => void) | null = null

  constructor(
    { clock, deadline, connection }: ExchangeInput,
    resolve: (exchanged: Exchanged) => void,
    reject: (error: Error) => void,
  ) {
    this.#clock = clock
    this.#deadline = deadline
    this.#connection = connection
    this.#resolve = resolve
    this.#reject = reject
    connection.isAwaiting = true
    deadline.phase = ''
    deadline.onEnd = () => this.#onEnd()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isSettled) controller.abort(new Error('The request ended before it was sent'))
  }

  onResponseStarted(): void {
    this.#connection.isAwaiting = false
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Answer['headers'],
  ): void {
    // 102, 103: the answer is still to come, and so is the end of the wait for it.
    if (this.#isSettled || status < 200) return
    this.#deadline.cancelTimer()
    this.#status = status
    this.#headers = headers
    if (headers['content-encoding'] !== undefined) this.#body.keepPacked()
    this.#answeredAt = this.#clock.monotonic()
    this.#cancelBodyTimer = this.#clock.setTimer(BODY_READ_MS_MAX, () => this.#cutBody())
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return
    this.#body.add(chunk)
    if (this.#body.isFull) this.#cutBody()
  }

  onResponseEnd(): void {
    this.#settle(this.#answer(true))
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isSettled) return
    if (this.#status !== 0) {
      this.#cutBody()
    } else if (OUR_MISTAKES.has(codeOf(error))) {
      this.#fail(error)
    } else {
      const failure = tlsAlert(error) ?? exchangeFailure(error)
      this.#settle({ kind: 'broken', failure, isSilent: this.#connection.isAwaiting })
      this.#connection.socket.destroy()
    }
  }

  #onEnd(): void {
    const { failure } = this.#deadline
    if (this.#status === 0 && failure !== null) this.#settle({ kind: 'ended', failure })
    this.#cutBody()
  }

  /** The answer stands as far as it was read. Does no harm after the end. */
  #cutBody(): void {
    this.#settle(this.#answer(false))
    this.#connection.socket.destroy()
  }

  #answer(isWhole: boolean): Answer {
    return {
      kind: 'answer',
      status: this.#status,
      headers: this.#headers,
      body: this.#body,
      answeredAt: this.#answeredAt,
      isWhole,
    }
  }

  #fail(error: Error): void {
    this.#isSettled = true
    this.#deadline.onEnd = null
    this.#connection.socket.destroy()
    this.#reject(error)
  }

  #settle(exchanged: Exchanged): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#deadline.onEnd = null
    this.#cancelBodyTimer?.()
    this.#resolve(exchanged)
  }
}

/** undici refused the request itself: a header would break it. */
const OUR_MISTAKES = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

/** Names and values in turns, the form that undici takes without another copy. */
function flattened(headers: SignedRequest['headers']): string[] {
  const flat: string[] = []
  for (const [name, value] of headers) flat.push(name, value)
  return flat
}
