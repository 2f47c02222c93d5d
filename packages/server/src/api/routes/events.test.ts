import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { LEAD_EVENT } from '../../event.ts'
import { NOTICE_TYPES } from '../../notice.ts'
import { EVENT_TYPES, examplePayload } from '../document/event-types.ts'

async function setup() {
  const api = await startApiAlone()
  const bot = await api.call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  const path = `/api/v1/chatbots/${bot.json.id}/events`
  return { ...api, bot: bot.json.id, path }
}

test('an event is read back as it was published, with its deliveries', async () => {
  const { call, bot, path } = await setup()
  const hook = { url: 'https://shop.example/', eventTypes: ['order.created'] }
  await call('POST', `/api/v1/chatbots/${bot}/webhooks`, { body: hook })
  const payload = { b: 1, a: [null, true, 'é😀\u2028', { nested: 1e-7 }], '10': 0 }
  const body = { eventType: 'order.created', payload }
  const { status, json } = await call<{ eventId: string }>('POST', path, { body })
  expect(status).toBe(202)
  const got = await call('GET', `/api/v1/events/${json.eventId}`)
  expect(got.json).toMatchObject({
    id: json.eventId,
    chatbotId: bot,
    ...body,
    erased: false,
    deliveries: [{ eventType: 'order.created', state: 'pending' }],
  })
})

test('events are listed newest first, what was a lead as its event, and only to whom they belong', async () => {
  const { call, bot, path } = await setup()
  const other = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'B' } })
  const lead = await call<{ eventId: string }>('POST', `/api/v1/chatbots/${bot}/leads`, {
    body: { customerName: 'Ann' },
  })
  const order = { eventType: 'order.paid', payload: { total: 1 } }
  const published = await call<{ eventId: string }>('POST', path, { body: order })
  await call('POST', `/api/v1/chatbots/${other.json.id}/events`, { body: order })
  interface Listed {
    data: { id: string }[]
    nextCursor: string | null
  }
  const list = async (query: string, key?: string) =>
    (await call<Listed>('GET', `/api/v1/events?${query}`, key ? { key } : {})).json
  const { data } = await list(`chatbotId=${bot}`)
  expect(data).toMatchObject([
    { id: published.json.eventId, chatbotId: bot, ...order, erased: false },
    { id: lead.json.eventId, eventType: 'lead.submit', payload: { customerName: 'Ann' } },
  ])
  for (const each of data) {
    const { json } = await call<{ deliveries: unknown }>('GET', `/api/v1/events/${each.id}`)
    expect({ ...each, deliveries: [], keptBack: [] }).toEqual(json)
  }
  expect((await list('')).data).toHaveLength(3)
  const first = await list('limit=1')
  expect((await list(`limit=2&cursor=${first.nextCursor}`)).data).toEqual(data)
  expect((await call('GET', '/api/v1/events?eventType=no.')).status).toBe(400)
  expect((await call('GET', '/api/v1/events?from=2030-01-01&to=2020-01-01')).status).toBe(400)
})

test('an event is sent to a webhook that did not get it, and only once', async () => {
  const { call, bot, path } = await setup()
  const order = { eventType: 'order.paid', payload: { total: 1 } }
  const { json } = await call<{ eventId: string }>('POST', path, { body: order })
  const hook = { url: 'https://shop.example/', eventTypes: ['order.created'] }
  const made = await call<{ id: string }>('POST', `/api/v1/chatbots/${bot}/webhooks`, {
    body: hook,
  })
  const send = (body: object) => call('POST', `/api/v1/events/${json.eventId}/send`, { body })
  const sent = await send({ webhookId: made.json.id })
  expect([sent.status, sent.json]).toEqual([202, { deliveryId: expect.stringMatching(/^dlv_/) }])
  const again = await send({ webhookId: made.json.id })
  expect([again.status, again.json.code]).toEqual([409, 'already_sent'])
  expect(again.json.message).toContain(`/deliveries/${sent.json.deliveryId}/resend`)
  expect((await send({ webhookId: 'wh_01m2fm1cnje309kaq5k1xvenpq' })).status).toBe(404)
  expect((await send({})).status).toBe(400)
  const log = await call<{ data: { action: string }[] }>('GET', '/api/v1/audit-log?limit=5')
  expect(log.json.data.filter(({ action }) => action === 'event.sent')).toHaveLength(1)
})

test('a batch answers with its ids in order; with one key it is one batch', async () => {
  const { call, path } = await setup()
  const events = [1, 2, 3].map((number) => ({ eventType: 'order.paid', payload: { number } }))
  const headers = { 'idempotency-key': 'batch' }
  const first = await call<{ eventIds: string[] }>('POST', `${path}/batch`, {
    body: { events },
    headers,
  })
  const { eventIds } = first.json
  expect(eventIds.length).toBe(3)
  for (const [index, id] of eventIds.entries()) {
    expect((await call('GET', `/api/v1/events/${id}`)).json).toMatchObject({
      payload: { number: index + 1 },
    })
  }
  const again = await call('POST', `${path}/batch`, { body: { events }, headers })
  expect(again.json).toEqual(first.json)
})

test('a batch of 500 events and nearly 8 MiB is taken', async () => {
  const { call, path } = await setup()
  const events = Array.from({ length: 500 }, () => ({
    eventType: 'a.b',
    payload: { x: 'y'.repeat(16_000) },
  }))
  const { json } = await call<{ eventIds: string[] }>('POST', `${path}/batch`, { body: { events } })
  expect(new Set(json.eventIds).size).toBe(500)
})

test('the event types have a schema that their example satisfies', async () => {
  const { call } = await setup()
  const { json } = await call<{ data: { name: string }[] }>('GET', '/api/v1/event-types')
  expect(json.data.map(({ name }) => name)).toEqual([LEAD_EVENT, ...NOTICE_TYPES])
  for (const { schema, example } of EVENT_TYPES) {
    expect(Object.keys(example)).toEqual(schema.required)
  }
})

test('a test event of either spelling looks like a lead; any other is an object', () => {
  expect(examplePayload('leads.submit')).toEqual(examplePayload('lead.submit'))
  expect(examplePayload('order.created')).toMatchObject({ test: true })
})
