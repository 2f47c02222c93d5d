/**
 * Duty: says why a request that was refused didn't match, in one sentence that says what to change.
 * Invariant: runs after the refusal and can't undo it. The answer to the sender stays the same one;
 * only the application hears the cause. Never: names a secret or a signature.
 */
import { SignatureError } from './signature-error.ts'

/** Whether the signature would be right for this body and these secrets. */
export type Matches = (bytes: Uint8Array, secrets: readonly string[]) => Promise<boolean>

/** Our deliveries are below it; what is larger isn't worth a second look. */
const BODY_BYTES_MAX = 100 * 1024

/** Of the guide's header when it is not 40 lower-case hex digits. */
export function diagnoseGuideHeader(value: string): SignatureError {
  const is = (pattern: RegExp) => pattern.test(value)
  if (is(/^[\da-f]{40}$/i)) {
    return new SignatureError(
      'upper_case_signature',
      'The signature is in upper case; ours is lower-case hex.',
    )
  }
  if (is(/^\w+=/)) {
    return new SignatureError(
      'prefixed_signature',
      'The signature has a prefix; ours is 40 hex digits alone.',
    )
  }
  if (is(/^[\da-f]{64}$/i)) {
    return new SignatureError(
      'other_hash',
      'The signature has 64 hex digits, like SHA-256; ours is HMAC-SHA1.',
    )
  }
  if (is(/^[\da-f]{1,39}$/i)) {
    return new SignatureError(
      'truncated_signature',
      `The signature has ${value.length} of 40 hex digits: something cut it short.`,
    )
  }
  return new SignatureError(
    'malformed_header',
    "The signature isn't 40 lower-case hex digits: not sent by us, or changed on the way.",
  )
}

/** Of a signature that has the right form and doesn't match. */
export async function diagnoseMismatch(
  bytes: Uint8Array,
  secrets: readonly string[],
  matches: Matches,
): Promise<SignatureError> {
  if (bytes.length === 0) {
    return new SignatureError(
      'empty_body',
      'The body is empty: something read it before. Verify first, or keep the raw body.',
    )
  }
  const prefixed = secrets.map((secret) => `whsec_${secret}`)
  if (await matches(bytes, prefixed)) {
    return new SignatureError('incomplete_secret', 'The secret lacks its "whsec_": copy all of it.')
  }
  const text = new TextDecoder().decode(bytes)
  const found = bytes.length > BODY_BYTES_MAX ? null : await diagnoseBody(text, secrets, matches)
  return found ?? new SignatureError('no_match', mismatchMessage(text))
}

async function diagnoseBody(
  text: string,
  secrets: readonly string[],
  matches: Matches,
): Promise<SignatureError | null> {
  const encode = (body: string) => new TextEncoder().encode(body)
  // Text that was read as Latin-1, and so written as UTF-8 twice.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of one byte.
  if (/[\x80-\xff]/.test(text) && /^[\x00-\xff]*$/.test(text)) {
    const once = Uint8Array.from(text, (character) => character.charCodeAt(0))
    if (await matches(once, secrets)) {
      return new SignatureError(
        'wrong_encoding',
        'The body was decoded as Latin-1: pass the bytes, or decode them as UTF-8.',
      )
    }
  }
  const value = parse(text)
  if (value === null) return null
  const asSent = [JSON.stringify(value), JSON.stringify(inOurOrder(value))]
  for (const body of asSent) {
    if (!(await matches(encode(body), secrets))) continue
    return new SignatureError(
      'reserialized_body',
      'The body was parsed and written again, with other spaces, escapes or order of keys: pass the raw body.',
    )
  }
  if ('eventType' in value || 'payload' in value) return null
  return new SignatureError(
    'payload_only',
    'The body looks like the payload alone: pass the whole raw body.',
  )
}

function mismatchMessage(text: string): string {
  const value = parse(text)
  // What JavaScript writes is what we send, so nothing but the secret is left to look at.
  return value !== null && JSON.stringify(value) === text
    ? "The signature didn't match, and the body looks as sent: most likely the secret isn't this webhook's current one."
    : "The signature didn't match, and the body isn't as sent: pass the raw body, then check the secret."
}

const OUR_ORDER = [
  'eventType',
  'chatbotId',
  'payload',
  'conversationId',
  'customerEmail',
  'customerName',
  'customerPhone',
]

/** Our keys as we write them, in case somebody sorted them; others come after, in their order. */
function inOurOrder(value: object): object {
  const payload: unknown = 'payload' in value ? value.payload : undefined
  const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload)
  return ordered({ ...value, payload: isObject ? ordered(payload) : payload })
}

function ordered(value: object): object {
  const first = OUR_ORDER.filter((key) => key in value)
  return { ...Object.fromEntries(first.map((key) => [key, null])), ...value }
}

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null // Not JSON: then nobody re-serialised it either.
  }
}
