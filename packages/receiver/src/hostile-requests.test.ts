import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEAD_BODY, SECRET, signedHeaders } from '../test/sign-request.ts'
import { createHandler } from './handler.ts'
import {
  GUIDE_SIGNATURE_HEADER,
  ID_HEADER,
  isValidSecret,
  MODERN_SIGNATURE_HEADER,
  parseGuideSignature,
  parseModernSignatures,
  TIMESTAMP_HEADER,
} from './signature.ts'
import { SignatureError } from './signature-error.ts'
import { liveSecrets, verify, verifyRequest } from './verify.ts'

const NAMES = [GUIDE_SIGNATURE_HEADER, MODERN_SIGNATURE_HEADER, ID_HEADER, TIMESTAMP_HEADER]
const anyText = fc.string({ unit: 'binary', maxLength: 100 })
const value = fc.oneof(anyText, fc.array(anyText, { maxLength: 3 }), fc.constant(undefined))
const headerName = fc.oneof(
  fc.constantFrom(...NAMES, ...NAMES.map((name) => name.toUpperCase())),
  anyText,
)
const headers = fc.dictionary(headerName, value, { noNullPrototype: true })
const required = fc.constantFrom('modern', 'guide', 'either', undefined)
const body = fc.oneof(anyText, fc.uint8Array(), fc.jsonValue())

test('a request that nobody signed is refused by a SignatureError, whatever it carries', async () => {
  await fc.assert(
    fc.asyncProperty(body, headers, required, async (given, carried, require) => {
      // A getter is how Fetch's Headers are told apart; a header of that name is none.
      fc.pre(typeof carried.get !== 'function')
      const options = { allowReserialized: true, require }
      const thrown = await verifyRequest(given, carried, SECRET, options).then(
        () => null,
        (error: unknown) => error,
      )
      expect(thrown).toBeInstanceOf(SignatureError)
    }),
    { numRuns: 1_000 },
  )
})

const repeat = (before: string, after: string, times: number) =>
  `${before.repeat(times)}0${after.repeat(times)}`
const strangeKeys = Array.from({ length: 7_000 }, (_, at) => `"k${at.toString(36)}":0`)
test.each([
  ['nested arrays', repeat('[', ']', 50_000)],
  ['nested payloads', repeat('{"payload":', '}', 4_000)],
  ['deeply nested payloads', repeat('{"payload":', '}', 8_000)],
  ['nameless keys', repeat('{"":', '}', 12_000)],
  ['many keys and many objects', `{${strangeKeys},"payload":[${'{},'.repeat(12_000)}{}]}`],
  ['many payloads', `[${'{"payload":{},"":{}},'.repeat(4_500)}0]`],
])('a forged body of %s is refused by a SignatureError, and soon', async (_, forged) => {
  const carried = { ...signedHeaders('another'), [GUIDE_SIGNATURE_HEADER]: '0'.repeat(40) }
  const startedAt = performance.now()
  for (const require of ['modern', 'guide'] as const) {
    await expect(verify(forged, carried, SECRET, { require })).rejects.toMatchObject({
      code: expect.stringMatching(/^(no_match|payload_only)$/),
    })
  }
  // Some 50 ms; 20 s when the work grows with keys times objects.
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

test('a signed request with one character of anything changed is refused', async () => {
  const signed = signedHeaders(LEAD_BODY)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...NAMES, 'body'),
      fc.nat(),
      fc.nat(255),
      async (what, at, code) => {
        const changed = (text: string) => {
          const spot = at % text.length
          return `${text.slice(0, spot)}${String.fromCharCode(code)}${text.slice(spot + 1)}`
        }
        const carried = {
          ...signed,
          ...(what === 'body' ? {} : { [what]: changed(signed[what] ?? '') }),
        }
        const sent = what === 'body' ? changed(LEAD_BODY) : LEAD_BODY
        const isSame = sent === LEAD_BODY && carried[what] === signed[what]
        // The modern header is checked where both are there; the guide's alone then proves nothing.
        fc.pre(!isSame && what !== GUIDE_SIGNATURE_HEADER)
        await expect(verify(sent, carried, SECRET)).rejects.toBeInstanceOf(SignatureError)
      },
    ),
    { numRuns: 500 },
  )
})

test('a header that came twice is never taken for one', async () => {
  const signed = signedHeaders(LEAD_BODY)
  for (const name of NAMES.slice(1)) {
    const twice = { ...signed, [name]: [signed[name] ?? '', signed[name] ?? ''] }
    await expect(verify(LEAD_BODY, twice, SECRET)).rejects.toBeInstanceOf(SignatureError)
  }
})

test('the handler answers anything, and calls nobody for what is not signed', async () => {
  let calls = 0
  const handle = createHandler({ secret: SECRET, on: { '*': () => calls++ }, onError() {} })
  await fc.assert(
    fc.asyncProperty(anyText, headers, anyText, async (method, carried, sent) => {
      fc.pre(typeof carried.get !== 'function')
      const { status } = await handle({ method, headers: carried, body: sent })
      expect([400, 405, 500]).toContain(status)
      expect((await handle({ method: 'POST', headers: carried, body: sent })).status).toBe(400)
    }),
    { numRuns: 500 },
  )
  expect(calls).toBe(0)
})

test('what the header parsers give back has the one form that we send', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyText, fc.stringMatching(/^(?:v1,[A-Za-z0-9+/]{43}= ?){1,30}$/)),
      (text) => {
        for (const signature of parseModernSignatures(text)) {
          expect(Buffer.from(signature, 'base64')).toHaveLength(32)
        }
        expect(parseModernSignatures(text).length).toBeLessThanOrEqual(16)
        const guide = parseGuideSignature(text)
        if (guide !== null) expect(Buffer.from(guide, 'hex')).toHaveLength(20)
      },
    ),
  )
})

test('a secret that may be used can be: it is a key of both headers', async () => {
  const secret = fc.oneof(
    fc.string({ minLength: 10, maxLength: 60 }),
    fc
      .uint8Array({ minLength: 20, maxLength: 70 })
      .map((key) => `whsec_${Buffer.from(key).toString('base64')}`),
    anyText,
  )
  await fc.assert(
    fc.asyncProperty(secret, async (given) => {
      if (isValidSecret(given) !== null) return
      expect(liveSecrets(given)).toEqual([given])
      await verify(LEAD_BODY, signedHeaders(LEAD_BODY, given), given)
    }),
    { numRuns: 500 },
  )
})

test('headers and secrets of 100 KB are read once', () => {
  for (const piece of ['v1,', ' ', 'v1,A ', 'a', '=', 'AAAA', '9']) {
    const text = piece.repeat(100_000 / piece.length)
    const startedAt = performance.now()
    parseModernSignatures(text)
    parseGuideSignature(text)
    isValidSecret(`whsec_${text}`)
    expect(performance.now() - startedAt).toBeLessThan(500)
  }
})
