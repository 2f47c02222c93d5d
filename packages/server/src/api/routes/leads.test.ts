import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'

interface Accepted {
  leadId: string
  conversationId: string
  eventId: string
  details?: { path: string }[]
}

async function setup() {
  const api = await startApiAlone()
  const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const path = `/api/v1/chatbots/${bot.json.id}/leads`
  const post = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
    api.call<Accepted>('POST', path, { body, headers })
  return { ...api, bot: bot.json.id, path, post }
}

const ANN = { customerName: 'Ann', customerEmail: 'ann@example.com', customerPhone: '+254 700' }

test('a lead is accepted, found, read, and erased everywhere', async () => {
  const { call, post, bot } = await setup()
  const { status, json } = await post({ ...ANN, conversationId: 'c-1' })
  expect(status).toBe(202)
  expect(json.conversationId).toBe('c-1')
  const lead = {
    id: json.leadId,
    chatbotId: bot,
    eventId: json.eventId,
    conversationId: 'c-1',
    ...ANN,
  }
  const got = await call(`GET`, `/api/v1/leads/${json.leadId}`)
  expect(got.json).toEqual({
    ...lead,
    deliveries: {
      state: null,
      pending: 0,
      retrying: 0,
      delivered: 0,
      doubted: 0,
      exhausted: 0,
      parked: 0,
      cancelled: 0,
    },
    consent: null,
    channel: 'website',
    custom: {},
    context: null,
    createdAt: expect.any(String),
  })
  for (const q of ['ann@example.com', '+254 700', 'An', json.leadId]) {
    const found = await call('GET', `/api/v1/leads?chatbotId=${bot}&q=${encodeURIComponent(q)}`)
    expect(found.json).toMatchObject({ data: [lead], nextCursor: null })
  }
  expect((await call('DELETE', `/api/v1/leads/${json.leadId}`)).status).toBe(204)
  expect((await call('GET', `/api/v1/leads/${json.leadId}`)).status).toBe(404)
  expect((await call('DELETE', `/api/v1/leads/${json.leadId}`)).status).toBe(404)
  const event = await call('GET', `/api/v1/events/${json.eventId}`)
  expect(event.json).toMatchObject({ erased: true, payload: null })
  expect(event.text).not.toContain('Ann')
})

test('null, "" and missing are the same: nothing was given', async () => {
  const { call, post } = await setup()
  const { json } = await post({ customerName: null, customerEmail: '', customerPhone: ' 123 ' })
  expect((await call('GET', `/api/v1/leads/${json.leadId}`)).json).toMatchObject({
    customerName: '',
    customerEmail: '',
    customerPhone: '123',
  })
})

test('the same key and body, in any order of fields, is one lead', async () => {
  const { call, post } = await setup()
  const headers = { 'idempotency-key': 'order-1' }
  const first = await post(ANN, headers)
  const { customerName, ...rest } = ANN
  const second = await post({ ...rest, customerName }, headers)
  expect(second.json).toEqual(first.json)
  const other = await post({ ...ANN, customerName: 'Bob' }, headers)
  expect([other.status, (other.json as unknown as { code: string }).code]).toEqual([
    409,
    'idempotency_conflict',
  ])
  await call('DELETE', `/api/v1/leads/${first.json.leadId}`)
  const erased = await post(ANN, headers)
  expect([erased.status, (erased.json as unknown as { code: string }).code]).toEqual([
    410,
    'lead_erased',
  ])
})

test('one key from many connections at the same moment is one lead', async () => {
  const { call, post } = await setup()
  const headers = { 'idempotency-key': 'at-once' }
  const answers = await Promise.all(Array.from({ length: 30 }, () => post(ANN, headers)))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  const { json } = await call<{ data: [] }>('GET', '/api/v1/leads')
  expect(json.data.length).toBe(1)
})

test('two idempotency keys in one request are refused', async () => {
  const { url, path } = await setup()
  const { request } = await import('node:http')
  const { ADMIN_KEY } = await import('../../../test/api/client.ts')
  const status = await new Promise((resolve, reject) => {
    const sent = request(url + path, {
      method: 'POST',
      headers: [
        ['Authorization', `Bearer ${ADMIN_KEY}`],
        ['Content-Type', 'application/json'],
        ['Idempotency-Key', 'a'],
        ['Idempotency-Key', 'b'],
      ].flat(),
    })
    sent.once('response', (response) => resolve(response.resume().statusCode))
    sent.once('error', reject)
    sent.end(JSON.stringify(ANN))
  })
  expect(status).toBe(400)
})

