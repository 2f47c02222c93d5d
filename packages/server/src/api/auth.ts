/** Who may call. One operator key for now. */
import { timingSafeEqual } from 'node:crypto'
import { assert } from '../errors.ts'
import { apiError } from './error-answer.ts'

/** What a route demands of its caller. Every route declares one. */
export type Access = 'operator' | 'public'

export type Authenticate = (authorization: string | undefined) => void

/**
 * Keys are compared padded to one length, so the time tells nothing of them, not even their length.
 * Comparing digests would do the same, for more than a tenth of the CPU of an accepted lead.
 */
const PADDED_BYTES = 1024

/** Throws a 401 unless the header carries the operator's key. */
export function createAuthenticate(adminKey: string): Authenticate {
  const keyBytes = Buffer.byteLength(adminKey)
  assert(keyBytes > 0 && keyBytes <= PADDED_BYTES / 2, 'the operator key has 1 to 512 bytes')
  const expected = Buffer.alloc(PADDED_BYTES)
  expected.write(adminKey)
  const given = Buffer.alloc(PADDED_BYTES)
  return (authorization) => {
    const key = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    if (key === undefined) {
      throw apiError('missing_key', 'Send the key as `Authorization: Bearer <key>`')
    }
    // No header holds a NUL, so what is padded is never taken for another key.
    given.fill(0)
    given.write(key)
    if (!timingSafeEqual(given, expected)) throw apiError('invalid_key')
  }
}
