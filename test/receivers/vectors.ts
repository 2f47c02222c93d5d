/**
 * Makes `examples/receivers/vectors.json` with the signer that the server signs with: requests in
 * their order, right ones and wrong ones, and what a receiver answers. After a change here:
 *
 *     node test/receivers/vectors.ts
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  GENERATED_SECRET,
  guideHeaders,
  modernHeaders,
} from '../../packages/receiver/test/sign-request.ts'

export interface Vector {
  name: string
  method: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  headers: Record<string, string>
  body: string
  status: number
  /** Whether the answer says that it was a repeat. */
  duplicate?: boolean
}

export const VECTORS_FILE = fileURLToPath(
  new URL('../../examples/receivers/vectors.json', import.meta.url),
)
const SECRET = GENERATED_SECRET
const TIMESTAMP_SECONDS = 1_750_000_000

export function makeVectors(): { secret: string; vectors: Vector[] } {
  const plain = lead('Ann')
  const { 'x-chatzuri-signature': hex = '' } = guideHeaders(plain, SECRET)
  const signedAs = (signature: string) => ({ 'x-chatzuri-signature': signature })
  const accepted: [string, string][] = [
    ['a lead', plain],
    ['the other spelling of its type', lead('Ann', 'leads.submit')],
    ['emoji and letters of many scripts', lead('Zoë 😀 عربي 漢字 👩‍👩‍👧')],
    ['U+2028 and U+2029', lead('a\u2028b\u2029c')],
    ['quotes, backslashes, slashes and markup', lead(`"'\\ / </script> & <b>`)],
    ['control characters', lead('tab\tline\nbell\u0007')],
    ['empty fields', lead('')],
    ['a field of 60,000 characters', lead('é'.repeat(30_000))],
    [
      'numbers and nesting',
      '{"eventType":"order.paid","chatbotId":"bot_1","payload":{"z":1e21,"a":[0.1,-5,null,{"b":true}]}}',
    ],
  ]
  const refused: [string, string, Record<string, string>][] = [
    ['a changed body', plain.replace('Ann', 'Ana'), signedAs(hex)],
    ['another secret', plain, guideHeaders(plain, 'whsec_another-secret-than-this')],
    ['upper case', plain, signedAs(hex.toUpperCase())],
    ['a signature cut short', plain, signedAs(hex.slice(0, 39))],
    ['a signature with more behind it', plain, signedAs(`${hex}0`)],
    ['a prefix', plain, signedAs(`sha1=${hex}`)],
    [
      'the payload signed alone',
      plain,
      guideHeaders(JSON.stringify(JSON.parse(plain).payload), SECRET),
    ],
    ['the secret without its prefix', plain, guideHeaders(plain, SECRET.slice('whsec_'.length))],
    ['an empty signature', plain, signedAs('')],
    ['letters that are not ASCII', plain, signedAs('é'.repeat(40))],
    ['no signature', plain, {}],
  ]
  return {
    secret: SECRET,
    vectors: [
      ...refused.map(([name, body, headers]) => vector(`refuses ${name}`, body, headers, 400)),
      ...accepted.map(([name, body], index) =>
        vector(`accepts ${name}`, body, signed(body, `evt_${index}`), 200),
      ),
      { ...vector('drops a repeat', plain, signed(plain, 'evt_0'), 200), duplicate: true },
      vector(
        'refuses a forged repeat',
        plain,
        { 'webhook-id': 'evt_0', ...signedAs('0'.repeat(40)) },
        400,
      ),
      ...(['GET', 'PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
        ...vector(`refuses ${method}`, '', {}, 405),
        method,
      })),
    ],
  }
}

function vector(
  name: string,
  body: string,
  headers: Record<string, string>,
  status: number,
): Vector {
  const all = { 'content-type': 'application/json', ...headers }
  return { name, method: 'POST', headers: all, body, status }
}

function signed(body: string, id: string): Record<string, string> {
  const options = { secrets: [SECRET], id, timestampSeconds: TIMESTAMP_SECONDS }
  return { ...guideHeaders(body, SECRET), ...modernHeaders(body, options) }
}

function lead(customerName: string, eventType = 'lead.submit'): string {
  return JSON.stringify({
    eventType,
    chatbotId: 'bot_1',
    payload: {
      conversationId: 'c1',
      customerEmail: '',
      customerName,
      customerPhone: '+254700000000',
    },
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(VECTORS_FILE, `${JSON.stringify(makeVectors(), null, 2)}\n`)
}
