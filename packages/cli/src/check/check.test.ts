import { createHash, createHmac } from 'node:crypto'
import type { Server } from 'node:http'
import { createHandler, type HandlerOptions } from '@chatzuri/webhooks'
import { afterEach, describe, expect, test } from 'vitest'
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
import type { Finding } from './finding.ts'
import type { SessionOptions } from './session.ts'
import { goJson, phpJson, pythonCompactJson, pythonJson } from './spellings.ts'

let server: Server | null = null
afterEach(() => {
  server?.close()
  server = null
})

describe('a right receiver', () => {
  test('that hashes the raw bytes has no fault and no advice', async () => {
    const { report, said } = await check(receiver())
    expect(said('fault')).toEqual([])
    expect(said('advice')).toEqual([])
    expect(report).toMatchObject({ ok: true, checks: 'guide' })
    expect(report.findings.find(({ id }) => id === 'raw-body')?.message).toContain('raw bytes')
  })

  test("that hashes JSON.stringify of the parsed body, as the guide's, is right too", async () => {
    const expected = (body: Buffer) => hmac(JSON.stringify(JSON.parse(body.toString())))
    const { report } = await check(receiver({ expected }))
    expect(report.ok).toBe(true)
    expect(report.findings.find(({ id }) => id === 'raw-body')?.message).toContain(
      'serialised again',
    )
  })

  test.each([
    [undefined, 'modern', 'It refuses a request of last month'],
    ['modern', 'modern', 'It refuses a request of last month'],
    ['guide', 'guide', 'Note that this header signs no time'],
  ] as const)('of our own package that requires %s has no fault', async (require, checks, says) => {
    const { report, said } = await check(ofPackage({ require }))
    expect(said('fault')).toEqual([])
    expect(said('advice')).toEqual([])
    expect(report.checks).toBe(checks)
    expect(report.findings.find(({ id }) => id === 'downgrade')?.message).toContain(says)
  })

  test('takes what is signed during a rotation, with either secret or with both', async () => {
    const previousSecret = 'whsec_cHJldmlvdXMtc2VjcmV0LTI0LWJ5dGVz'
    for (const secret of [SECRET, `${SECRET} ${previousSecret}`]) {
      const { report } = await check(ofPackage({ secret }), { previousSecret })
      expect(report.findings.find(({ id }) => id === 'rotation')).toMatchObject({ verdict: 'ok' })
    }
    // The guide's header is the previous secret's meanwhile: the new one alone refuses all of it.
    const { said } = await check(receiver(), { previousSecret })
    expect(said('fault')).toEqual(['rotation'])
  })

  test('that decodes hex is told of what that forgives, as advice', async () => {
    const given = (header?: string) => Buffer.from(header ?? '', 'hex').toString('hex')
    const { report, said } = await check(receiver({ given }))
    expect(report.ok).toBe(true)
    expect(said('advice')).toEqual(['lengthened-signature', 'upper-case-signature'])
  })
})

