/** The endpoint under check: sends probes to it, counts them, and remembers how long it took. */
import { randomBytes } from 'node:crypto'
import { VERSION } from '../version.ts'
import type { Probe } from './events.ts'
import { type Answer, post } from './post.ts'
import { type Signed, signedHeaders } from './signatures.ts'

export interface SessionOptions {
  url: URL
  secret: string
  /** While `secret` replaces it. */
  previousSecret?: string | null
  timeoutMs: number
  /** After each request. */
  onRequest?: (count: number) => void
}

/** Changes to the headers of a right request; undefined leaves one out. */
export type HeaderChange = Record<string, string | undefined>

export class Session {
  readonly url: URL
  readonly secret: string
  readonly previousSecret: string | null
  readonly timeoutMs: number
  /** Turned off when the certificate was found wrong, so that the rest can be checked too. */
  verifyTls = true
  requests = 0
  /** Of the answers to what was signed right and taken. */
  readonly durationsMs: number[] = []
  readonly #onRequest: (count: number) => void

  constructor({ previousSecret = null, onRequest = () => {}, ...options }: SessionOptions) {
    this.url = options.url
    this.secret = options.secret
    this.previousSecret = previousSecret
    this.timeoutMs = options.timeoutMs
    this.#onRequest = onRequest
  }

  /** A new event: with an id of its own, signed now. */
  event(probe: Probe, body = JSON.stringify(probe)): Signed {
    const id = `evt_check${randomBytes(8).toString('hex')}`
    return { id, timestampSeconds: Math.floor(Date.now() / 1000), body }
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

  async request(method: string, headers: HeaderChange, body: string | null): Promise<Answer> {
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
    })
    this.requests += 1
    this.#onRequest(this.requests)
    return answer
  }
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
