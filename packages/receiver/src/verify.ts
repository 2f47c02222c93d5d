/**
 * Duty: says whether a request was signed with one of the secrets, and hands out the event if so.
 * Invariant: the bytes that are hashed are the bytes that are parsed; nothing of a body is believed
 * before its signature was found right (`diagnose.ts` reads refused ones, to say why). Never: compares with `===`, logs, or puts a secret or a
 * signature into a message.
 */

import { encodeText } from './bytes.ts'
import { checkSignature, type Required, type Signed } from './check-signature.ts'
import { type Format, isObject, readEvent, type WebhookEvent } from './event.ts'
import type { RequestHeaders } from './headers.ts'
import { isValidSecret } from './signature.ts'
import { SignatureError } from './signature-error.ts'

export const TOLERANCE_SECONDS = 300

export type RawBody = string | Uint8Array | ArrayBuffer

/**
 * One, or several: a list, or a text with a space between them. What an unset variable gives is
 * refused with the sentence that names the cause.
 */
export type Secrets = string | readonly string[] | null | undefined

export interface VerifyOptions {
  /**
   * How far `webhook-timestamp` may be from now, in seconds; 0 or Infinity: not checked. Default 300.
   * The guide's header has no timestamp, so what is verified by it is never too old.
   */
  toleranceSeconds?: number | undefined
  /**
   * Which header counts; default `'modern'`: we always send both. `'guide'` looks at the guide's
   * alone, `'either'` at that one when the modern one is missing: then whoever recorded a request
   * takes the modern headers off, and sends it again whenever they like.
   */
  require?: Required | undefined
  /**
   * Accept a body that was parsed already, and hash `JSON.stringify` of it. Right for our deliveries,
   * whose bodies are a fixed point of JavaScript's JSON; prefer the raw body where you can have it.
   */
  allowReserialized?: boolean
  /** Unix milliseconds. Default: the machine's clock. */
  now?: (() => number) | undefined
}

/** What was verified, and by which header. */
export interface Verified extends Signed {
  event: WebhookEvent
  /** Which of the three bodies it has. */
  format: Format
  /** Whether the bytes as they came were hashed, or what `JSON.stringify` makes of a parsed body. */
  hashed: 'raw' | 'reserialized'
}

/**
 * The event of a request, as it came in one of the three formats, or a rejection with a `SignatureError`.
 *
 * `body` is what came over the wire, as text or bytes. Several `secrets` may be live while one is
 * being replaced by another.
 */
export async function verify(
  body: RawBody,
  headers: RequestHeaders,
  secrets: Secrets,
  options?: VerifyOptions,
): Promise<WebhookEvent>
export async function verify(
  body: RawBody | object,
  headers: RequestHeaders,
  secrets: Secrets,
  options: VerifyOptions & { allowReserialized: true },
): Promise<WebhookEvent>
export async function verify(
  body: unknown,
  headers: RequestHeaders,
  secrets: Secrets,
  options: VerifyOptions = {},
): Promise<WebhookEvent> {
  return (await verifyRequest(body, headers, secrets, options)).event
}

/** As `verify`, for a body of unknown making; and says by which header, and the id and timestamp that were signed. */
export async function verifyRequest(
  body: unknown,
  headers: RequestHeaders,
  secrets: Secrets,
  options: VerifyOptions = {},
): Promise<Verified> {
  const live = liveSecrets(secrets)
  const { bytes, hashed } = bytesToHash(body, options.allowReserialized === true)
  const request = { body: bytes, headers, secrets: live }
  const signed = await checkSignature(request, options.require)
  // After the signature, so that "too old" is said of genuine requests only: a clock or a replay.
  checkAge(signed.timestampSeconds, options)
  return { ...parseEvent(bytes), hashed, ...signed }
}

/** The secrets as a list, or a SignatureError that says why they can't be keys: the server's own rules. */
export function liveSecrets(secrets: Secrets): string[] {
  const given: unknown[] = [secrets].flat()
  // No secret holds a space, so one variable holds two while one replaces the other.
  const list = given.flatMap((each) => (typeof each === 'string' ? each.split(' ') : ''))
  for (const secret of list.length > 0 ? list : ['']) {
    const fault = isValidSecret(secret)
    if (fault !== null) {
      throw new SignatureError('bad_secret', `${fault} Is its variable set?`)
    }
  }
  return list
}

function bytesToHash(
  body: unknown,
  allowReserialized: boolean,
): { bytes: Uint8Array; hashed: Verified['hashed'] } {
  const isText = typeof body === 'string'
  const raw = isText ? encodeText(body) : body instanceof ArrayBuffer ? new Uint8Array(body) : body
  if (raw instanceof Uint8Array) return { bytes: raw, hashed: 'raw' }
  if (allowReserialized && isObject(body)) {
    return { bytes: encodeText(JSON.stringify(body)), hashed: 'reserialized' }
  }
  throw new SignatureError(
    'parsed_body',
    'The body was read before: pass the raw body (express.raw(), express.json({ verify }), request.text()).',
  )
}

function checkAge(timestampSeconds: number | null, options: VerifyOptions): void {
  const { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now } = options
  if (timestampSeconds === null || toleranceSeconds === 0) return
  const ageSeconds = Math.floor(now() / 1000) - timestampSeconds
  // Negated: a tolerance that is NaN (an unset variable) must refuse, not let everything in.
  if (!(Math.abs(ageSeconds) <= toleranceSeconds)) {
    throw new SignatureError(
      ageSeconds < 0 ? 'too_new' : 'too_old',
      `The request was signed ${ageSeconds} s ago, with ${toleranceSeconds} allowed: check this machine's clock.`,
    )
  }
}

function parseEvent(bytes: Uint8Array): Pick<Verified, 'event' | 'format'> {
  let value: unknown
  try {
    // Fatal: bytes that aren't UTF-8 must not turn into other text than was signed.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw new SignatureError('not_json', 'The body is signed right, but is no JSON.', { cause })
  }
  const read = readEvent(value)
  if ('event' in read) return read
  throw new SignatureError(
    'not_an_event',
    `The body is signed right, but ${read.fault}: no event in a format that we send.`,
  )
}
