/** The two signatures, each checked against every live secret: returns, or throws a SignatureError. */
import { concatBytes, encodeText } from './bytes.ts'
import { diagnoseGuideHeader, diagnoseMismatch } from './diagnose.ts'
import { type RequestHeaders, readHeader } from './headers.ts'
import { equalInConstantTime, hmac } from './hmac.ts'
import {
  encodeBase64,
  encodeHex,
  GUIDE_SIGNATURE_HEADER,
  guideKey,
  ID_HEADER,
  MODERN_SIGNATURE_HEADER,
  modernContent,
  modernKeyOrNull,
  parseEventSignature,
  parseGuideSignature,
  parseModernSignatures,
  TIMESTAMP_HEADER,
} from './signature.ts'
import { SignatureError } from './signature-error.ts'

/** What a signature vouches for beside the body. */
export interface Signed {
  signedBy: 'modern' | 'guide'
  /** The event's id, the same in every repeat; null when only the guide's header vouches for it. */
  id: string | null
  /** Unix seconds of this attempt; null as above. */
  timestampSeconds: number | null
}

/** What a header should say of these bytes; null: the secret is a guess of `diagnoseMismatch`, and no key. */
type Sign = (bytes: Uint8Array, secret: string) => Promise<string | null>

interface SignedRequest {
  body: Uint8Array
  headers: RequestHeaders
  /** Each of them can be a key. */
  secrets: string[]
}

/** Which header counts. `either` is the modern one where it is there, and so whatever a sender likes. */
export type Required = 'modern' | 'guide' | 'either'

export async function checkSignature(
  request: SignedRequest,
  required: Required | undefined,
): Promise<Signed> {
  const read = (name: string) => readHeader(request.headers, name)
  const modern = required === 'guide' ? null : read(MODERN_SIGNATURE_HEADER)
  if (modern !== null) return checkModernSignature(modern, request)
  // Asked for by name only: a word that is neither must not open the way back to the older header.
  const isGuide = required === 'guide' || required === 'either'
  const guide = isGuide ? read(GUIDE_SIGNATURE_HEADER) : null
  if (guide !== null) return checkGuideSignature(guide, request)
  throw headerFault('missing', isGuide ? GUIDE_SIGNATURE_HEADER : MODERN_SIGNATURE_HEADER)
}

async function checkGuideSignature(value: string, request: SignedRequest): Promise<Signed> {
  // The header's own form says the hash: what says SHA-256 is never held against the older one.
  const ofEvent = parseEventSignature(value)
  const given = ofEvent ?? parseGuideSignature(value)
  if (given === null) throw diagnoseGuideHeader(value)
  const hash = ofEvent === null ? 'SHA-1' : 'SHA-256'
  const sign: Sign = async (bytes, secret) => encodeHex(await hmac(hash, guideKey(secret), bytes))
  await check([given], sign, request)
  return { signedBy: 'guide', id: null, timestampSeconds: null }
}

async function checkModernSignature(value: string, request: SignedRequest): Promise<Signed> {
  const id = requireHeader(request, ID_HEADER)
  const timestamp = requireHeader(request, TIMESTAMP_HEADER)
  const given = parseModernSignatures(value)
  if (!/^\d{1,15}$/.test(timestamp)) throw headerFault('malformed', TIMESTAMP_HEADER)
  if (given.length === 0) throw headerFault('malformed', MODERN_SIGNATURE_HEADER)
  const before = encodeText(modernContent(id, timestamp, ''))
  const sign: Sign = async (bytes, secret) => {
    const key = modernKeyOrNull(secret)
    return key && encodeBase64(await hmac('SHA-256', key, concatBytes([before, bytes])))
  }
  await check(given, sign, request)
  return { signedBy: 'modern', id, timestampSeconds: Number(timestamp) }
}

async function check(given: string[], sign: Sign, { body, secrets }: SignedRequest): Promise<void> {
  const matches = async (bytes: Uint8Array, keys: readonly string[]) => {
    let found = false
    for (const secret of keys) {
      const expected = (await sign(bytes, secret)) ?? ''
      for (const signature of given) found = equalInConstantTime(expected, signature) || found
    }
    return found
  }
  if (!(await matches(body, secrets))) throw await diagnoseMismatch(body, secrets, matches)
}

function requireHeader({ headers }: SignedRequest, name: string): string {
  const value = readHeader(headers, name)
  if (value === null) throw headerFault('missing', name)
  return value
}

function headerFault(how: 'missing' | 'malformed', name: string): SignatureError {
  const has = how === 'missing' ? 'no' : 'a malformed'
  return new SignatureError(
    `${how}_header`,
    `The request has ${has} header "${name}": not sent by us, or changed on the way.`,
  )
}
