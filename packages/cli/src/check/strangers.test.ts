/** Receivers of all sorts, each with what must be said of it, and what must not. */
import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  hmac,
  REFUSAL,
  type Receiver,
  type Request,
  receiver,
  SECRET,
  serve,
} from '../../test/receivers.ts'
import { checkEndpoint } from './check.ts'
import type { SessionOptions } from './session.ts'

const sha1 = (content: string | Buffer) => createHash('sha1').update(content).digest('hex')
const GUIDE = 'x-chatzuri-signature'
const isRight = ({ headers, body }: Request) => headers[GUIDE] === hmac(body)
const RECEIVED = { status: 200, body: '{"received":true}' }
const OTHER_SECRET = /another webhook's secret/
/** The right signature, and this answer behind it. */
const then = (status: number, body = '') => receiver({ reply: () => ({ status, body }) })
const hashes = (expected: (body: Buffer) => string) => receiver({ expected })
const refusing = (when: (body: string) => boolean, status: number) =>
  receiver({ reply: ({ body }) => (when(body.toString()) ? { status, body: '' } : RECEIVED) })
/** Right, but for what is taken without looking at the signature. */
const trusting = (when: (request: Request) => boolean): Receiver => {
  const right = receiver()
  return (request) => (request.method === 'POST' && when(request) ? RECEIVED : right(request))
}
const numbered = (body: Buffer) =>
  JSON.stringify(
    JSON.parse(body.toString(), (_, value) => (/^\+?\d+$/.test(value) ? Number(value) : value)),
  )

