import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import {
  GENERATED_SECRET,
  guideHeaders,
  LEAD_BODY,
  modernHeaders,
  OTHER_BODY,
  SECRET,
  signedHeaders,
} from '../test/sign-request.ts'
import { isLeadEvent } from './event.ts'
import type { RequestHeaders } from './headers.ts'
import { SignatureError, type SignatureErrorCode } from './signature-error.ts'
import { type VerifyOptions, verify, verifyRequest } from './verify.ts'

/** By whichever header there is, so that a test of one form is no test of the default. */
const EITHER = { require: 'either' } as const

async function refusal(
  body: unknown,
  headers: RequestHeaders,
  secrets: string | string[] = SECRET,
  options: VerifyOptions = {},
): Promise<{ code: SignatureErrorCode; message: string }> {
  const error = await verifyRequest(body, headers, secrets, { ...EITHER, ...options }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SignatureError)) throw new Error(`Not refused: ${error}`)
  return { code: error.code, message: error.message }
}

describe('a signed request', () => {
  test('gives its event by either header alone and by both', async () => {
    const event = JSON.parse(LEAD_BODY)
    expect(await verify(LEAD_BODY, guideHeaders(LEAD_BODY), SECRET, EITHER)).toEqual(event)
    expect(await verify(LEAD_BODY, modernHeaders(LEAD_BODY), SECRET)).toEqual(event)
    expect(await verify(LEAD_BODY, signedHeaders(LEAD_BODY), SECRET)).toEqual(event)
  })

  test('may come as text, bytes, a Buffer or an ArrayBuffer', async () => {
    const headers = signedHeaders(LEAD_BODY)
    const bytes = new TextEncoder().encode(LEAD_BODY)
    for (const body of [LEAD_BODY, bytes, Buffer.from(LEAD_BODY), bytes.buffer]) {
      expect(isLeadEvent(await verify(body, headers, SECRET))).toBe(true)
    }
  })

  test('may have its headers in any case, in arrays, or as Headers', async () => {
    const headers = signedHeaders(LEAD_BODY)
    const entries = Object.entries(headers)
    const upper = Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), [value]]))
    for (const form of [headers, upper, new Headers(headers)]) {
      expect(await verify(LEAD_BODY, form, SECRET)).toEqual(JSON.parse(LEAD_BODY))
    }
  })

  test('is accepted with any of several secrets, in any place', async () => {
    for (const secrets of [
      [SECRET, GENERATED_SECRET],
      [GENERATED_SECRET, SECRET],
    ]) {
      for (const headers of [guideHeaders(LEAD_BODY), modernHeaders(LEAD_BODY)]) {
        expect(await verify(LEAD_BODY, headers, secrets, EITHER)).toEqual(JSON.parse(LEAD_BODY))
      }
    }
    const both = modernHeaders(LEAD_BODY, { secrets: [GENERATED_SECRET, SECRET] })
    expect(await verify(LEAD_BODY, both, SECRET)).toEqual(JSON.parse(LEAD_BODY))
  })

  test('says which header vouched, and gives the id only when it was signed', async () => {
    const at = Math.floor(Date.now() / 1000)
    const modern = modernHeaders(LEAD_BODY, { id: 'evt_9', timestampSeconds: at })
    expect(await verifyRequest(LEAD_BODY, modern, SECRET)).toMatchObject({
      signedBy: 'modern',
      id: 'evt_9',
      timestampSeconds: at,
    })
    const forgedId = { ...guideHeaders(LEAD_BODY), 'webhook-id': 'evt_forged' }
    expect(await verifyRequest(LEAD_BODY, forgedId, SECRET, EITHER)).toMatchObject({
      signedBy: 'guide',
      id: null,
      timestampSeconds: null,
    })
  })

  test('of standardwebhooks is accepted, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (name) => {
        const body = JSON.stringify({ eventType: 'a.b', chatbotId: 'bot_1', payload: { name } })
        const at = new Date()
        const headers = {
          'webhook-id': 'evt_1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(GENERATED_SECRET).sign('evt_1', at, body),
        }
        expect(await verify(body, headers, GENERATED_SECRET)).toEqual(JSON.parse(body))
      }),
    )
  })
})

