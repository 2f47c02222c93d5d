/**
 * Duty: says why a request that was refused didn't match, in one sentence that says what to change.
 * Invariant: runs after the refusal and can't undo it. The answer to the sender stays the same one;
 * only the application hears the cause. Never: names a secret or a signature.
 */
import { encodeText } from './bytes.ts'
import { DATA_FIELDS, isObject, LEAD_FIELDS } from './event.ts'
import { SignatureError, type SignatureErrorCode } from './signature-error.ts'

/** Whether the signature would be right for this body and these secrets. */
type Matches = (bytes: Uint8Array, secrets: readonly string[]) => Promise<boolean>

/** Our deliveries are below it; what is larger isn't worth a second look. */
const BODY_BYTES_MAX = 100 * 1024

/** Of the guide's header when it is neither 40 lower-case hex digits nor `sha256=` and 64. */
export function diagnoseGuideHeader(value: string): SignatureError {
  const [, code, is] = FORMS.find(([form]) => form.test(value)) ?? NO_FORM
  return new SignatureError(
    code,
    `The signature ${is}; ours is 40 lower-case hex digits, or "sha256=" and 64`,
  )
}

type Form = readonly [RegExp, SignatureErrorCode, string]

const NO_CODE = ['malformed_header', 'was not sent by us'] as const
const NO_FORM: Form = [/^/, ...NO_CODE]
const FORMS: Form[] = [
  [/^([\da-f]{40}|sha256=[\da-f]{64})$/i, 'upper_case_signature', 'is in upper case'],
  [/^sha256=[\da-f]{1,63}$/i, 'truncated_signature', 'was cut short'],
  // What follows is no hex: for one, base64.
  [/^sha256=/i, ...NO_CODE],
  [/^\w+=/, 'prefixed_signature', 'has a prefix'],
  [/^[\da-f]{64}$/i, 'other_hash', 'is as long as SHA-256, without "sha256="'],
  [/^[\da-f]{1,39}$/i, 'truncated_signature', 'was cut short'],
]

/** Of a signature that has the right form and doesn't match. */
export async function diagnoseMismatch(
  bytes: Uint8Array,
  secrets: readonly string[],
  matches: Matches,
): Promise<SignatureError> {
  if (bytes.length === 0) {
    return new SignatureError(
      'empty_body',
      'The body is empty: was it read before? Pass the raw body.',
    )
  }
  const prefixed = secrets.map((secret) => `whsec_${secret}`)
  if (await matches(bytes, prefixed)) {
    return new SignatureError('incomplete_secret', 'The secret lacks "whsec_": copy all of it.')
  }
  const text = bytes.length > BODY_BYTES_MAX ? '' : new TextDecoder().decode(bytes)
  // Text that was read as Latin-1, and so written as UTF-8 twice. Of other text it makes what nobody signed.
  const once = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  if (await matches(once, secrets)) {
    return new SignatureError(
      'wrong_encoding',
      'The body was decoded as Latin-1: pass the raw body.',
    )
  }
  const [value, ...asSent] = reread(text)
  for (const body of asSent) {
    if (!(await matches(encodeText(body), secrets))) continue
    return new SignatureError(
      'reserialized_body',
      'The body was parsed and written again: pass the raw body.',
    )
  }
  if (value && !WHOLE.some((key) => key in value)) {
    return new SignatureError('payload_only', 'The body is the payload alone: pass the raw body.')
  }
  // What JavaScript writes is what we send, so nothing but the secret is left to look at.
  const why =
    asSent[0] === text
      ? "looks as sent: most likely the secret isn't its current one."
      : "isn't as sent: pass the raw body, then check the secret."
  return new SignatureError('no_match', `The signature didn't match, and the body ${why}`)
}

/** One of them is in every body, in none of our payloads. */
const WHOLE = ['eventType', 'payload', 'event', 'data']

/** Of every object of ours in every format: `channel` comes before `agentId` in one, and last in another. */
const OUR_ORDER = [
  ...['eventType', 'chatbotId', 'event', 'timestamp'],
  ...LEAD_FIELDS,
  ...DATA_FIELDS.slice(0, -1),
  ...['custom', 'context', 'consent', 'channel', 'agentId', 'agent_id', 'payload', 'data'],
  ...['given', 'text', 'at', 'page', 'title', 'referrer', 'utm', 'language', 'timeZone'],
  ...['source', 'medium', 'campaign', 'term', 'content'],
]
const OURS = ['', 'payload', 'data', 'context', 'consent', 'utm']

/**
 * The object in the text, and what we sent if it is ours: as JavaScript writes it, and with our keys in
 * our order, in case somebody sorted them. Empty: it is no object, or nested too deep to be written.
 *
 * In one walk: a list of the keys, which JSON.stringify takes as well, is looked through for each
 * object, and 100 KB of strange keys and small objects then took 20 s.
 */
function reread(text: string): [] | [object, string, string] {
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return []
    const sorted = JSON.stringify(value, (key, inner) =>
      isObject(inner) && OURS.includes(key) ? inOurOrder(inner) : inner,
    )
    return [value, JSON.stringify(value), sorted]
  } catch {
    return []
  }
}

/** Other keys come after ours, as they are. */
function inOurOrder(value: object): object {
  const first = OUR_ORDER.filter((key) => key in value)
  return { ...Object.fromEntries(first.map((key) => [key, null])), ...value }
}
