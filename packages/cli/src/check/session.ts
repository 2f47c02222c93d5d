/** The endpoint under check: sends probes to it, counts them, and remembers how long it took. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Format } from '@chatzuri/webhooks'
import { VERSION } from '../version.ts'
import { bodyOf, type Probe } from './events.ts'
import { type Answer, post } from './post.ts'
import { type Signed, signedHeaders } from './signatures.ts'

export interface SessionOptions {
  url: URL
  secret: string
  /** While `secret` replaces it. */
  previousSecret?: string | null
  /** Of the bodies and of the guide's header; default: the guide's own. */
  format?: Format
  timeoutMs: number
  /** After each request. */
  onRequest?: (count: number) => void
  /** How long it waits in all where the endpoint limits its rate; default 90 s. */
  waitMaxMs?: number
  /** Before it waits for so many seconds. */
  onWait?: (seconds: number) => void
  /** Ends the check; what is known by then is reported. */
  signal?: AbortSignal | null
}

/** It goes on to answer 429: nothing that it answers now says anything of signatures. */
export class RateLimited extends Error {
  readonly retryAfterSeconds: number | null

  constructor(retryAfterSeconds: number | null) {
    super('429')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** By who runs the check. */
export class Stopped extends Error {}

const WAIT_MAX_MS = 90_000
/** Without a Retry-After: then 2, then 4. */
const FIRST_WAIT_SECONDS = 1
const WAITS_MAX = 3

/** Changes to the headers of a right request; undefined leaves one out. */
export type HeaderChange = Record<string, string | undefined>

export class Session {
  readonly url: URL
  readonly secret: string
  readonly previousSecret: string | null
  readonly format: Format
  readonly timeoutMs: number
  /** Turned off when the certificate was found wrong, so that the rest can be checked too. */
  verifyTls = true
  requests = 0
  /** How often it waited because of a 429. */
  waits = 0
  /** Continues 'so far: '; told when the check is stopped. */
  known = 'nothing'
  /** Of the answers to what was signed right and taken. */
  readonly durationsMs: number[] = []
  /** Of all answers, in ms. */
  readonly durations: number[] = []
  readonly #onRequest: (count: number) => void
  readonly #onWait: (seconds: number) => void
  readonly #signal: AbortSignal | null
  #waitLeftMs: number

  constructor({ previousSecret = null, onRequest = () => {}, ...options }: SessionOptions) {
    this.#waitLeftMs = options.waitMaxMs ?? WAIT_MAX_MS
    this.#onWait = options.onWait ?? (() => {})
    this.#signal = options.signal ?? null
    this.url = options.url
    this.secret = options.secret
    this.previousSecret = previousSecret
    this.format = options.format ?? 'guide'
    this.timeoutMs = options.timeoutMs
    this.#onRequest = onRequest
  }

  /** A new event: with an id of its own, signed now. */
  event(probe: Probe, body = bodyOf(probe, this.format)): Signed {
    const id = `evt_check${randomBytes(8).toString('hex')}`
    const { format } = this
    return { id, timestampSeconds: Math.floor(Date.now() / 1000), body, format }
  }

  async send(signed: Signed, change: HeaderChange = {}): Promise<Answer> {
    const headers = { ...signedHeaders(signed, this.secret), ...change }
    const answer = await this.request('POST', headers, signed.body)
    return answer
  }

  /** Signed right: its time counts. */
  async sendRight(probe: Probe): Promise<Answer> {
    const answer = await this.send(this.event(probe))
    if (isTaken(answer)) this.durationsMs.push(answer.durationMs)
    return answer
  }

  /** Waits where the endpoint limits its rate. Throws RateLimited when that does not help, and Stopped. */
  async request(method: string, headers: HeaderChange, body: string | null): Promise<Answer> {
    for (let waits = 0; ; waits += 1) {
      const answer = await this.#once(method, headers, body)
      if (!isLimit(answer)) return answer
      const asked = retryAfterSeconds(answer)
      const seconds = asked ?? FIRST_WAIT_SECONDS * 2 ** waits
      if (waits === WAITS_MAX || seconds * 1000 > this.#waitLeftMs) throw new RateLimited(asked)
      await this.#wait(seconds)
    }
  }

  async #wait(seconds: number): Promise<void> {
    this.waits += 1
    this.#waitLeftMs -= seconds * 1000
    this.#onWait(seconds)
    const signal = this.#signal ?? undefined
    await sleep(seconds * 1000, undefined, { signal }).catch(() => {
      throw new Stopped()
    })
  }

  async #once(method: string, headers: HeaderChange, body: string | null): Promise<Answer> {
    if (this.#signal?.aborted) throw new Stopped()
    const given = Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    const answer = await post({
      url: this.url,
      method,
      headers: {
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        'user-agent': `Chatzuri-Check/${VERSION}`,
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...Object.fromEntries(given),
      },
      body: body === null ? null : Buffer.from(body),
      timeoutMs: this.timeoutMs,
      verifyTls: this.verifyTls,
      signal: this.#signal,
    })
    if (this.#signal?.aborted) throw new Stopped()
    this.requests += 1
    this.durations.push(answer.durationMs)
    this.#onRequest(this.requests)
    return answer
  }
}

function isLimit(answer: Answer): answer is Extract<Answer, { kind: 'answered' }> {
  return answer.kind === 'answered' && answer.status === 429
}

/** In seconds, from now; null: it says none. */
function retryAfterSeconds(answer: Extract<Answer, { kind: 'answered' }>): number | null {
  const text = answer.headers['retry-after']?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}

export function isTaken(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
}

/** 'answered 400', or why there was no answer. */
export function answerText(answer: Answer): string {
  return answer.kind === 'answered'
    ? `answered ${answer.status}`
    : `gave no answer (${answer.message})`
}
