import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BODY_BYTES_MAX } from '../event.ts'
import { hmac, hmacKey } from './hmac.ts'

const algorithms = fc.constantFrom('sha1' as const, 'sha256' as const)
const encodings = fc.constantFrom('hex' as const, 'base64' as const)
const sizes = fc.oneof(fc.nat(300), fc.constantFrom(BODY_BYTES_MAX, BODY_BYTES_MAX + 2_000))

test('it is what node:crypto makes, for keys and texts of any length, one after the other', () => {
  fc.assert(
    fc.property(
      algorithms,
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
      sizes,
      encodings,
      (algorithm, secret, before, size, encoding) => {
        const body = Buffer.alloc(size, 'Zoë')
        const expected = createHmac(algorithm, secret).update(before).update(body).digest(encoding)
        const key = hmacKey(algorithm, secret)
        expect(hmac(key, { before, body }, encoding)).toBe(expected)
        expect(hmac(key, { before, body }, encoding)).toBe(expected)
      },
    ),
  )
})

test.each([64, 65])('a key of %i bytes', (length) => {
  const secret = Buffer.alloc(length, 'k')
  const made = hmac(hmacKey('sha256', secret), { before: 'a.', body: Buffer.from('b') }, 'hex')
  expect(made).toBe(createHmac('sha256', secret).update('a.b').digest('hex'))
})
