/** An endpoint is asked in the format that its webhook has, and judged by it. */

import { createHandler, type Format, verify } from '@chatzuri/webhooks'
import { afterEach, expect, test } from 'vitest'
import { hmac, type Receiver, receiver, SECRET, serve } from '../../test/receivers.ts'
import { checkEndpoint } from './check.ts'
import { bodyOf, FORMATS, leadProbe, longestProbe, richestProbe, unknownProbe } from './events.ts'
import { signedHeaders, wrongSignatures } from './signatures.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function check(handle: Receiver, format: Format) {
  const { url, server } = await serve(handle)
  closers.push(() => server.close().closeAllConnections())
  return checkEndpoint({ url, secret: SECRET, format, timeoutMs: 5_000 })
}

/** By our package: whichever format comes. */
function packaged(require: 'modern' | 'guide'): Receiver {
  const handle = createHandler<Format>({
    secret: SECRET,
    on: { '*': () => {} },
    require,
    seen: new Set<string>(),
    onError: () => {},
  })
  return ({ method, headers, body }) => handle({ method, headers, body })
}

const onlySha256 = () => receiver({ expected: (body) => `sha256=${hmac(body, 'sha256')}` })

test.each(FORMATS)(
  'our own package has no fault in the format %s, by either header',
  async (format) => {
    for (const require of ['modern', 'guide'] as const) {
      const report = await check(packaged(require), format)
      expect(report.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
      expect(report).toMatchObject({ ok: true, checks: require, format })
    }
  },
)

test('who takes one hash only is right in its own formats, and is told so in the others', async () => {
  expect(await check(receiver(), 'agent')).toMatchObject({ ok: true, checks: 'guide' })
  expect(await check(onlySha256(), 'event')).toMatchObject({ ok: true, checks: 'guide' })
  const cases: [Receiver, Format, string][] = [
    [receiver(), 'event', 'as the formats guide and agent have it'],
    [onlySha256(), 'guide', 'as the format event has it'],
    [onlySha256(), 'agent', 'as the format event has it'],
    [receiver({ expected: (body) => hmac(body, 'sha256') }), 'event', 'without "sha256="'],
  ]
  for (const [handle, format, said] of cases) {
    const { ok, findings } = await check(handle, format)
    expect([ok, findings.find(({ id }) => id === 'signature')?.message]).toEqual([
      false,
      expect.stringContaining(said),
    ])
  }
})

test('who verifies rightly and knows another body only is told that it is the content', async () => {
  const report = await check(
    receiver({
      expected: (body) => `sha256=${hmac(body, 'sha256')}`,
      reply: ({ body }) =>
        'eventType' in JSON.parse(body.toString()) ? { status: 200 } : { status: 422 },
    }),
    'event',
  )
  expect(report).toMatchObject({ ok: false, checks: null })
  expect(report.findings.at(-2)?.message).toContain(
    'accepts the signature, and refuses the content',
  )
})

test('who verifies nothing, or half of it, is found in the later format as well', async () => {
  const nothing = await check(() => ({ status: 200 }), 'event')
  expect(nothing).toMatchObject({ ok: false, checks: 'nothing' })
  const half = await check(
    receiver({
      expected: (body) => `sha256=${hmac(body, 'sha256')}`,
      equal: (given, expected) => given.slice(0, 27) === expected.slice(0, 27),
    }),
    'event',
  )
  expect(half.findings.filter(({ verdict }) => verdict === 'fault').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['truncated-signature', 'spoiled-signature']),
  )
})

test('what is sent is what a webhook of the format sends, and within its bound', async () => {
  const unread = { timestampSeconds: Math.floor(Date.now() / 1000), id: 'evt_1' }
  for (const format of FORMATS) {
    for (const probe of [
      leadProbe(),
      richestProbe(),
      unknownProbe(),
      longestProbe(leadProbe(), format),
    ]) {
      const body = bodyOf(probe, format)
      expect(JSON.stringify(JSON.parse(body))).toBe(body)
      expect(Buffer.byteLength(body)).toBeLessThan(100 * 1024)
      const signed = { ...unread, body, format }
      for (const require of ['modern', 'guide'] as const) {
        await verify(body, signedHeaders(signed, SECRET), SECRET, { require })
      }
      const values = wrongSignatures(signed, SECRET).map(({ value }) => value)
      expect(new Set(values).size).toBe(values.length)
    }
  }
})
