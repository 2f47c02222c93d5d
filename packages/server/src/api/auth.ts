/** Who may call. One operator key for now. */
import { hash, timingSafeEqual } from 'node:crypto'
import { apiError } from './error-answer.ts'

/** What a route demands of its caller. Every route declares one. */
export type Access = 'operator' | 'public'

export type Authenticate = (authorization: string | undefined) => void

/** Throws a 401 unless the header carries the operator's key. */
export function createAuthenticate(adminKey: string): Authenticate {
  // Digests have one length, so the comparison's time tells nothing of the key, not even its length.
  const expected = hash('sha256', adminKey, 'buffer')
  return (authorization) => {
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    if (given === undefined) {
      throw apiError('missing_key', 'Send the key as `Authorization: Bearer <key>`')
    }
    if (!timingSafeEqual(hash('sha256', given, 'buffer'), expected)) throw apiError('invalid_key')
  }
}
