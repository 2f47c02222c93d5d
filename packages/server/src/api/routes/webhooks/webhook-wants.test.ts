/** Formats, templates, filters and previews, as an owner sets them up. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'

interface WebhookJson {
  id: string
  secret: string
  url: string
  format: string
  template: string | null
  templateType: string
  code?: string
  message?: string
  details?: { path: string }[]
}

interface Previewed {
  sent: boolean
  why: string
  example: boolean
  headers: Record<string, string>
  body: string
  matched?: number
  of?: number
  examples?: { eventId: string; sent: boolean; why: string }[]
}

const SLACK_URL = 'https://chat.example/services/T0/B0/secret-of-it'
const TEMPLATE = '{"text":"{{payload.customerName}} wrote"}'

async function setup() {
  const api = await startApiAlone()
  const { call } = api
  const bot = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'Shop' } })
  const chatbot = `/api/v1/chatbots/${bot.json.id}`
  const create = (extra: object) =>
    call<WebhookJson>('POST', `${chatbot}/webhooks`, {
      body: { url: 'https://shop.example/h', eventTypes: ['lead.submit'], ...extra },
    })
  const preview = (body: object) => call<Previewed>('POST', `${chatbot}/preview`, { body })
  const lead = (body: object) =>
    call<{ eventId: string; leadId: string }>('POST', `${chatbot}/leads`, { body })
  return { ...api, chatbot, create, preview, lead }
}

test('a template is kept with its format, checked with its event types, and goes with its format', async () => {
  const { call, create } = await setup()
  const made = await create({ format: 'template', template: TEMPLATE })
  expect(made.json).toMatchObject({ format: 'template', template: TEMPLATE, templateType: 'json' })
  const path = `/api/v1/webhooks/${made.json.id}`
  const typed = await call<WebhookJson>('PATCH', path, {
    body: { eventTypes: ['webhook.failing'] },
  })
  expect([typed.status, typed.json.details?.[0]?.path]).toEqual([400, 'template'])
  expect(typed.json.message).toContain('payload.customerName')
  const form = await call<WebhookJson>('PATCH', path, {
    body: { template: 'name={{payload.customerName}}', templateType: 'form' },
  })
  expect(form.json.templateType).toBe('form')
  expect((await call('PATCH', path, { body: { template: null } })).status).toBe(400)
  const left = await call<WebhookJson>('PATCH', path, { body: { format: 'agent' } })
  expect(left.json).toMatchObject({ format: 'agent', template: null, templateType: 'json' })
})

test.each([
  [{ template: TEMPLATE }, 'template'],
  [{ format: 'template' }, 'template'],
  [{ format: 'template', template: ' ' }, 'template'],
  [{ format: 'template', template: '{"a":{{eventId}}}' }, 'template'],
  [{ format: 'template', template: '{"a":"{{payload.nope}}"}' }, 'template'],
  [{ format: 'slack', template: TEMPLATE }, 'template'],
  [{ templateType: 'form' }, 'templateType'],
  [{ format: 'event', templateType: 'form' }, 'templateType'],
  [{ filter: { payload: { a: { exists: 'yes' } } } }, 'filter.payload.a.exists'],
  [{ filter: { any: [{ channel: 'a' }, { x: 1 }] } }, 'filter.any[1].x'],
  [{ filter: { payload: { a: 'x'.repeat(16_384) } } }, 'filter'],
])('%j is refused at its place', async (extra, path) => {
  const { create } = await setup()
  const { status, json } = await create(extra)
  expect([status, json.details?.[0]?.path]).toEqual([400, path])
})

test("a chat's URL is shown without its path, and sent back so it stays what it is", async () => {
  const { call, create, store } = await setup()
  const made = await create({ url: SLACK_URL, format: 'slack' })
  expect(made.json.url).toBe('https://chat.example/***')
  const path = `/api/v1/webhooks/${made.json.id}`
  const body = { url: made.json.url, description: 'Sales' }
  expect((await call('PATCH', path, { body })).status).toBe(200)
  expect((await store.getWebhook(made.json.id))?.url).toBe(SLACK_URL)
  expect((await create({ url: 'https://chat.example/***', format: 'slack' })).status).toBe(400)
  const known = await create({ url: 'https://hooks.slack.com/services/T/B/x' })
  expect(known.json.url).toBe('https://hooks.slack.com/***')
})

test('a preview is of the last event, of one that is named, or of an example', async () => {
  const { preview, lead, create } = await setup()
  const example = (await preview({ format: 'event' })).json
  expect(example).toMatchObject({ sent: true, why: '', example: true })
  expect(JSON.parse(example.body)).toMatchObject({ event: 'lead.submit', data: {} })
  expect(example.headers['x-chatzuri-signature']).toMatch(/^sha256=/)
  const ann = await lead({ customerName: 'Ann' })
  await lead({ customerName: 'Bob', customerPhone: '+254700' })
  const last = (await preview({ format: 'template', template: TEMPLATE })).json
  expect([last.body, last.example]).toEqual(['{"text":"Bob wrote"}', false])
  const named = { eventId: ann.json.eventId, format: 'template', templateType: 'form' }
  const form = (await preview({ ...named, template: 'n={{payload.customerName}}' })).json
  expect([form.body, form.headers['content-type']]).toEqual([
    'n=Ann',
    'application/x-www-form-urlencoded',
  ])
  const filter = { payload: { customerPhone: { exists: true } } }
  const kept = (await preview({ filter, eventId: ann.json.eventId, lastEvents: 10 })).json
  expect(kept).toMatchObject({ sent: false, why: '`customerPhone` is empty', matched: 1, of: 2 })
  expect(kept.examples?.[0]).toMatchObject({ eventId: ann.json.eventId, sent: false })
  const hook = await create({ format: 'agent', filter })
  const asItIs = (await preview({ webhookId: hook.json.id })).json
  expect(JSON.parse(asItIs.body)).toMatchObject({ agentId: expect.any(String) })
})

test("a preview knows nothing of another chatbot's", async () => {
  const { call, preview, lead, create } = await setup()
  const other = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'B' } })
  const path = `/api/v1/chatbots/${other.json.id}/preview`
  const { eventId } = (await lead({ customerName: 'Ann' })).json
  const { id: webhookId } = (await create({})).json
  for (const body of [{ eventId }, { webhookId }]) {
    expect((await call('POST', path, { body })).status).toBe(404)
    expect((await preview(body)).status).toBe(200)
  }
  expect((await preview({ format: 'template' })).status).toBe(400)
  expect((await preview({ nonsense: 1 })).status).toBe(400)
  // Also where there is an event: what it looks like is known by the example.
  const example = (await preview({ eventId: 'example' })).json
  expect([example.example, example.body]).toEqual([true, expect.stringContaining('customerName')])
  expect((await preview({ eventId: 'last' })).status).toBe(400)
})

test('what is kept back is told with the event, and a resend takes the present form', async () => {
  const { call, create, lead } = await setup()
  const filter = { payload: { customerPhone: { exists: true } } }
  const hook = await create({ filter })
  const { eventId } = (await lead({ customerName: 'Ann' })).json
  const event = await call<{ keptBack: object[]; deliveries: object[] }>(
    'GET',
    `/api/v1/events/${eventId}`,
  )
  expect(event.json).toMatchObject({
    deliveries: [],
    keptBack: [{ webhookId: hook.json.id, reason: '`customerPhone` is empty' }],
  })
  const sent = await call<{ deliveryId: string }>('POST', `/api/v1/events/${eventId}/send`, {
    body: { webhookId: hook.json.id },
  })
  const delivery = `/api/v1/deliveries/${sent.json.deliveryId}`
  const anew = { body: { shape: 'current' } }
  expect((await call('POST', `${delivery}/resend`, anew)).status).toBe(409)
  await call('POST', `${delivery}/cancel`)
  await call('PATCH', `/api/v1/webhooks/${hook.json.id}`, { body: { format: 'event' } })
  const again = await call<{ id: string }>('POST', `${delivery}/resend`, anew)
  expect(again.status).toBe(200)
  const before = await call<{ request: { body: string } }>('GET', delivery)
  const after = await call<{ request: { body: string } }>(
    'GET',
    `/api/v1/deliveries/${again.json.id}`,
  )
  expect(before.json.request.body).toContain('"chatbotId"')
  expect(after.json.request.body).toContain('"agent_id"')
  expect((await call('POST', `${delivery}/resend`, { body: { shape: 'old' } })).status).toBe(400)
})

test('the URL of a chat stays a secret when its webhook gets another format', async () => {
  const { call, create } = await setup()
  const hook = await create({ url: SLACK_URL, format: 'slack' })
  const path = `/api/v1/webhooks/${hook.json.id}`
  const refused = await call<WebhookJson>('PATCH', path, { body: { format: 'guide' } })
  expect([refused.status, refused.json.details?.[0]?.path]).toEqual([400, 'url'])
  expect((await call('PATCH', path, { body: { format: 'discord' } })).status).toBe(200)
  const body = { format: 'guide', url: 'https://shop.example/hook' }
  const changed = await call<WebhookJson>('PATCH', path, { body })
  expect(changed.json.url).toBe('https://shop.example/hook')
})

test('a preview of several types looks past those of others, and signs nothing that is not stored', async () => {
  const { call, preview, lead, create, chatbot } = await setup()
  const { secret, id: webhookId } = (await create({ eventTypes: ['lead.*'] })).json
  for (const customerName of ['Ann', 'Ben', 'Cleo']) await lead({ customerName })
  const events = Array.from({ length: 150 }, () => ({ eventType: 'order.paid', payload: {} }))
  await call('POST', `${chatbot}/events/batch`, { body: { events } })
  for (const eventTypes of [['lead.submit'], ['lead.*'], ['lead.submit', 'never.seen']]) {
    const { json } = await preview({ eventTypes, lastEvents: 100 })
    expect(json).toMatchObject({ example: false, of: 3, matched: 3 })
  }
  const signed = async (more: object) => {
    const { headers, body } = (await preview({ webhookId, ...more })).json
    const hmac = createHmac('sha1', secret).update(body).digest('hex')
    return headers['x-chatzuri-signature'] === hmac
  }
  expect(await signed({})).toBe(true)
  expect(await signed({ format: 'template', template: '{"mine":"any text"}' })).toBe(false)
})