/** `id` null: no fault. */
const RECEIVERS: [
  name: string,
  make: () => Receiver,
  id: string | null,
  says: RegExp,
  not: RegExp,
][] = [
  [
    'upper-case hex',
    () => hashes((b) => hmac(b).toUpperCase()),
    'signature',
    /upper-case hex/,
    OTHER_SECRET,
  ],
  [
    'SHA-1 of the HMAC',
    () => hashes((b) => sha1(hmac(b))),
    'signature',
    /SHA-1 of the HMAC/,
    OTHER_SECRET,
  ],
  [
    'HMAC of the SHA-1',
    () => hashes((b) => hmac(sha1(b))),
    'signature',
    /HMAC of the SHA-1/,
    OTHER_SECRET,
  ],
  [
    'HMAC of the HMAC',
    () => hashes((b) => hmac(hmac(b))),
    'signature',
    /HMAC of the HMAC/,
    OTHER_SECRET,
  ],
  [
    'a key hashed by SHA-256',
    () => hashes((b) => hmac(b, 'sha1', createHash('sha256').update(SECRET).digest('hex'))),
    'signature',
    /hashes the secret by sha256/,
    OTHER_SECRET,
  ],
  [
    'a key in hex',
    () => hashes((b) => hmac(b, 'sha1', Buffer.from(SECRET).toString('hex'))),
    'signature',
    /secret in hex/,
    OTHER_SECRET,
  ],
  [
    'a key without its last letter',
    () => hashes((b) => hmac(b, 'sha1', SECRET.slice(0, -1))),
    'signature',
    /last letter/,
    OTHER_SECRET,
  ],
  [
    'a phone made a number',
    () => hashes((b) => hmac(numbered(b))),
    'signature',
    /numbers of texts such as the phone/,
    OTHER_SECRET,
  ],
  [
    'URL and body',
    () => (request) =>
      receiver({ expected: (b) => hmac(`http://${request.headers.host}/hook${b}`) })(request),
    'signature',
    /the URL and the body/,
    OTHER_SECRET,
  ],
  [
    'the base64 of the hex',
    () => hashes((b) => Buffer.from(hmac(b)).toString('base64')),
    'signature',
    /in base64 once more/,
    OTHER_SECRET,
  ],
  [
    'secret, colon, body',
    () => hashes((b) => sha1(`${SECRET}:${b}`)),
    'signature',
    /secret, ":" and body/,
    OTHER_SECRET,
  ],
  [
    'JSON of a Buffer',
    () => hashes((b) => hmac(JSON.stringify(b))),
    'signature',
    /JSON.stringify of a Buffer/,
    OTHER_SECRET,
  ],
  [
    'a way that nobody knows',
    () => hashes((b) => hmac(`salt ${b} pepper`)),
    'signature',
    /cause is unknown.*may be/,
    /most likely|accepts the signature/,
  ],
  [
    'a login before it',
    () => () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="staging"' } }),
    'signature',
    /something before your handler.*Basic realm/,
    OTHER_SECRET,
  ],
  [
    'a firewall before it',
    () => () => ({ status: 403, body: '<h1>Forbidden</h1>' }),
    'signature',
    /It may be that something before your handler/,
    OTHER_SECRET,
  ],
  [
    'a proxy without its app',
    () => () => ({ status: 502 }),
    'signature',
    /fails before it decides/,
    OTHER_SECRET,
  ],
  [
    'test data refused by 422',
    () => then(422, '{"error":"unknown chatbot"}'),
    'signature',
    /accepts the signature, and refuses the content.*422.*unknown chatbot/,
    OTHER_SECRET,
  ],
  [
    'the same 400 with another body',
    () => then(400, '{"error":"unknown chatbot"}'),
    'signature',
    /may be that it accepts the signature.*unknown chatbot/,
    OTHER_SECRET,
  ],
  [
    'a duplicate customer, 409',
    () => then(409),
    'signature',
    /accepts the signature.*409/,
    OTHER_SECRET,
  ],
  [
    'a broken database',
    () => then(500),
    'signature',
    /accepts the signature.*500/,
    /before it decides|another webhook/,
  ],
  [
    'an unavailable queue',
    () => then(503),
    'signature',
    /accepts the signature.*503/,
    /before it decides|another webhook/,
  ],
  ['a guard behind it', () => then(403), 'signature', /accepts the signature.*403/, OTHER_SECRET],
  [
    'a limit for who signs right',
    () => then(429),
    'rate-limit',
    /wrong signature now gets 400: it may accept/,
    OTHER_SECRET,
  ],
  [
    'a limit for all',
    () => () => ({ status: 429, headers: { 'retry-after': '3600' } }),
    'rate-limit',
    /3600 s.*not checked/,
    /verifies nothing|secret/,
  ],
  [
    'names that it refuses by 422',
    () => refusing((b) => /[^ -~]/.test(b), 422),
    'text',
    /accepts the signature, and refuses names/,
    /hash|raw bytes/,
  ],
  [
    'wrong signatures locked out',
    () => lockingOut(6),
    'steady',
    /took a right .* now answered 403/,
    OTHER_SECRET,
  ],
  [
    'only leads verified',
    () => trusting(({ body }) => !body.includes('"lead.submit"')),
    'other-type',
    /no lead.submit/,
    OTHER_SECRET,
  ],
  ['a known id trusted', trustingIds, 'known-id', /webhook-id that it took before/, OTHER_SECRET],
  [
    '30 of 40 digits compared',
    () => receiver({ equal: (a, b) => a.length === 40 && a.slice(0, 30) === b.slice(0, 30) }),
    'spoiled-signature',
    /one digit is wrong/,
    OTHER_SECRET,
  ],
  [
    'the last 30 digits compared',
    () => receiver({ equal: (a, b) => a.length === 40 && a.slice(10) === b.slice(10) }),
    'spoiled-signature',
    /one digit is wrong/,
    OTHER_SECRET,
  ],
  [
    'the middle left out',
    () =>
      receiver({
        equal: (a, b) =>
          a.length === 40 && a.slice(0, 15) + a.slice(25) === b.slice(0, 15) + b.slice(25),
      }),
    'spoiled-signature',
    /one digit is wrong/,
    OTHER_SECRET,
  ],
  [
    'only its own chatbot verified',
    () => trusting(({ body }) => !body.includes('bot_01h455vb4pex5vsknk084sn02q')),
    'other-chatbot',
    /of another chatbot/,
    OTHER_SECRET,
  ],
  [
    'only JSON verified',
    () => trusting(({ headers }) => headers['content-type'] !== 'application/json'),
    'other-content-type',
    /not sent as application\/json/,
    OTHER_SECRET,
  ],
  [
    'the first 1000 bytes hashed',
    () => hashes((b) => hmac(b.subarray(0, 1000))),
    'body-limit',
    /longest body/,
    OTHER_SECRET,
  ],
  [
    '200 that says "invalid"',
    () => (request) => ({ status: 200, body: isRight(request) ? '{"ok":true}' : '{"ok":false}' }),
    'wrong-signature',
    /may verify, but the status/,
    /verifies nothing/,
  ],
  [
    'the comparison turned round',
    () => (request) => (isRight(request) ? REFUSAL : RECEIVED),
    'wrong-signature',
    /wrong way round/,
    OTHER_SECRET,
  ],
  [
    'the first request failing',
    () => afterFirst(503),
    'signature',
    /not steady/,
    /another webhook|accepts the signature/,
  ],
  ['a short limit, waited for', () => limitedOnce(), null, /^$/, /rate-limit: fault/],
]