describe('a changed request', () => {
  test.each([
    ['guide', guideHeaders(LEAD_BODY)],
    ['modern', modernHeaders(LEAD_BODY)],
  ])('with any bit of its body flipped is refused (%s)', async (_, headers) => {
    const bytes = Buffer.from(LEAD_BODY)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const changed = flipBit(bytes, bit)
        expect((await refusal(changed, headers)).code).toBe('no_match')
      }),
    )
  })

  test.each([
    ['x-chatzuri-signature', guideHeaders(LEAD_BODY)],
    ['webhook-signature', modernHeaders(LEAD_BODY)],
    ['webhook-timestamp', modernHeaders(LEAD_BODY)],
    ['webhook-id', modernHeaders(LEAD_BODY)],
  ])('with any bit of %s flipped is refused', async (name, headers) => {
    const value = Buffer.from(headers[name] ?? '', 'latin1')
    for (let bit = 0; bit < value.length * 8; bit++) {
      const changed = { ...headers, [name]: flipBit(value, bit).toString('latin1') }
      const { code } = await refusal(LEAD_BODY, changed, SECRET, { toleranceSeconds: 0 })
      // One bit is the case of a letter, or an "=".
      expect(['no_match', 'malformed_header', 'upper_case_signature']).toContain(code)
    }
  })

  test('is refused with every secret but its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[!%&(-_a-~]{16,40}$/), { minLength: 1 }),
        async (s) => {
          const others = s.filter((secret) => secret !== SECRET && !secret.startsWith('whsec_'))
          fc.pre(others.length > 0)
          expect((await refusal(LEAD_BODY, guideHeaders(LEAD_BODY), others)).code).toBe('no_match')
          expect((await refusal(LEAD_BODY, modernHeaders(LEAD_BODY), others)).code).toBe('no_match')
        },
      ),
    )
  })

  test('is not taken by the guide header when the modern ones were taken off, unless that was chosen', async () => {
    const recorded = signedHeaders(LEAD_BODY)
    const { 'x-chatzuri-signature': _, ...modern } = recorded
    const names = Object.keys(modern)
    // Each way of taking some of them off, or of making them worthless.
    for (let chosen = 1; chosen < 2 ** names.length; chosen++) {
      for (const worthless of [undefined, '', 'v2,abc', 'v1,', []]) {
        const off = names.filter((_name, at) => chosen & (1 << at)).map((name) => [name, worthless])
        const headers: RequestHeaders = { ...recorded, ...Object.fromEntries(off) }
        for (const require of [undefined, null, 'modern', 'Guide', '', 'both'] as never[]) {
          expect(['missing_header', 'malformed_header', 'no_match']).toContain(
            (await refusal(LEAD_BODY, headers, SECRET, { require })).code,
          )
        }
        const options = { require: 'guide' } as const
        expect(await verify(LEAD_BODY, headers, SECRET, options)).toBeDefined()
      }
    }
  })

  test('does not fall back to the guide header when the modern one is wrong', async () => {
    const headers = { ...guideHeaders(LEAD_BODY), ...modernHeaders(OTHER_BODY) }
    expect((await refusal(LEAD_BODY, headers)).code).toBe('no_match')
    expect(await verify(LEAD_BODY, headers, SECRET, { require: 'guide' })).toBeDefined()
  })
})

