/**
 * What is signed and how it is spelled, for both sides: the server builds with these functions,
 * receivers parse with them. Pure: no IO, no clock, no platform. The HMAC is the caller's (node:crypto
 * on the server, WebCrypto in `hmac.ts`), so this file never sees a digest being made.
 *
 * Two signatures travel with each delivery: the guide's (HMAC-SHA1 of the body, hex; in the format
 * `event` HMAC-SHA256, hex behind `sha256=`) and the modern one (Standard Webhooks: HMAC-SHA256 of id,
 * timestamp and body, base64).
 */
import { encodeText } from './bytes.ts'

export const GUIDE_SIGNATURE_HEADER = 'x-chatzuri-signature'
export const ID_HEADER = 'webhook-id'
export const TIMESTAMP_HEADER = 'webhook-timestamp'
export const MODERN_SIGNATURE_HEADER = 'webhook-signature'

const EVENT_SIGNATURE_PREFIX = 'sha256='
const SECRET_PREFIX = 'whsec_'
const SECRET_KEY_BYTES_MIN = 24
const SECRET_KEY_BYTES_MAX = 64
/** An overlap needs two. The bound keeps a hostile header from costing more than its length. */
const MODERN_SIGNATURES_MAX = 16

/** Key of the guide's header in every format: the secret as its owner sees it, prefix included. */
export function guideKey(secret: string): Uint8Array {
  return encodeText(secret)
}

/** Key of the modern header. Throws when what follows `whsec_` isn't base64. */
export function modernKey(secret: string): Uint8Array {
  const key = modernKeyOrNull(secret)
  if (key !== null) return key
  throw new Error('The part of the secret after "whsec_" is not valid base64.')
}

export function modernKeyOrNull(secret: string): Uint8Array | null {
  if (!secret.startsWith(SECRET_PREFIX)) return encodeText(secret)
  return decodeBase64(secret.slice(SECRET_PREFIX.length))
}

/** The text whose HMAC-SHA256 is the modern signature. */
export function modernContent(id: string, timestampSeconds: number | string, body: string): string {
  return `${id}.${timestampSeconds}.${body}`
}

/** One signature for each live secret, newest first. */
export function formatModernSignatures(base64: string[]): string {
  return base64.map((signature) => `v1,${signature}`).join(' ')
}

/**
 * The `v1` signatures, in base64. Other versions and what is malformed are passed over. A header that
 * came twice, which HTTP joins by a comma and a space, has none: nobody chooses between two.
 */
export function parseModernSignatures(header: string): string[] {
  if (header.includes(', ')) return []
  return header
    .split(' ', MODERN_SIGNATURES_MAX)
    .filter((entry) => /^v1,[A-Za-z0-9+/]{43}=$/.test(entry))
    .map((entry) => entry.slice('v1,'.length))
}

/** The guide's signature, or null unless it is what we send: 40 lower-case hex digits. */
export function parseGuideSignature(header: string): string | null {
  return /^[\da-f]{40}$/.test(header) ? header : null
}

/** The guide's header in the format `event`, of the digest in hex. */
export function formatEventSignature(hex: string): string {
  return `${EVENT_SIGNATURE_PREFIX}${hex}`
}

/** The digest of the format `event` in hex, or null unless it is what we send: `sha256=` and 64 lower-case hex digits. */
export function parseEventSignature(header: string): string | null {
  const digits = header.slice(EVENT_SIGNATURE_PREFIX.length)
  return header.startsWith(EVENT_SIGNATURE_PREFIX) && /^[\da-f]{64}$/.test(digits) ? digits : null
}

/** Null when the secret may be used; else one sentence why not. */
export function isValidSecret(secret: string): string | null {
  // Printable ASCII without " # $ ' and `, each of which means something else in a .env file or a shell.
  if (!/^[!%&(-_a-~]{16,256}$/.test(secret)) {
    return 'The secret must be 16 to 256 printable ASCII characters, and no spaces, quotes, "#" or "$".'
  }
  if (!secret.startsWith(SECRET_PREFIX)) return null
  const key = decodeBase64(secret.slice(SECRET_PREFIX.length))
  if (key !== null && key.length >= SECRET_KEY_BYTES_MIN && key.length <= SECRET_KEY_BYTES_MAX) {
    return null
  }
  return `After "whsec_" the secret must be valid base64 of ${SECRET_KEY_BYTES_MIN} to ${SECRET_KEY_BYTES_MAX} bytes.`
}

/** Lower-case hex. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Standard alphabet, padded. For keys and digests: `String.fromCharCode` is spread over the bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/**
 * Null when it is empty, or not the one canonical spelling: padded, standard alphabet, no stray bits in the
 * last character. `atob` alone forgives all three, other languages' decoders don't, and a secret has
 * to mean the same key to every receiver.
 */
function decodeBase64(text: string): Uint8Array | null {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    return text !== '' && encodeBase64(bytes) === text ? bytes : null
  } catch {
    return null // A character that is in no base64.
  }
}