test.concurrent.each(RECEIVERS)('%s', async (_, make, id, says, not) => {
  const report = await check(make())
  const faults = report.findings.filter(({ verdict }) => verdict === 'fault')
  const all = faults.map(({ message, mend }) => `${message} ${mend}`).join('\n')
  if (id === null) expect(faults).toEqual([])
  else {
    expect(faults.map((each) => each.id)).toContain(id)
    expect(faults.find((each) => each.id === id)?.message).toMatch(says)
  }
  expect(report.ok).toBe(id === null)
  if (!/cause is unknown/.test(all)) expect(all).not.toMatch(not)
  else expect(all).not.toMatch(/most likely/)
})

test('an unknown cause comes with body and expected signature, and never with the secret', async () => {
  const report = await check(hashes((body) => hmac(`salt ${body} pepper`)))
  const compare = report.findings.find(({ id }) => id === 'signature')?.compare
  expect(compare?.expected[GUIDE]).toBe(hmac(compare?.body ?? ''))
  const id = `${compare?.webhookId}.${compare?.webhookTimestamp}.${compare?.body}`
  const key = Buffer.from(SECRET.slice(6), 'base64')
  const v1 = createHmac('sha256', key).update(id).digest('base64')
  expect(compare?.expected['webhook-signature']).toBe(`v1,${v1}`)
  expect(JSON.stringify(report)).not.toContain(SECRET.slice(6))
})

test('a check that is stopped says what is known, and that it is no verdict', async () => {
  const stop = new AbortController()
  const right = receiver()
  let requests = 0
  const slow: Receiver = (request) => {
    requests += 1
    if (requests < 6) return right(request)
    stop.abort()
    return new Promise(() => {})
  }
  const startedAt = performance.now()
  const report = await check(slow, { signal: stop.signal })
  expect(performance.now() - startedAt).toBeLessThan(1_500)
  expect(report.ok).toBe(false)
  expect(report.findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['reach', 'wrong-signature']),
  )
  expect(report.findings.at(-1)).toMatchObject({
    id: 'stopped',
    message: expect.stringContaining('so far: it takes a right signature'),
  })
})

function lockingOut(wrongMax: number): Receiver {
  let wrong = 0
  const right = receiver()
  return (request) => {
    if (wrong > wrongMax) return { status: 403 }
    if (request.method === 'POST' && !isRight(request)) wrong += 1
    return right(request)
  }
}

function trustingIds(): Receiver {
  const seen = new Set<unknown>()
  const right = receiver()
  return (request) => {
    const id = request.headers['webhook-id']
    if (seen.has(id)) return RECEIVED
    if (isRight(request)) seen.add(id)
    return right(request)
  }
}

function afterFirst(status: number): Receiver {
  let isFirst = true
  const right = receiver()
  return (request) => {
    const wasFirst = isFirst
    isFirst = false
    return wasFirst ? { status } : right(request)
  }
}

function limitedOnce(): Receiver {
  let requests = 0
  const right = receiver()
  return (request) => {
    requests += 1
    return requests === 12 ? { status: 429, headers: { 'retry-after': '1' } } : right(request)
  }
}

async function check(handle: Receiver, options: Partial<SessionOptions> = {}) {
  const { url, server } = await serve(handle)
  try {
    return await checkEndpoint({
      url,
      secret: SECRET,
      timeoutMs: 5_000,
      waitMaxMs: 1_500,
      ...options,
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
