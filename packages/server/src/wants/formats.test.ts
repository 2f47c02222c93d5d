/** The vectors of formats.md, and what they leave open. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { bodyText } from '../event.ts'
import { type LeadExtras, leadPayloadText } from '../lead.ts'
import {
  type FormatOfGuide,
  formatBody,
  largestBodyBytes,
  NO_CONTEXT,
  type Told,
} from './formats.ts'
import { INCLUDES, type Include, shapeId, shapeText } from './shape.ts'

const SECRET = 'whsec0000000000000000000000000001'
const payload = leadPayloadText({
  conversationId: 'c1',
  customerEmail: 'a@b.co',
  customerName: 'Ann',
  customerPhone: '+254700000000',
})
const acceptedAt = Date.UTC(2026, 3, 26, 8, 30, 14, 999)
const extras: LeadExtras = {
  custom: { plan: 'pro', seats: 3, news: true },
  context: { ...NO_CONTEXT, page: 'https://shop.example/pricing', language: 'en' },
  channel: 'website',
}
const LEAD: Told = {
  eventType: 'leads.submit',
  chatbotId: 'bot_1',
  payload,
  acceptedAt,
  lead: { extras: null, consent: null },
}

const VECTORS: [
  format: FormatOfGuide,
  told: Told,
  include: Include[],
  algorithm: string,
  hex: string,
][] = [
  ['agent', LEAD, [], 'sha1', '717370b4bc39cc867e329fab4a28cc2a1db2f684'],
  ['event', LEAD, [], 'sha256', 'e90be9b6f278e46e83a11eb7aa22deb05bcaf2ffa625def6b454027af7216e7e'],
  [
    'guide',
    { ...LEAD, eventType: 'lead.submit', lead: { extras, consent: null } },
    [...INCLUDES],
    'sha1',
    'aa4610d875838de6edc0985099bbd8fc5ff99bcc',
  ],
]

test.each(VECTORS)(
  'a lead as %s is signed as formats.md says',
  (format, told, include, algorithm, hex) => {
    const body = formatBody(format, told, include)
    expect(createHmac(algorithm, SECRET).update(body).digest('hex')).toBe(hex)
    expect(JSON.stringify(JSON.parse(body))).toBe(body)
  },
)

test('what is no lead is told as it was published, whatever is asked for beside it', () => {
  const event = { ...LEAD, eventType: 'a.b', payload: '{"x":{}}', lead: null }
  expect(formatBody('guide', event, [...INCLUDES])).toBe(bodyText(event))
  expect(formatBody('agent', event, [...INCLUDES])).toBe(
    '{"eventType":"a.b","agentId":"bot_1","payload":{"x":{}}}',
  )
  expect(formatBody('event', event, [...INCLUDES])).toBe(
    '{"event":"a.b","timestamp":"2026-04-26T08:30:14Z","agent_id":"bot_1","data":{"x":{}}}',
  )
})

test('the guide keeps the spelling, consent tells its instant, and a channel is the last of the data', () => {
  const consent = { given: true, text: 'Yes "we"', at: acceptedAt, page: 'https://a.example/' }
  const told = { ...LEAD, lead: { extras: { ...extras, channel: 'whatsapp' }, consent } }
  expect(formatBody('guide', told, [])).toBe(bodyText(told))
  const { data } = JSON.parse(formatBody('event', told, ['consent']))
  expect(data.consent.at).toBe('2026-04-26T08:30:14.999Z')
  expect(Object.keys(data)).toEqual(['name', 'email', 'phone', 'consent', 'channel'])
  expect(data.channel).toBe('whatsapp')
})

test('the largest body is no smaller than any', () => {
  for (const lead of [LEAD.lead, { extras, consent: null }]) {
    const told = { ...LEAD, lead }
    const sizes = (['guide', 'agent', 'event'] as const).flatMap((format) =>
      [[], [...INCLUDES]].map((include) => Buffer.byteLength(formatBody(format, told, include))),
    )
    expect(largestBodyBytes(told)).toBe(Math.max(...sizes))
  }
})

test('equal settings have one shape, and the guide alone has none', () => {
  const settings = { format: 'guide', template: null, templateType: 'json', include: [] } as const
  expect(shapeText({ ...settings, include: [] }, 'Shop')).toBe(null)
  const one = shapeText({ ...settings, include: ['consent', 'custom'] }, 'Shop')
  expect(shapeText({ ...settings, include: ['custom', 'consent'] }, 'Other')).toBe(one)
  const slack = shapeText({ ...settings, format: 'slack', include: ['custom'] }, 'Shop')
  expect(slack).not.toBe(shapeText({ ...settings, format: 'slack', include: [] }, 'Other'))
  expect(slack).toBe(shapeText({ ...settings, format: 'slack', include: [] }, 'Shop'))
  expect(shapeId(slack ?? '')).toMatch(/^shp_[\w-]{22}$/)
})
