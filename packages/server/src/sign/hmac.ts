/**
 * HMAC (RFC 2104) by two plain digests: half of what `createHmac` costs, which makes an object with a
 * life of its own for each signature. `hmac.test.ts` holds it against that one.
 */
import { hash } from 'node:crypto'
import { BODY_BYTES_MAX } from '../event.ts'

export interface HmacKey {
  algorithm: 'sha1' | 'sha256'
  /** What each of the two digests begins with; behind `outer` there is room for the first one. */
  inner: Buffer
  outer: Buffer
}

/** Of both algorithms. */
const BLOCK_BYTES = 64
const DIGEST_BYTES = { sha1: 20, sha256: 32 }
/** What stands before a body is an id and a timestamp: far less. */
const BEFORE_BYTES_MAX = 1_024
const scratch = Buffer.alloc(BLOCK_BYTES + BEFORE_BYTES_MAX + BODY_BYTES_MAX)

export function hmacKey(algorithm: HmacKey['algorithm'], secret: Uint8Array): HmacKey {
  const key = secret.length > BLOCK_BYTES ? hash(algorithm, secret, 'buffer') : secret
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36)
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES[algorithm], 0x5c)
  for (const [at, byte] of key.entries()) {
    inner[at] = byte ^ 0x36
    outer[at] = byte ^ 0x5c
  }
  return { algorithm, inner, outer }
}

/** Of `before`, in ASCII, and `body` behind it. */
export function hmac(
  { algorithm, inner, outer }: HmacKey,
  { before, body }: { before: string; body: Buffer },
  encoding: 'hex' | 'base64',
): string {
  const bodyAt = BLOCK_BYTES + before.length
  const length = bodyAt + body.length
  const bytes = length > scratch.length ? Buffer.alloc(length) : scratch
  inner.copy(bytes)
  bytes.write(before, BLOCK_BYTES, 'latin1')
  body.copy(bytes, bodyAt)
  outer.write(hash(algorithm, bytes.subarray(0, length), 'binary'), BLOCK_BYTES, 'latin1')
  return hash(algorithm, outer, encoding)
}
