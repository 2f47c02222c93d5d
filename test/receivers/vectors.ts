/**
 * Makes `examples/receivers/vectors.json` with the signer that the server signs with: requests in
 * their order, right ones and wrong ones, and what a receiver answers. After a change here:
 *
 *     node test/receivers/vectors.ts
 *
 * A receiver looks at the clock, and the file's is that of one moment: `node test/receivers/vectors.ts
 * now` prints the same, signed now.
 */
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VECTORS } from '../../packages/receiver/test/formats.ts'
import {
  eventHeaders,
  GENERATED_SECRET,
  guideHeaders,
  modernHeaders,
  SECRET as VECTORS_SECRET,
} from '../../packages/receiver/test/sign-request.ts'
import { ATTACKS, type Attack } from './attacks.ts'

export interface Vector {
  name: string
  method: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  headers: Record<string, string>
  body: string
  status: number
  /** Whether the answer says that it was a repeat. */
  duplicate?: boolean
}

interface Vectors {
  /** The receiver has both, as during a rotation: the new one, a space, the old one. */
  secret: string
  previousSecret: string
  /** When they were signed, in Unix seconds: a receiver refuses them five minutes later. */
  signedAtSeconds: number
  vectors: Vector[]
  /** Of the older header, which is another in the format `event`: whose secret, and what it says. */
  olderHeader: { secret: string; vectors: { format: string; body: string; signature: string }[] }
  attacks: Attack[]
}

export const VECTORS_FILE = fileURLToPath(
  new URL('../../examples/receivers/vectors.json', import.meta.url),
)
export const SECRET = GENERATED_SECRET
/** An owner's own, which is the key as it is. */
export const PREVIOUS_SECRET = 'an-own-secret,with(comma)-and=2'
const STRANGERS_SECRET = 'whsec_YW5vdGhlci1zZWNyZXQtdGhhbi10aGlz'
const FIXED_SECONDS = 1_750_000_000
const HOUR_SECONDS = 3_600

export function makeVectors(nowSeconds = FIXED_SECONDS): Vectors {
  return {
    secret: SECRET,
    previousSecret: PREVIOUS_SECRET,
    signedAtSeconds: nowSeconds,
    vectors: [
      ...refused(nowSeconds),
      ...accepted(nowSeconds),
      ...(['GET', 'PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
        ...vector(`refuses ${method}`, '', {}, 405),
        method,
      })),
    ],
    olderHeader: {
      secret: VECTORS_SECRET,
      vectors: VECTORS.map(([format, body, signature]) => ({ format, body, signature })),
    },
    attacks: ATTACKS,
  }
}

const PLAIN = lead('Ann')

/** The older header is right in each but three: it must not let in what the newer one doesn't. */
function refused(nowSeconds: number): Vector[] {
  const sign = (body: string, options: SignOptions = {}) => signed(body, { nowSeconds, ...options })
  const right = sign(PLAIN)
  const { 'webhook-signature': value = '' } = right
  const [, base64 = ''] = value.split(',')
  const signedAs = (signature: string) => ({ ...right, 'webhook-signature': signature })
  const digestOf = (key: string | Buffer, content = `evt_refused.${nowSeconds}.${PLAIN}`) =>
    signedAs(`v1,${createHmac('sha256', key).update(content).digest('base64')}`)
  const stamped = (timestamp: string) => ({
    ...digestOf(Buffer.from(SECRET.slice(6), 'base64'), `evt_refused.${timestamp}.${PLAIN}`),
    'webhook-timestamp': timestamp,
  })
  const { 'webhook-id': _id, ...withoutId } = right
  const { 'webhook-timestamp': _at, ...withoutTimestamp } = right
  const { 'webhook-signature': _value, ...withoutSignature } = right
  const cases: [string, Record<string, string>, body?: string][] = [
    ['a changed body', right, PLAIN.replace('Ann', 'Ana')],
    ['another secret', sign(PLAIN, { secrets: [STRANGERS_SECRET] })],
    ['no signature', {}],
    ['the older signature alone', guideHeaders(PLAIN, SECRET)],
    ['the older signature of the older secret alone', guideHeaders(PLAIN, PREVIOUS_SECRET)],
    ['what has no webhook-signature', withoutSignature],
    ['what has no webhook-id', withoutId],
    ['what has no webhook-timestamp', withoutTimestamp],
    ['an empty signature', signedAs('')],
    ['an empty signature of v1', signedAs('v1,')],
    ['the older signature in the newer header', signedAs(right['x-chatzuri-signature'] ?? '')],
    ['another id', { ...right, 'webhook-id': 'evt_other' }],
    ['another timestamp', { ...right, 'webhook-timestamp': String(nowSeconds + 1) }],
    ['what was signed an hour ago', sign(PLAIN, { nowSeconds: nowSeconds - HOUR_SECONDS })],
    ['what was signed last month', sign(PLAIN, { nowSeconds: nowSeconds - 720 * HOUR_SECONDS })],
    ['what is signed for in an hour', sign(PLAIN, { nowSeconds: nowSeconds + HOUR_SECONDS })],
    ['a timestamp with a sign', stamped(`+${nowSeconds}`)],
    ['a timestamp with a point', stamped(`${nowSeconds}.0`)],
    ['a timestamp in hex', stamped(`0x${nowSeconds.toString(16)}`)],
    ['a timestamp of many digits', stamped('9'.repeat(400))],
    ['a timestamp in milliseconds', stamped(`${nowSeconds}000`)],
    ['an empty timestamp', stamped('')],
    ['a signature cut short', signedAs(value.slice(0, 20))],
    ['a signature without its padding', signedAs(value.replace('=', ''))],
    ['a signature with more behind it', signedAs(`${value}A`)],
    ['a signature in another case', signedAs(`v1,${base64.toUpperCase()}`)],
    ['a signature without its version', signedAs(base64)],
    ['a signature of another version', signedAs(`v2,${base64}`)],
    ['a signature of a version that begins so', signedAs(`v1a,${base64}`)],
    ['a signature in hex', signedAs(`v1,${Buffer.from(base64, 'base64').toString('hex')}`)],
    ['many wrong signatures', signedAs(`v1,${'A'.repeat(43)}= `.repeat(100).trim())],
    ['the secret as it is for a key', digestOf(SECRET)],
    ['the secret without its prefix for a key', digestOf(SECRET.slice(6))],
    ['an empty key', digestOf('')],
    ['the payload signed alone', digestOf(Buffer.from(SECRET.slice(6), 'base64'), PAYLOAD)],
    ['the body signed alone', digestOf(Buffer.from(SECRET.slice(6), 'base64'), PLAIN)],
    ['letters that are not ASCII', signedAs(`v1,${'é'.repeat(44)}`)],
    ['an empty body', right, ''],
  ]
  return cases.map(([name, headers, body = PLAIN]) => vector(`refuses ${name}`, body, headers, 400))
}