test('times bound the list: from is in it, to is not', async () => {
  const { call, post } = await setup()
  const { json } = await post(ANN)
  const { createdAt } = (await call<{ createdAt: string }>('GET', `/api/v1/leads/${json.leadId}`))
    .json
  const count = async (query: string) =>
    (await call<{ data: [] }>('GET', `/api/v1/leads?${query}`)).json.data.length
  const later = new Date(Date.parse(createdAt) + 1).toISOString()
  expect(await count(`from=${createdAt}`)).toBe(1)
  expect(await count(`from=${later}`)).toBe(0)
  expect(await count(`to=${createdAt}`)).toBe(0)
  expect(await count(`to=${later}`)).toBe(1)
  // As a person writes it who forgets that + is a space in a query.
  expect(await count('from=2020-01-01T03:00:00+03:00&to=2100-01-01')).toBe(1)
})

test('several states are asked for, repeated or with a comma, in the list and its file', async () => {
  const { call, post, bot } = await setup()
  const { json } = await post(ANN)
  const list = (query: string) =>
    call<{ data?: { id: string }[]; code?: string }>(
      'GET',
      `/api/v1/leads?chatbotId=${bot}&${query}`,
    )
  for (const query of [
    'deliveryState=none&deliveryState=exhausted',
    'deliveryState=exhausted,none,exhausted',
  ]) {
    expect((await list(query)).json.data?.map(({ id }) => id)).toEqual([json.leadId])
    const file = await call('GET', `/api/v1/leads.csv?chatbotId=${bot}&${query}`)
    expect(file.text).toContain(json.leadId)
  }
  expect((await list('deliveryState=exhausted,retrying')).json.data).toEqual([])
  const wrong = await list('deliveryState=none,lost')
  expect([wrong.status, wrong.json.code]).toEqual([400, 'invalid_input'])
})

test('own fields stand in the order of the form, then as they came', async () => {
  const { call, post, bot } = await setup()
  const own = ['size', 'plan'].map((name) => ({ name, label: name, type: 'text' }))
  const leadForm = { fields: [{ name: 'customerName', label: 'Name' }, ...own] }
  const form = { ...leadForm, greeting: '', thanks: '' }
  await call('PATCH', `/api/v1/chatbots/${bot}`, { body: { leadForm: form } })
  const { json } = await post({ ...ANN, custom: { z: 1, plan: 'pro', a: 2, size: 'M' } })
  const { custom } = (await call<{ custom: object }>('GET', `/api/v1/leads/${json.leadId}`)).json
  expect(Object.keys(custom)).toEqual(['size', 'plan', 'z', 'a'])
})

test('a lead brings own fields, where it came from and what was agreed to, in any format', async () => {
  const { call, post, bot } = await setup()
  const custom = { plan: 'pro', seats: 3, news: false, empty: '' }
  const context = { page: 'https://me:pw@shop.example/a?b#c', utm: { source: 'x' } }
  const consent = { given: true, text: 'You may.', page: 'https://shop.example/' }
  const { json } = await post({ ...ANN, custom, context, consent, channel: 'whatsapp' })
  const got = await call('GET', `/api/v1/leads/${json.leadId}`)
  expect(got.json).toMatchObject({
    custom: { plan: 'pro', seats: 3, news: false },
    context: { page: 'https://shop.example/a', utm: { source: 'x', term: '' } },
    consent: { ...consent, at: expect.stringMatching(/Z$/) },
    channel: 'whatsapp',
  })
  const preview = { eventId: json.eventId, format: 'event', include: ['custom', 'context'] }
  const shown = await call<{ body: string }>('POST', `/api/v1/chatbots/${bot}/preview`, {
    body: preview,
  })
  expect(JSON.parse(shown.json.body).data).toMatchObject({
    custom: { plan: 'pro', seats: 3, news: false },
    channel: 'whatsapp',
  })
})

test.each([
  [{ custom: { customerName: 'x' } }, 'custom.customerName'],
  [{ custom: { 'a-b': 'x' } }, 'custom.a-b'],
  [{ custom: { a: [1] } }, 'custom.a'],
  [{ custom: 'x' }, 'custom'],
  [{ custom: { a: 'x'.repeat(5_000) } }, 'custom.a'],
  [{ context: { page: 'shop' } }, 'context.page'],
  [{ context: { utm: { source: 3 } } }, 'context.utm.source'],
  [{ context: { where: 'x' } }, 'context.where'],
  [{ channel: 'Telegram' }, 'channel'],
  [{ consent: { given: true } }, 'consent.text'],
])('%j is refused at its place, and no lead is made', async (more, path) => {
  const { call, post, bot } = await setup()
  const { status, json } = await post({ ...ANN, ...more })
  expect([status, json.details?.[0]?.path]).toEqual([400, path])
  const list = await call<{ data: object[] }>('GET', `/api/v1/leads?chatbotId=${bot}`)
  expect(list.json.data).toEqual([])
})
