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

/** What one of the headers says, and how what it should say is made. */
interface Claim {
  hash: 'SHA-1' | 'SHA-256'
  /** Null: it can be no key, so it is a guess of `diagnoseMismatch`, and a wrong one. */
  keyOf(secret: string): Uint8Array | null
  encode(digest: Uint8Array): string
  /** What is signed before the body. */
  before: string
  given: string[]
}

export interface SignedRequest {
  body: Uint8Array
  headers: RequestHeaders
  /** Each of them can be a key. */
  secrets: string[]
}

/** Checks the modern header where there is a choice. */
export async function checkSignature(
  request: SignedRequest,
  required: 'modern' | 'guide' | undefined,
): Promise<Signed> {
  const read = (name: string) => readHeader(request.headers, name)
  const modern = required === 'guide' ? null : read(MODERN_SIGNATURE_HEADER)
  if (modern !== null) return checkModernSignature(modern, request)
  const guide = required === 'modern' ? null : read(GUIDE_SIGNATURE_HEADER)
  if (guide !== null) return checkGuideSignature(guide, request)
  if (required === 'guide') throw missingHeader(GUIDE_SIGNATURE_HEADER)
  const either = required === undefined ? `" or "${GUIDE_SIGNATURE_HEADER}` : ''
  throw missingHeader(MODERN_SIGNATURE_HEADER + either)
}

async function checkGuideSignature(value: string, request: SignedRequest): Promise<Signed> {
  const given = parseGuideSignature(value)
  if (given === null) throw diagnoseGuideHeader(value)
  const made = { hash: 'SHA-1', keyOf: guideKey, encode: encodeHex } as const
  await check({ ...made, before: '', given: [given] }, request)
  return { signedBy: 'guide', id: null, timestampSeconds: null }
}

async function checkModernSignature(value: string, request: SignedRequest): Promise<Signed> {
  const id = requireHeader(request, ID_HEADER)
  const timestamp = requireHeader(request, TIMESTAMP_HEADER)
  const given = parseModernSignatures(value)
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw malformedHeader(TIMESTAMP_HEADER, "isn't Unix seconds")
  }
  if (given.length === 0) {
    throw malformedHeader(MODERN_SIGNATURE_HEADER, 'holds no "v1,<base64>"')
  }
  const made = { hash: 'SHA-256', keyOf: modernKeyOrNull, encode: encodeBase64 } as const
  await check({ ...made, before: modernContent(id, timestamp, ''), given }, request)
  return { signedBy: 'modern', id, timestampSeconds: Number(timestamp) }
}

async function check(claim: Claim, { body, secrets }: SignedRequest): Promise<void> {
  const { hash, keyOf, encode, given } = claim
  const before = encodeText(claim.before)
  const matches = async (bytes: Uint8Array, keys: readonly string[]) => {
    const content = concatBytes([before, bytes])
    let found = false
    for (const secret of keys) {
      const key = keyOf(secret)
      if (key === null) continue
      const expected = encode(await hmac(hash, key, content))
      for (const signature of given) found = equalInConstantTime(expected, signature) || found
    }
    return found
  }
  if (!(await matches(body, secrets))) throw await diagnoseMismatch(body, secrets, matches)
}

function requireHeader({ headers }: SignedRequest, name: string): string {
  const value = readHeader(headers, name)
  if (value === null) throw missingHeader(name)
  return value
}

function missingHeader(name: string): SignatureError {
  return new SignatureError(
    'missing_header',
    `The request has no header "${name}": not sent by us, or a proxy dropped it.`,
  )
}

function malformedHeader(name: string, what: string): SignatureError {
  return new SignatureError(
    'malformed_header',
    `The header "${name}" ${what}: not sent by us, or changed on the way.`,
  )
}
