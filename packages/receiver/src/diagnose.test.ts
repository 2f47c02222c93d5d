/** Each way in which receivers get it wrong, by both headers where it shows in both, named by its code. */
import { describe, expect, test } from 'vitest'
import { GENERATED_SECRET, guideHeaders, modernHeaders, SECRET } from '../test/sign-request.ts'
import { SignatureError } from './signature-error.ts'
import { verify } from './verify.ts'

const BODY = JSON.stringify({
  eventType: 'lead.submit',
  chatbotId: 'bot_1',
  payload: {
    conversationId: 'c1',
    customerEmail: 'zoe@example.com',
    customerName: 'Zoë "Z"',
    customerPhone: '',
  },
})
const EVENT = JSON.parse(BODY)

const EITHER = { require: 'either' } as const

async function refusal(body: string, headers: Record<string, string>, secret = GENERATED_SECRET) {
  const error: unknown = await verify(body, headers, secret, EITHER).catch(
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SignatureError)) throw new Error(`Not refused: ${error}`)
  expect(error.message).not.toContain(secret)
  return error.code
}

const sortedKeys = (value: object): object =>
  Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, typeof inner === 'object' ? sortedKeys(inner) : inner])
      .sort(),
  )
const asciiOnly = (text: string) =>
  text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe.each([
  ['guide', guideHeaders(BODY, GENERATED_SECRET)],
  ['modern', modernHeaders(BODY, { secrets: [GENERATED_SECRET] })],
])('by the %s header', (_, headers) => {
  test.each([
    ['indented', JSON.stringify(EVENT, null, 2), 'reserialized_body'],
    ['with Python’s spaces', BODY.replace(/":/g, '": ').replace(/,"/g, ', "'), 'reserialized_body'],
    ['with sorted keys', JSON.stringify(sortedKeys(EVENT)), 'reserialized_body'],
    ['with letters escaped', asciiOnly(BODY), 'reserialized_body'],
    ['with a line break after it', `${BODY}\n`, 'reserialized_body'],
    ['decoded as Latin-1', Buffer.from(BODY).toString('latin1'), 'wrong_encoding'],
    ['of the payload only', JSON.stringify(EVENT.payload), 'payload_only'],
    ['that is empty', '', 'empty_body'],
    ['of another event', BODY.replace('bot_1', 'bot_2'), 'no_match'],
    ['that is no JSON', `${BODY}}`, 'no_match'],
  ])('a body %s is named', async (_name, body, code) => {
    expect(await refusal(body, headers)).toBe(code)
  })

  test('a secret without its prefix is named, another one is only guessed at', async () => {
    expect(await refusal(BODY, headers, GENERATED_SECRET.slice('whsec_'.length))).toBe(
      'incomplete_secret',
    )
    await expect(verify(BODY, headers, SECRET, EITHER)).rejects.toMatchObject({
      code: 'no_match',
      message: expect.stringContaining('most likely the secret'),
    })
    await expect(verify(`${BODY}}`, headers, GENERATED_SECRET, EITHER)).rejects.toMatchObject({
      code: 'no_match',
      message: expect.stringContaining('pass the raw body'),
    })
  })
})

test.each([
  ['in upper case', (hex: string) => hex.toUpperCase(), 'upper_case_signature'],
  ['cut short', (hex: string) => hex.slice(0, 32), 'truncated_signature'],
  ['behind sha1=', (hex: string) => `sha1=${hex}`, 'prefixed_signature'],
  ['as long as SHA-256', (hex: string) => hex + hex.slice(0, 24), 'other_hash'],
  ['in base64', (hex: string) => Buffer.from(hex, 'hex').toString('base64'), 'malformed_header'],
])('a signature %s is named', async (_, change, code) => {
  const { 'x-chatzuri-signature': hex = '' } = guideHeaders(BODY, GENERATED_SECRET)
  expect(await refusal(BODY, { 'x-chatzuri-signature': change(hex) })).toBe(code)
})
