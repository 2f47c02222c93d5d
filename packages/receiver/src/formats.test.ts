/** The three formats: their vectors, what is told of them, and that none stands in for another. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FULL_LEAD_BODY, LEAD_BODIES, VECTORS } from '../test/formats.ts'
import { eventHeaders, guideHeaders, SECRET, signedHeaders } from '../test/sign-request.ts'
import {
  type EventLeadEvent,
  type Format,
  isLeadEvent,
  leadOf,
  type WebhookEvent,
} from './event.ts'
import { createHandler } from './handler.ts'
import { rememberIds } from './seen.ts'
import { formatEventSignature, parseEventSignature } from './signature.ts'
import { SignatureError } from './signature-error.ts'
import { verify, verifyRequest } from './verify.ts'

const BY_GUIDE = { require: 'guide' } as const
const HEADER = 'x-chatzuri-signature'

async function refusal(body: string, headers: Record<string, string>) {
  const error: unknown = await verify(body, headers, SECRET, { require: 'either' }).catch(
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SignatureError)) throw new Error(`Not refused: ${error}`)
  return { code: error.code, message: error.message }
}

describe.each(VECTORS)('%s %s', (format, body, signature) => {
  test('is taken by its signature alone, as it came', async () => {
    const verified = await verifyRequest(body, { [HEADER]: signature }, SECRET, BY_GUIDE)
    expect(verified).toMatchObject({ format, signedBy: 'guide', id: null })
    expect(JSON.stringify(verified.event)).toBe(body)
    expect(signedHeaders(body)[HEADER]).toBe(signature)
  })

  test('is taken by the modern headers, parsed or not', async () => {
    const options = { allowReserialized: true } as const
    for (const given of [body, JSON.parse(body)]) {
      const { event, format: told } = await verifyRequest(
        given,
        signedHeaders(body),
        SECRET,
        options,
      )
      expect([told, JSON.stringify(event)]).toEqual([format, body])
    }
  })

  test('is refused with any change of it, and with another’s signature', async () => {
    const changed = body.replace('c1', 'c2').replace('Ann', 'Bob')
    expect((await refusal(changed, { [HEADER]: signature })).code).toBe('no_match')
    for (const [, other, ofOther] of VECTORS) {
      if (other === body) continue
      expect((await refusal(body, { [HEADER]: ofOther })).code).toBe('no_match')
    }
  })

  test('that was parsed and written again is named so, whoever sorted its keys', async () => {
    const sorted = JSON.stringify(sortKeys(JSON.parse(body)), null, 1)
    // A message's keys and the owner's own are in no order that is known beforehand.
    const isKnown = !body.includes('message.received') && !body.includes('"custom"')
    expect((await refusal(sorted, { [HEADER]: signature })).code).toBe(
      isKnown ? 'reserialized_body' : 'no_match',
    )
    const spaced = JSON.stringify(JSON.parse(body), null, 2)
    expect((await refusal(spaced, { [HEADER]: signature })).code).toBe('reserialized_body')
  })
})

test('context and consent, sorted, are put in our order again', async () => {
  const { payload, ...rest } = JSON.parse(FULL_LEAD_BODY)
  const consent = { given: true, text: 'Yes', at: '2026-04-26T08:30:14.118Z', page: 'https://a.b/' }
  const { custom: _, ...more } = payload
  const body = JSON.stringify({ ...rest, payload: { ...more, consent } })
  const sorted = JSON.stringify(sortKeys(JSON.parse(body)))
  expect((await refusal(sorted, guideHeaders(body))).code).toBe('reserialized_body')
})

test('data alone is named as the part of a body that it is', async () => {
  const data = JSON.stringify(JSON.parse(LEAD_BODIES.event).data)
  expect((await refusal(data, eventHeaders(LEAD_BODIES.event))).code).toBe('payload_only')
})

test('what says SHA-256 is held against SHA-256 only, and the other way round', async () => {
  for (const body of Object.values(LEAD_BODIES)) {
    const [sha1, sha256] = ['sha1', 'sha256'].map((hash) =>
      createHmac(hash, SECRET).update(body).digest('hex'),
    ) as [string, string]
    const wrong = [`sha256=${sha1}`, `sha256=${sha1}${'0'.repeat(24)}`, sha256]
    for (const value of [
      ...wrong,
      sha256.slice(0, 40),
      `sha1=${sha1}`,
      `${sha1}, sha256=${sha256}`,
    ]) {
      await expect(verify(body, { [HEADER]: value }, SECRET, BY_GUIDE)).rejects.toThrow(
        SignatureError,
      )
    }
    // The header's form is the signature's; a template of an owner's own may look like any of these.
    for (const value of [sha1, `sha256=${sha256}`]) {
      await expect(verify(body, { [HEADER]: value }, SECRET, BY_GUIDE)).resolves.toBeDefined()
    }
  }
})

const HEX = createHmac('sha256', SECRET).update(LEAD_BODIES.event).digest('hex')
test.each([
  ['in upper case', `sha256=${HEX.toUpperCase()}`, 'upper_case_signature'],
  ['with SHA256=', `SHA256=${HEX}`, 'upper_case_signature'],
  ['cut short', `sha256=${HEX.slice(0, 40)}`, 'truncated_signature'],
  ['one digit short', `sha256=${HEX.slice(1)}`, 'truncated_signature'],
  ['one digit long', `sha256=${HEX}0`, 'malformed_header'],
  ['without its prefix', HEX, 'other_hash'],
  ['in base64', `sha256=${Buffer.from(HEX, 'hex').toString('base64')}`, 'malformed_header'],
  ['of nothing', 'sha256=', 'malformed_header'],
  ['behind another prefix', `sha512=${HEX}`, 'prefixed_signature'],
  ['after a space', `sha256= ${HEX}`, 'malformed_header'],
  ['that came twice', `sha256=${HEX}, sha256=${HEX}`, 'malformed_header'],
  ['with a line after it', `sha256=${HEX}\n`, 'malformed_header'],
])('a signature of the format event %s is named', async (_, value, code) => {
  expect(await refusal(LEAD_BODIES.event, { [HEADER]: value })).toEqual({
    code,
    message: expect.stringContaining('40 lower-case hex digits, or "sha256=" and 64'),
  })
})

test('it is parsed in the one form that is made', () => {
  expect(parseEventSignature(formatEventSignature(HEX))).toBe(HEX)
  for (const wrong of [
    HEX,
    `sha1=${HEX}`,
    ` sha256=${HEX}`,
    `sha256=${HEX}\n`,
    `v1,sha256=${HEX}`,
  ]) {
    expect(parseEventSignature(wrong)).toBeNull()
  }
})

test.each([
  ['[]', 'is no object'],
  [`[${LEAD_BODIES.guide}]`, 'is no object'],
  ['{}', 'lacks eventType'],
  [
    '{"eventType":"a.b","event":"a.b","chatbotId":"b","payload":{}}',
    'has both eventType and event',
  ],
  ['{"event":"a.b","eventType":null,"timestamp":"","agent_id":"b","data":{}}', 'has both'],
  ['{"type":"a.b","agent":"b","body":{}}', 'lacks eventType'],
  ['{"eventType":"a.b","payload":{}}', 'lacks chatbotId'],
  ['{"eventType":"a.b","agentId":5,"payload":{}}', 'lacks agentId'],
  ['{"eventType":"a.b","agentId":"b","data":{}}', 'lacks payload'],
  ['{"event":"a.b","agent_id":"b","data":{}}', 'lacks timestamp'],
  ['{"event":"a.b","timestamp":"","agentId":"b","data":{}}', 'lacks agent_id'],
  ['{"event":"a.b","timestamp":"","agent_id":"b","payload":{}}', 'lacks data'],
  ['{"event":{},"timestamp":"","agent_id":"b","data":{}}', 'lacks event'],
  [LEAD_BODIES.event.replace('"email"', '"customerEmail"'), 'lacks data.email'],
  [LEAD_BODIES.agent.replace('"customerEmail"', '"email"'), 'lacks payload.customerEmail'],
  ['{"__proto__":{"eventType":"a.b","chatbotId":"b","payload":{}}}', 'lacks eventType'],
])('%s is signed right and no event: it %s', async (body, fault) => {
  const refused = await refusal(body, guideHeaders(body))
  expect(refused).toEqual({ code: 'not_an_event', message: expect.stringContaining(fault) })
})

test('keys that a later version adds are let through', async () => {
  for (const [format, body] of Object.entries(LEAD_BODIES)) {
    const later = `${body.slice(0, -1)},"more":{"a":[]},"channel":"website"}`
    const verified = await verifyRequest(later, signedHeaders(later), SECRET)
    expect([verified.format, JSON.stringify(verified.event)]).toEqual([format, later])
  }
})

test('a lead is read from any of them, with what was asked for beside it', async () => {
  const lead = JSON.parse(LEAD_BODIES.guide).payload
  for (const [format, body] of Object.entries(LEAD_BODIES)) {
    const event = await verify(body, signedHeaders(body), SECRET)
    expect(leadOf(event)).toEqual(format === 'event' ? { ...lead, conversationId: '' } : lead)
    expect(isLeadEvent(event)).toBe(format !== 'event')
  }
  expect(leadOf(await verify(FULL_LEAD_BODY, signedHeaders(FULL_LEAD_BODY), SECRET))).toMatchObject(
    {
      custom: { plan: 'pro', seats: 3, news: true },
      context: { page: 'https://shop.example/pricing', utm: { source: '' } },
      consent: null,
    },
  )
  const data = LEAD_BODIES.event.replace(',"channel"', ',"custom":{"plan":"pro"},"channel"')
  expect(leadOf(await verify(data, signedHeaders(data), SECRET))?.custom).toEqual({ plan: 'pro' })
  for (const [, body] of VECTORS.filter(([, text]) => text.includes('message.received'))) {
    expect(leadOf(await verify(body, signedHeaders(body), SECRET))).toBeNull()
  }
})

test('a function is found by eventType or event, told the format, and not called twice for one id', async () => {
  const calls: [format: Format, type: string, event: WebhookEvent][] = []
  const call = (type: string) => (event: WebhookEvent, context: { format: Format }) => {
    calls.push([context.format, type, event])
  }
  const handle = createHandler<Format>({
    secret: SECRET,
    on: { 'leads.submit': call('leads.submit'), 'message.received': call('message.received') },
    seen: rememberIds(),
  })
  for (const [format, body] of VECTORS) {
    const headers = { ...signedHeaders(body) }
    calls.length = 0
    const handle = createHandler<Format>({
      secret: SECRET,
      on: { 'leads.submit': call('leads.submit'), 'message.received': call('message.received') },
      seen: rememberIds(),
    })
    expect((await handle({ method: 'POST', headers, body })).body).toBe('{"received":true}')
    expect((await handle({ method: 'POST', headers, body })).body).toContain('"duplicate":true')
    const type = body.includes('message.received') ? 'message.received' : 'leads.submit'
    expect(calls).toEqual([[format, type, JSON.parse(body)]])
  }
  // One event to one receiver by two webhooks, in two formats: the same id, once.
  const bodies = [LEAD_BODIES.agent, LEAD_BODIES.event]
  const answers = bodies.map((body) =>
    handle({ method: 'POST', headers: signedHeaders(body), body }),
  )
  expect(
    (await Promise.all(answers)).filter(({ body }) => body.includes('duplicate')),
  ).toHaveLength(1)
})

test('an event of no known type goes to nobody, or to "*"', async () => {
  const body = '{"event":"constructor","timestamp":"","agent_id":"b","data":{}}'
  const headers = signedHeaders(body)
  const ignored = createHandler({ secret: SECRET, on: {} })
  expect((await ignored({ method: 'POST', headers, body })).body).toContain('"ignored":true')
  const events: WebhookEvent[] = []
  const any = createHandler<Format>({ secret: SECRET, on: { '*': (event) => events.push(event) } })
  await any({ method: 'POST', headers, body })
  expect(events).toEqual([JSON.parse(body)])
})

test('handlers know the type of the format that they name', () => {
  const secret = SECRET
  createHandler<'event'>({ secret, on: { 'lead.submit': ({ data }) => data.email.toLowerCase() } })
  createHandler<'agent'>({ secret, on: { 'lead.submit': (event) => event.payload.customerEmail } })
  createHandler({ secret, on: { 'lead.submit': ({ payload }) => payload.consent?.text } })
  createHandler<'event'>({ secret, on: { 'delivery.failed': ({ data }) => data.deliveryId } })
  createHandler<'event'>({
    secret,
    on: {
      // @ts-expect-error: this format has no payload
      'lead.submit': ({ payload }) => payload,
    },
  })
  const own = (event: EventLeadEvent) => event.data.context?.utm.source
  createHandler<Format>({ secret, on: { 'lead.submit': own, '*': (event) => leadOf(event) } })
})

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, sortKeys(inner)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