function accepted(nowSeconds: number): Vector[] {
  const bodies: [string, string, SignOptions?][] = [
    ['a lead', PLAIN],
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
    ...VECTORS.map(([format, body], at): [string, string] => [
      `the format ${format} (${at + 1})`,
      body,
    ]),
    ['what the older secret signed', PLAIN, { secrets: [PREVIOUS_SECRET] }],
    ['what both secrets signed', PLAIN, { secrets: [SECRET, PREVIOUS_SECRET] }],
    ['the right one of two signatures', PLAIN, { secrets: [SECRET, STRANGERS_SECRET] }],
    ['the right one of two, as the second', PLAIN, { secrets: [STRANGERS_SECRET, SECRET] }],
    ['what is signed four minutes ago', PLAIN, { nowSeconds: nowSeconds - 240 }],
    ['what is signed in four minutes', PLAIN, { nowSeconds: nowSeconds + 240 }],
  ]
  const vectors = bodies.map(([name, body, options], index) =>
    vector(
      `accepts ${name}`,
      body,
      signed(body, { id: `evt_${index}`, nowSeconds, ...options }),
      200,
    ),
  )
  const right = signed(PLAIN, { id: 'evt_late', nowSeconds })
  const { 'x-chatzuri-signature': _, ...newer } = right
  return [
    ...vectors,
    vector('accepts the newer signature alone', PLAIN, newer, 200),
    { ...vector('drops a repeat', PLAIN, right, 200), duplicate: true },
    {
      ...vector(
        'drops a repeat of another time',
        PLAIN,
        {
          ...signed(PLAIN, { id: 'evt_late', nowSeconds: nowSeconds - 60 }),
        },
        200,
      ),
      duplicate: true,
    },
    vector('refuses a forged repeat', PLAIN, { ...right, 'webhook-signature': 'v1,AAAA' }, 400),
    vector('refuses a repeat under another id', PLAIN, { ...right, 'webhook-id': 'evt_new' }, 400),
  ]
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

interface SignOptions {
  id?: string
  nowSeconds?: number
  /** Newest first: the older header is the last one's, as the server has it. */
  secrets?: string[]
}

export function signed(
  body: string,
  { id = 'evt_refused', nowSeconds = FIXED_SECONDS, secrets = [SECRET] }: SignOptions = {},
): Record<string, string> {
  const modern = modernHeaders(body, { secrets, id, timestampSeconds: nowSeconds })
  const ofEvent = body.startsWith('{"event":')
  return { ...(ofEvent ? eventHeaders : guideHeaders)(body, secrets.at(-1)), ...modern }
}

const PAYLOAD = JSON.stringify(JSON.parse(PLAIN).payload)

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
  const isNow = process.argv[2] === 'now'
  const made = makeVectors(isNow ? Math.floor(Date.now() / 1000) : undefined)
  const text = `${JSON.stringify(made, null, 2)}\n`
  if (isNow) process.stdout.write(text)
  else writeFileSync(VECTORS_FILE, text)
}
