/** A hash without a key. */
import { createHash } from 'node:crypto'

export const ONCE =
  'HMAC once, over the raw body, with the secret as the key: nothing is hashed before or after.'

export function digest(
  name: string,
  content: string | Uint8Array,
  encoding: 'hex' | 'base64',
): string {
  return createHash(name).update(content).digest(encoding)
}
