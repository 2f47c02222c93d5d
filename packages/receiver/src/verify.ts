/**
 * Duty: says whether a request was signed with one of the secrets, and hands out the event if so.
 * Invariant: the bytes that are hashed are the bytes that are parsed; nothing of a body is believed
 * before its signature was found right (`diagnose.ts` reads refused ones, to say why). Never: compares with `===`, logs, or puts a secret or a
 * signature into a message.
 */

import { encodeText } from './bytes.ts'
import { checkSignature, type Signed } from './check-signature.ts'
import { asEvent, type WebhookEvent } from './event.ts'
import type { RequestHeaders } from './headers.ts'
import { modernKeyOrNull } from './signature.ts'
import { SignatureError } from './signature-error.ts'

export const TOLERANCE_SECONDS = 300

export type RawBody = string | Uint8Array | ArrayBuffer

/** One, or several. What an unset variable gives is refused with the sentence that names the cause. */
export type Secrets = string | readonly string[] | undefined

export interface VerifyOptions {
  /**
   * How far `webhook-timestamp` may be from now, in seconds; 0 or Infinity: not checked. Default 300.
   * The guide's header has no timestamp, so a request that carries only that one is never too old.
   */
  toleranceSeconds?: number | undefined
  /** Insist on one of the headers. By default the modern one is checked when it is there. */
  require?: 'modern' | 'guide' | undefined
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
  /** Whether the bytes as they came were hashed, or what `JSON.stringify` makes of a parsed body. */
  hashed: 'raw' | 'reserialized'
}

/**
 * The event of a request, or a rejection with a `SignatureError`.
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
  return { event: parseEvent(bytes), hashed, ...signed }
}

/** The secrets as a list, or a SignatureError that says why they can't be keys. */
export function liveSecrets(secrets: Secrets): string[] {
  const list: unknown[] = [secrets].flat()
  // An empty list holds no secret either.
  return (list.length > 0 ? list : ['']).map((secret) => {
    if (typeof secret !== 'string' || secret === '') {
      throw badSecret('is empty: check that its environment variable is set.')
    }
    if (/[\s"'`]/.test(secret)) {
      throw badSecret('contains white space or quotes: look for what was copied with it.')
    }
    if (modernKeyOrNull(secret) === null)
      throw badSecret('is not valid base64 after "whsec_": copy all of it.')
    return secret
  })
}

function badSecret(why: string): SignatureError {
  return new SignatureError('bad_secret', `The secret ${why}`)
}

function bytesToHash(
  body: unknown,
  allowReserialized: boolean,
): { bytes: Uint8Array; hashed: Verified['hashed'] } {
  if (typeof body === 'string') return { bytes: encodeText(body), hashed: 'raw' }
  if (body instanceof Uint8Array) return { bytes: body, hashed: 'raw' }
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body), hashed: 'raw' }
  if (allowReserialized && typeof body === 'object' && body !== null) {
    return { bytes: encodeText(JSON.stringify(body)), hashed: 'reserialized' }
  }
  throw new SignatureError(
    'parsed_body',
    'The body was parsed or read before: pass the raw body. Express: express.raw({ type: "application/json" }), or ' +
      'express.json({ verify: (req, res, raw) => { req.rawBody = raw } }). Fetch: await request.text().',
  )
}

function checkAge(timestampSeconds: number | null, options: VerifyOptions): void {
  const { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now } = options
  if (timestampSeconds === null || toleranceSeconds === 0) return
  const ageSeconds = Math.floor(now() / 1000) - timestampSeconds
  // Negated: a tolerance that is NaN (an unset variable) must refuse, not let everything in.
  if (!(ageSeconds <= toleranceSeconds)) {
    throw new SignatureError(
      'too_old',
      `The request was signed ${ageSeconds} s ago, and toleranceSeconds is ${toleranceSeconds}: check this machine's clock, or raise it.`,
    )
  }
  if (!(-ageSeconds <= toleranceSeconds)) {
    throw new SignatureError(
      'too_new',
      `The request was signed ${-ageSeconds} s in the future: check this machine's clock.`,
    )
  }
}

function parseEvent(bytes: Uint8Array): WebhookEvent {
  let value: unknown
  try {
    // Fatal: bytes that aren't UTF-8 must not turn into other text than was signed.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (cause) {
    throw new SignatureError('not_json', 'The body is signed right, but it is not JSON.', { cause })
  }
  const event = asEvent(value)
  if (event !== null) return event
  throw new SignatureError(
    'not_an_event',
    'The body is signed right, but lacks eventType, chatbotId, payload or a field of it.',
  )
}
