import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import * as standardwebhooks from 'standardwebhooks'
import * as svix from 'svix'
import { describe, expect, test } from 'vitest'
import {
  GENERATED_SECRET,
  guideHeaders,
  LEAD_BODY,
  modernHeaders,
  SECRET,
} from '../test/sign-request.ts'
import {
  encodeBase64,
  encodeHex,
  formatModernSignatures,
  guideKey,
  isValidSecret,
  modernContent,
  modernKey,
  parseGuideSignature,
  parseModernSignatures,
} from './signature.ts'

describe('the guide signature', () => {
  test.each([
    [LEAD_BODY, '8b0fdf3ceb6cc6f34cf4ed62ff6a418e4da8fa0d'],
    [LEAD_BODY.replace('lead.', 'leads.'), '42ea3fbee0bd67e2393a434c710caf74452eb684'],
  ])('of the vector %s is %s', (body, signature) => {
    expect(guideHeaders(body)).toEqual({ 'x-chatzuri-signature': signature })
  })

  test('has the whole secret as its key, prefix included', () => {
    expect(guideKey('whsec_é')).toEqual(new Uint8Array(Buffer.from('whsec_é')))
  })

  test('is read in the one form we send', () => {
    const signature = 'a1'.repeat(20)
    expect(parseGuideSignature(signature)).toBe(signature)
    for (const wrong of [signature.toUpperCase(), `sha1=${signature}`, `${signature} `, '', 'a1']) {
      expect(parseGuideSignature(wrong)).toBeNull()
    }
  })
})

describe('the modern signature', () => {
  test.each([
    ['a generated secret', GENERATED_SECRET, undefined],
    ["an owner's own secret", SECRET, { format: 'raw' } as const],
  ])('with %s is accepted by standardwebhooks and svix', (_, secret, options) => {
    const headers = modernHeaders(LEAD_BODY, { secrets: [secret] })
    const standard = new standardwebhooks.Webhook(secret, options)
    expect(standard.verify(LEAD_BODY, headers)).toEqual(JSON.parse(LEAD_BODY))
    const svixWebhook = new svix.Webhook(secret, options)
    expect(() => svixWebhook.verify(LEAD_BODY, headers)).not.toThrow()
    expect(() => svixWebhook.verify(`${LEAD_BODY} `, headers)).toThrow()
  })

  test('is byte for byte what standardwebhooks signs, for any key and body', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        fc.string({ unit: 'grapheme' }),
        fc.uuid(),
        (key, body, id) => {
          const secret = `whsec_${encodeBase64(key)}`
          const at = new Date(1_750_000_000_000)
          const digest = createHmac('sha256', modernKey(secret))
            .update(modernContent(id, 1_750_000_000, body))
            .digest()
          expect(formatModernSignatures([encodeBase64(digest)])).toBe(
            new standardwebhooks.Webhook(secret).sign(id, at, body),
          )
        },
      ),
    )
  })

  test('is found among others, and a header of thousands costs no more than a few', () => {
    const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
    expect(formatModernSignatures([first, second])).toBe(`v1,${first} v1,${second}`)
    expect(parseModernSignatures(`v1,${first} v2,xyz v1,short v1,${second}`)).toEqual([
      first,
      second,
    ])
    expect(parseModernSignatures(`v1a,${first}`)).toEqual([])
    expect(parseModernSignatures('')).toEqual([])
    expect(parseModernSignatures(`v1,${first} `.repeat(10_000)).length).toBeLessThanOrEqual(16)
  })

  test.each(['whsec_', 'whsec_abc', 'whsec_ab-_', 'whsec_AAB=', 'whsec_AAAA=', 'whsec_AA AA'])(
    'has no key in %j, which is not base64',
    (secret) => {
      expect(() => modernKey(secret)).toThrow(/not valid base64/)
    },
  )
})

test.each([
  ['a'.repeat(15), /16 to 256/],
  ['a'.repeat(257), /16 to 256/],
  [`${'a'.repeat(16)} b`, /no spaces/],
  [`${'a'.repeat(16)}é`, /printable ASCII/],
  [`${'a'.repeat(16)}\n`, /printable ASCII/],
  [`${'a'.repeat(16)}"`, /quotes/],
  [`${'a'.repeat(16)}'`, /quotes/],
  [`${'a'.repeat(16)}#`, /quotes/],
  [`${'a'.repeat(16)}$`, /quotes/],
  [`whsec_${encodeBase64(new Uint8Array(23))}`, /24 to 64 bytes/],
  [`whsec_${encodeBase64(new Uint8Array(65))}`, /24 to 64 bytes/],
  [`whsec_${'a'.repeat(31)}`, /24 to 64 bytes/],
  [`whsec_${'a-'.repeat(16)}`, /24 to 64 bytes/],
])('the secret %j is refused', (secret, reason) => {
  expect(isValidSecret(secret)).toMatch(reason)
})

test.each([
  SECRET,
  GENERATED_SECRET,
  'a'.repeat(16),
  'a'.repeat(256),
  'whsec-!%&/()=?+*~^,;.:_<>|@[]{}\\',
  `whsec_${encodeBase64(new Uint8Array(24))}`,
  `whsec_${encodeBase64(new Uint8Array(64))}`,
])('the secret %j may be used', (secret) => {
  expect(isValidSecret(secret)).toBeNull()
})

test('hex and base64 are those of Node', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    }),
  )
})