describe('a wrong receiver', () => {
  const parsed = (write: (value: unknown) => string) => (body: Buffer) =>
    hmac(write(JSON.parse(body.toString())))
  const WRONG: [name: string, handle: Receiver, id: string, says: string | RegExp][] = [
    [
      "with Python's json.dumps",
      receiver({ expected: parsed(pythonJson) }),
      'signature',
      "Python's json.dumps",
    ],
    [
      "with PHP's json_encode",
      receiver({ expected: parsed(phpJson) }),
      'text',
      "PHP's json_encode",
    ],
    ["with Go's maps", receiver({ expected: parsed(goJson) }), 'signature', 'json.Marshal'],
    [
      'that hashes the payload only',
      receiver({
        expected: parsed((value) => JSON.stringify((value as { payload: unknown }).payload)),
      }),
      'signature',
      'the payload only',
    ],
    [
      'with SHA-256',
      receiver({ expected: (body) => hmac(body, 'sha256') }),
      'signature',
      'SHA-256 instead',
    ],
    [
      'with SHA-256 and json.dumps',
      receiver({ expected: (body) => hmac(pythonJson(JSON.parse(body.toString())), 'sha256') }),
      'signature',
      /SHA-256, and .*json.dumps/,
    ],
    [
      'with base64',
      receiver({ expected: (body) => Buffer.from(hmac(body), 'hex').toString('base64') }),
      'signature',
      'base64 instead of hex',
    ],
    [
      'with body plus secret',
      receiver({
        expected: (body) => createHash('sha1').update(body).update(SECRET).digest('hex'),
      }),
      'signature',
      'body plus secret',
    ],
    [
      'without a secret',
      receiver({ expected: (body) => createHash('sha1').update(body).digest('hex') }),
      'signature',
      'without any secret',
    ],
    [
      'whose secret is not set',
      receiver({ expected: (body) => hmac(body, 'sha1', 'undefined') }),
      'signature',
      'it is not set',
    ],
    [
      'with a newline after the secret',
      receiver({ expected: (body) => hmac(body, 'sha1', `${SECRET}\n`) }),
      'signature',
      'a newline at the end of the secret',
    ],
    [
      'that decodes the secret',
      receiver({ expected: (body) => hmac(body, 'sha1', 'ABCDEFGHIJKLMNOPQRSTUVWX') }),
      'signature',
      'decodes the secret from base64',
    ],
    [
      'that expects sha1=',
      receiver({ expected: (body) => `sha1=${hmac(body)}` }),
      'signature',
      'the prefix "sha1="',
    ],
    [
      'that has lost its body',
      receiver({ expected: () => hmac('') }),
      'signature',
      'an empty body',
    ],
    [
      "with another webhook's secret",
      receiver({ expected: (body) => hmac(body, 'sha1', 'another secret') }),
      'signature',
      "another webhook's secret",
    ],
    [
      'that always fails',
      receiver({
        expected: () => {
          throw new Error('broken')
        },
      }),
      'signature',
      'fails before it decides',
    ],
    [
      'that escapes what is not ASCII',
      receiver({ expected: parsed(pythonCompactJson) }),
      'text',
      'non-ASCII letters as \\u escapes',
    ],
    [
      'that reads Latin-1',
      receiver({ expected: (body) => hmac(body.toString('latin1')) }),
      'text',
      'Latin-1',
    ],
    [
      'that verifies nothing',
      receiver({ equal: () => true }),
      'wrong-signature',
      'verifies nothing',
    ],
    [
      'that lets pass what is not signed',
      receiver({ equal: (given, expected) => given === '' || given === expected }),
      'missing-signature',
      'no signature at all',
    ],
    [
      'that compares the beginning',
      receiver({ equal: (given, expected) => given !== '' && expected.startsWith(given) }),
      'truncated-signature',
      'truncated',
    ],
    ['that refuses a repeat', refusingRepeats(), 'repeat', 'answered 409 to a repeat'],
    [
      'that refuses unknown types',
      receiver({
        reply: ({ body }) =>
          body.includes('chatzuri.check') ? { status: 422 } : { status: 200, body: '{}' },
      }),
      'unknown-type',
      'answered 422',
    ],
    [
      'with a small body limit',
      receiver({
        reply: ({ body }) => (body.length > 64_000 ? { status: 413 } : { status: 200, body: '{}' }),
      }),
      'body-limit',
      'answered 413',
    ],
    [
      'that insists on a phone',
      receiver({
        reply: ({ body }) =>
          body.includes('"customerPhone":""') ? { status: 422 } : { status: 200, body: '{}' },
      }),
      'empty-fields',
      'only the email',
    ],
    [
      'that says it failed',
      receiver({ reply: () => ({ status: 200, body: '{"success":false}' }) }),
      'answer',
      'says that it failed',
    ],
    [
      'that redirects',
      () => ({ status: 301, headers: { location: 'https://shop.example/hook/' } }),
      'reach',
      'redirects (301) to https://shop.example/hook/',
    ],
    ['that is elsewhere', () => ({ status: 404 }), 'reach', 'nothing that takes POST at /hook'],
  ]
  test.each(WRONG)('%s is named', async (_, handle, id, says) => {
    const { report } = await check(handle)
    expect(report.ok).toBe(false)
    const faults = report.findings.filter(({ verdict }) => verdict === 'fault')
    expect(faults.map((each) => each.id)).toContain(id)
    const found = faults.find((each) => each.id === id)
    expect(found?.message).toMatch(says)
    expect(found?.mend).toBeTruthy()
  })

  const MODERN_SLIPS: [name: string, sign: (content: Content) => string, says: string][] = [
    ['takes the secret for the key', ({ text }) => v1(text, SECRET), 'as text'],
    ['does not decode', ({ text }) => v1(text, SECRET.slice(6)), 'undecoded'],
    ['has no secret', ({ text }) => v1(text, 'undefined'), 'it is not set'],
    ['signs the body alone', ({ body }) => v1(body), 'leaves id and timestamp out'],
    ['forgets the version', ({ text }) => v1(text).slice(3), 'all of webhook-signature'],
    ['re-serialises', ({ before, body }) => v1(before + phpJson(JSON.parse(body))), 'PHP'],
    [
      'writes hex',
      ({ text }) => `v1,${Buffer.from(v1(text).slice(3), 'base64').toString('hex')}`,
      'in hex',
    ],
  ]
  test.each(MODERN_SLIPS)('of webhook-signature that %s is named', async (_, sign, says) => {
    const { report } = await check(({ headers, body }) => {
      const before = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
      const content = { before, body: body.toString(), text: before + body.toString() }
      const isRight = headers['webhook-signature'] === sign(content)
      return isRight ? { status: 200, body: '{"received":true}' } : REFUSAL
    })
    // Of a body that JavaScript and PHP write alike the signature is right: then names tell.
    const named = report.findings.find(({ id }) => id === 'signature' || id === 'text')
    expect(named).toMatchObject({ verdict: 'fault', message: expect.stringContaining(says) })
  })

  const guideIsRight = ({ headers, body }: Request) =>
    hmac(body) === headers['x-chatzuri-signature']
  const hasModern = ({ headers }: Request) => Boolean(headers['webhook-signature'])
  const DOWNGRADED: [name: string, takesGuide: (request: Request) => boolean, how: string][] = [
    ['either header', () => true, 'without the three'],
    ['the older one where the newer is missing', (request) => !hasModern(request), 'without the'],
    [
      'the older one where none of the three is there',
      ({ headers }) => !Object.keys(headers).some((name) => name.startsWith('webhook-')),
      'without the three webhook- headers',
    ],
    [
      'the older one where the newer is empty',
      ({ headers }) => headers['webhook-signature'] === '',
      'with an empty webhook-signature',
    ],
    [
      'the older one where the newer has no v1',
      ({ headers }) => /^v2/.test(String(headers['webhook-signature'])),
      'of a version v2',
    ],
    ['the older one where the newer is wrong', hasModern, 'webhook-signature'],
    [
      'the older one where there is no id',
      ({ headers }) => headers['webhook-id'] === undefined,
      'without the three',
    ],
    [
      'the older one where the timestamp is no number',
      ({ headers }) => Number.isNaN(Number(headers['webhook-timestamp'] ?? 0)),
      'a webhook-timestamp that is no time',
    ],
  ]
  test.each(DOWNGRADED)('that takes %s is named', async (_, takesGuide, how) => {
    const handle = ofPackage({})
    const { report } = await check(async (request) => {
      const reply = await handle(request)
      const isDowngraded = reply.status === 400 && takesGuide(request) && guideIsRight(request)
      return isDowngraded ? { status: 200, body: '{"received":true}' } : reply
    })
    const faults = report.findings.filter(({ verdict }) => verdict === 'fault')
    expect(faults).toMatchObject([{ id: 'downgrade', message: expect.stringContaining(how) }])
  })

  test('that throws on a length is advised to look at it first', async () => {
    const equal = (given: string, expected: string) => {
      if (given.length !== expected.length) throw new RangeError('must have the same byte length')
      return given === expected
    }
    const { said } = await check(receiver({ equal }))
    expect(said('advice')).toContain('truncated-signature')
  })

  test('that never answers is given up', async () => {
    const { report } = await check(() => new Promise(() => {}), { timeoutMs: 200 })
    expect(report.findings.at(-1)?.message).toContain('no answer within 0.2 s')
    server?.closeAllConnections()
  })

  test('that is not there is said to be so', async () => {
    const { url, server: closed } = await serve(() => REFUSAL)
    await new Promise((resolve) => closed.close(resolve))
    const report = await checkEndpoint({ url, secret: SECRET, timeoutMs: 2_000 })
    expect(report.findings.at(-1)).toMatchObject({ id: 'reach', verdict: 'fault' })
  })
})

function refusingRepeats(): Receiver {
  const seen = new Set<unknown>()
  return receiver({
    reply: ({ headers }) => {
      const id = headers['webhook-id']
      if (seen.has(id)) return { status: 409 }
      seen.add(id)
      return { status: 200, body: '{}' }
    },
  })
}

interface Content {
  before: string
  body: string
  text: string
}

function v1(content: string, key: string | Buffer = Buffer.from(SECRET.slice(6), 'base64')) {
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}

function ofPackage(options: Partial<HandlerOptions>): Receiver {
  const handle = createHandler({ secret: SECRET, on: { '*': () => {} }, onError() {}, ...options })
  return ({ method, headers, body }) => handle({ method, headers, body })
}

async function check(
  handle: Receiver,
  { timeoutMs = 5_000, ...options }: Partial<SessionOptions> = {},
) {
  const served = await serve(handle)
  server = served.server
  const report = await checkEndpoint({
    url: served.url,
    secret: SECRET,
    timeoutMs,
    ...options,
  })
  const said = (verdict: Finding['verdict']) =>
    report.findings.filter((each) => each.verdict === verdict).map(({ id }) => id)
  return { report, said }
}