describe('a refusal says what to change', () => {
  test('without a signature', async () => {
    for (const [require, name] of [
      [undefined, 'webhook-signature'],
      ['modern', 'webhook-signature'],
      ['guide', 'x-chatzuri-signature'],
      ['either', 'x-chatzuri-signature'],
    ] as const) {
      expect(await refusal(LEAD_BODY, {}, SECRET, { require })).toEqual({
        code: 'missing_header',
        message: expect.stringContaining(name),
      })
    }
    const { 'webhook-id': _, ...withoutId } = modernHeaders(LEAD_BODY)
    expect(await refusal(LEAD_BODY, withoutId)).toEqual({
      code: 'missing_header',
      message: expect.stringContaining('"webhook-id"'),
    })
  })

  test('with the header that was not asked for', async () => {
    const guide = guideHeaders(LEAD_BODY)
    const modern = modernHeaders(LEAD_BODY)
    expect((await refusal(LEAD_BODY, guide, SECRET, { require: 'modern' })).code).toBe(
      'missing_header',
    )
    expect((await refusal(LEAD_BODY, modern, SECRET, { require: 'guide' })).code).toBe(
      'missing_header',
    )
  })

  test('with headers of another form', async () => {
    const guide = { 'x-chatzuri-signature': 'not hex' }
    expect((await refusal(LEAD_BODY, guide)).code).toBe('malformed_header')
    const twice = { 'x-chatzuri-signature': Array(2).fill('a'.repeat(40)) }
    expect((await refusal(LEAD_BODY, twice)).code).toBe('malformed_header')
    const modern = modernHeaders(LEAD_BODY)
    for (const wrong of [
      { 'webhook-timestamp': '2025-01-01T00:00:00Z' },
      { 'webhook-timestamp': '-5' },
      { 'webhook-signature': 'v2,abc' },
    ]) {
      expect((await refusal(LEAD_BODY, { ...modern, ...wrong })).code).toBe('malformed_header')
    }
  })

  test('with a timestamp outside of the tolerance, on either side', async () => {
    const nowSeconds = 1_750_000_000
    const now = () => nowSeconds * 1000
    const at = (timestampSeconds: number) => modernHeaders(LEAD_BODY, { timestampSeconds })
    for (const offset of [-300, 0, 300]) {
      expect(await verify(LEAD_BODY, at(nowSeconds + offset), SECRET, { now })).toBeDefined()
    }
    expect((await refusal(LEAD_BODY, at(nowSeconds - 301), SECRET, { now })).code).toBe('too_old')
    expect((await refusal(LEAD_BODY, at(nowSeconds + 301), SECRET, { now })).code).toBe('too_new')
    for (const toleranceSeconds of [0, Number.POSITIVE_INFINITY]) {
      expect(await verify(LEAD_BODY, at(5), SECRET, { now, toleranceSeconds })).toBeDefined()
    }
    const unset = { now, toleranceSeconds: Number.NaN }
    expect((await refusal(LEAD_BODY, at(nowSeconds), SECRET, unset)).code).toBe('too_old')
  })

  test('with a parsed body', async () => {
    for (const body of [JSON.parse(LEAD_BODY), undefined, null, 5]) {
      expect(await refusal(body, signedHeaders(LEAD_BODY))).toEqual({
        code: 'parsed_body',
        message: expect.stringMatching(/express\.raw.*express\.json\(\{ verify/),
      })
    }
  })

  test('with a secret that can be no key', async () => {
    const headers = modernHeaders(LEAD_BODY)
    const bad = [
      '',
      [],
      [[]],
      [SECRET, ''],
      [SECRET, null],
      [undefined],
      null,
      5,
      true,
      {},
      [SECRET, 'a'],
      new Set([SECRET]),
      Buffer.from(SECRET),
      'a',
      ' ',
      '\n',
      'undefined',
      'null',
      'None',
      `${SECRET}\n`,
      ` ${SECRET}`,
      `${SECRET} `,
      `${SECRET}  ${SECRET}`,
      `"${SECRET}"`,
      `${SECRET}\t${SECRET}`,
      `${SECRET} a`,
      'a'.repeat(15),
      'a'.repeat(257),
      `${SECRET}é`,
      'whsec_',
      'whsec_nope!',
      'whsec_nope',
      `whsec_${'A'.repeat(28)}`,
      `whsec_${'A'.repeat(31)}`,
      `${GENERATED_SECRET}=`,
      `${GENERATED_SECRET.slice(0, -1)}-`,
      `whsec_${'A'.repeat(88)}`,
    ] as never[]
    for (const secrets of bad) {
      expect([secrets, (await refusal(LEAD_BODY, headers, secrets)).code]).toEqual([
        secrets,
        'bad_secret',
      ])
    }
    const two = `${GENERATED_SECRET} ${SECRET}`
    expect(await verify(LEAD_BODY, headers, two)).toBeDefined()
    const refused = verify(LEAD_BODY, headers, process.env.A_VARIABLE_THAT_NOBODY_SET)
    await expect(refused).rejects.toMatchObject({ code: 'bad_secret' })
  })

  test('with a body that is signed right but is no event', async () => {
    for (const body of ['', '{', '\ufeff{}']) {
      expect((await refusal(body, guideHeaders(body))).code).toBe('not_json')
    }
    const notText = new Uint8Array([34, 0xff, 34])
    expect((await refusal(notText, guideHeaders(notText))).code).toBe('not_json')
    const noPhone = LEAD_BODY.replace('customerPhone', 'phone')
    for (const body of ['[]', 'null', '"x"', '{}', noPhone]) {
      expect((await refusal(body, guideHeaders(body))).code).toBe('not_an_event')
    }
  })

  test('never repeats the secret or the signature', async () => {
    const forged = 'f'.repeat(40)
    const { message } = await refusal(LEAD_BODY, { 'x-chatzuri-signature': forged })
    expect(message).not.toContain(forged)
    expect(message).not.toContain(SECRET)
  })
})

test('a parsed body is accepted when asked for, by the fixed point of JSON, for any payload', async () => {
  await fc.assert(
    fc.asyncProperty(fc.object({ key: fc.string({ unit: 'grapheme' }) }), async (object) => {
      const payload = JSON.parse(JSON.stringify(object))
      const body = JSON.stringify({ eventType: 'a.b', chatbotId: 'bot_1', payload })
      fc.pre(JSON.stringify(JSON.parse(body)) === body)
      const parsed: object = JSON.parse(body)
      for (const headers of [guideHeaders(body), modernHeaders(body)]) {
        const options = { ...EITHER, allowReserialized: true } as const
        const event = await verify(parsed, headers, SECRET, options)
        expect(JSON.stringify(event)).toBe(body)
      }
    }),
  )
})

test('signatures are compared in constant time', async () => {
  const source = await readFile(new URL('check-signature.ts', import.meta.url), 'utf8')
  const comparisons = source.match(/\b(?:given|expected|signature)\b\s*[!=]==?(?!=|\s*null)/g)
  expect(comparisons).toBeNull()
  expect(source.match(/equalInConstantTime\(expected, /g)).toHaveLength(1)
})

function flipBit(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return changed
}
