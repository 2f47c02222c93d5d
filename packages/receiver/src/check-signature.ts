/** The two signatures, each checked against every live secret: returns, or throws a SignatureError. */
import { concatBytes } from './concat-bytes.ts'
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
  modernKey,
  parseGuideSignature,
  parseModernSignatures,
  TIMESTAMP_HEADER,
} from './signature.ts'
import { SignatureError } from './signature-error.ts'

/** Which header is checked: the modern one where there is a choice. */
export function chooseHeader(
  headers: RequestHeaders,
  required: 'modern' | 'guide' | undefined,
): 'modern' | 'guide' {
  const hasModern = readHeader(headers, MODERN_SIGNATURE_HEADER) !== null
  const hasGuide = readHeader(headers, GUIDE_SIGNATURE_HEADER) !== null
  if (hasModern && required !== 'guide') return 'modern'
  if (hasGuide && required !== 'modern') return 'guide'
  const wanted = required === 'guide' ? GUIDE_SIGNATURE_HEADER : MODERN_SIGNATURE_HEADER
  const either = required === undefined ? ` or "${GUIDE_SIGNATURE_HEADER}"` : ''
  throw new SignatureError(
    'missing_header',
    `The request has no header "${wanted}"${either}: not sent by us, or a proxy dropped it.`,
  )
}

export async function checkGuideSignature(
  bytes: Uint8Array,
  headers: RequestHeaders,
  secrets: string[],
): Promise<void> {
  const value = requireHeader(headers, GUIDE_SIGNATURE_HEADER)
  const given = parseGuideSignature(value)
  if (given === null) throw diagnoseGuideHeader(value)
  const matches = async (body: Uint8Array, keys: readonly string[]) => {
    let found = false
    for (const secret of keys) {
      const expected = encodeHex(await hmac('SHA-1', guideKey(secret), body))
      found = equalInConstantTime(expected, given) || found
    }
    return found
  }
  if (!(await matches(bytes, secrets))) throw await diagnoseMismatch(bytes, secrets, matches)
}

/** Returns what the signature vouches for beside the body. */
export async function checkModernSignature(
  bytes: Uint8Array,
  headers: RequestHeaders,
  secrets: string[],
): Promise<{ id: string; timestampSeconds: number }> {
  const id = requireHeader(headers, ID_HEADER)
  const timestamp = requireHeader(headers, TIMESTAMP_HEADER)
  const given = parseModernSignatures(requireHeader(headers, MODERN_SIGNATURE_HEADER))
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw new SignatureError(
      'malformed_header',
      `The header "${TIMESTAMP_HEADER}" isn't Unix seconds: not sent by us, or changed on the way.`,
    )
  }
  if (given.length === 0) {
    throw new SignatureError(
      'malformed_header',
      `The header "${MODERN_SIGNATURE_HEADER}" holds no "v1,<base64>": not sent by us, or changed on the way.`,
    )
  }
  const start = new TextEncoder().encode(modernContent(id, timestamp, ''))
  const keys = secrets.map(decodedKey)
  const matchesKeys = async (body: Uint8Array, live: readonly Uint8Array[]) => {
    const content = concatBytes([start, body])
    let found = false
    for (const key of live) {
      const expected = encodeBase64(await hmac('SHA-256', key, content))
      for (const signature of given) found = equalInConstantTime(expected, signature) || found
    }
    return found
  }
  if (!(await matchesKeys(bytes, keys))) {
    throw await diagnoseMismatch(bytes, secrets, (body, others) =>
      matchesKeys(body, others.flatMap(keyOrNone)),
    )
  }
  return { id, timestampSeconds: Number(timestamp) }
}

function requireHeader(headers: RequestHeaders, name: string): string {
  const value = readHeader(headers, name)
  if (value !== null) return value
  throw new SignatureError(
    'missing_header',
    `The request has no header "${name}": a proxy may have dropped it.`,
  )
}

function decodedKey(secret: string): Uint8Array {
  try {
    return modernKey(secret)
  } catch (cause) {
    throw new SignatureError(
      'bad_secret',
      'The secret is not valid base64 after "whsec_": copy all of it.',
      { cause },
    )
  }
}

/** For a guess at what the secret should have been: what can't be a key is no guess. */
function keyOrNone(secret: string): Uint8Array[] {
  try {
    return [modernKey(secret)]
  } catch {
    return []
  }
}
