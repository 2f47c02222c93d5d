/** What a webhook is told of another, by the whole program. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/api/document/event-types.ts'
import { NOTICE_TYPES } from '../../src/notice.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { startWholeServer } from './whole-server.ts'

interface Told {
  eventType: string
  chatbotId: string
  payload: Record<string, unknown>
}

const SECRET_WORD = 'ann@example.com said that she is ill'

async function setup(environment: Record<string, string> = {}) {
  const server = await startWholeServer({ RETRY_SCHEDULE: '0s,0s,0s', ...environment })
  const bot = await server.addChatbot()
  const url = server.endpoint.url.replace('http://', 'http://user:password@')
  const watched = await server.addWebhook(bot, { url })
  const watcher = await startEndpoint()
  const extra = { url: watcher.url, eventTypes: [...NOTICE_TYPES] }
  const watcherId = await server.addWebhook(bot, extra)
  const lead = async () => {
    const path = `/api/v1/chatbots/${bot}/leads`
    const { json } = await server.call<{ eventId: string }>('POST', path, {
      body: { customerName: 'Ann', customerEmail: 'ann@example.com' },
    })
    return json.eventId
  }
  return { ...server, bot, watched, watcher, watcherId, lead }
}

function toldTo(endpoint: Endpoint): Told[] {
  return endpoint.received.map(({ body }) => JSON.parse(body) as Told)
}

function checked(told: Told): string {
  const { schema = {} } = EVENT_TYPES.find(({ name }) => name === told.eventType) ?? {}
  const isPayload = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(schema)
  expect(isPayload(told.payload), JSON.stringify(isPayload.errors)).toBe(true)
  expect(Object.keys(told.payload)).toEqual(schema.required)
  return told.eventType
}

test('it is told at once that a webhook fails and gives up, and that it works again', async () => {
  const { url, bot, endpoint, watched, watcher, lead } = await setup()
  endpoint.answer = { status: 500, body: JSON.stringify({ error: SECRET_WORD }) }
  const eventId = await lead()
  await watcher.hasReceived(2)
  const told = toldTo(watcher)
  expect(told.map(checked).sort()).toEqual(['delivery.failed', 'webhook.failing'])
  const failing = told.find(({ eventType }) => eventType === 'webhook.failing')
  expect(failing).toEqual({
    eventType: 'webhook.failing',
    chatbotId: bot,
    payload: {
      webhookId: watched,
      url: endpoint.url.replace('http://', 'http://***:***@'),
      state: 'active',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      explanation: expect.stringContaining('The endpoint answered 500'),
      cure: expect.any(String),
      link: expect.stringMatching(new RegExp(`^http://localhost:\\d+/webhooks/${watched}$`)),
      count: 1,
    },
  })
  const failed = told.find(({ eventType }) => eventType === 'delivery.failed')
  const deliveryId = String(failed?.payload.deliveryId)
  expect(failed?.payload).toMatchObject({ eventId, eventType: 'lead.submit', count: 1 })
  expect(failed?.payload.link).toBe(
    `${url.replace('127.0.0.1', 'localhost')}/deliveries/${deliveryId}`,
  )
  // No word of a visitor's, or of an endpoint's, which may be one.
  expect(JSON.stringify(told)).not.toMatch(/ann@|she is ill|password/i)

  endpoint.answer = { status: 200, body: '' }
  await lead()
  await watcher.hasReceived(3)
  const [recovered] = toldTo(watcher).slice(2)
  expect(recovered && checked(recovered)).toBe('webhook.recovered')
})

test('a disabled webhook is told of, and its state', async () => {
  const { endpoint, watcher, lead } = await setup({
    PUBLIC_URL: 'https://hooks.example',
    EGRESS_ALLOW: '127.0.0.0/8',
  })
  endpoint.answer = { status: 410, body: '' }
  await lead()
  await watcher.hasReceived(1)
  const [told] = toldTo(watcher)
  expect(told && checked(told)).toBe('webhook.disabled')
  expect(told?.payload).toMatchObject({ state: 'disabled', count: 1 })
  expect(told?.payload.link).toMatch(/^https:\/\/hooks\.example\/webhooks\/wh_/)
})

test('a rest is told of', async () => {
  const { endpoint, watcher, lead } = await setup()
  endpoint.answer = { status: 503, body: '' }
  await lead()
  await watcher.hasReceived(3)
  expect(toldTo(watcher).map(checked).sort()).toEqual([
    'delivery.failed',
    'webhook.failing',
    'webhook.resting',
  ])
})

test('two webhooks that watch each other and both fail come to rest', async () => {
  const { call, bot, endpoint, watched, watcher, watcherId, lead } = await setup()
  const body = { eventTypes: ['lead.submit', ...NOTICE_TYPES] }
  await call('PATCH', `/api/v1/webhooks/${watched}`, { body })
  endpoint.answer = { status: 500, body: '' }
  watcher.answer = { status: 500, body: '' }
  const given = [await lead()]
  // Each of the two notices is tried three times, and given up.
  await watcher.hasReceived(6)
  const list = async () => {
    const { json } = await call<{
      data: { webhookId: string; eventType: string; state: string }[]
    }>('GET', `/api/v1/deliveries?chatbotId=${bot}&limit=100`)
    return json.data
  }
  await expect
    .poll(async () => (await list()).every(({ state }) => state === 'exhausted'))
    .toBe(true)
  // By then it would have been told: what is noted is told within moments.
  given.push(await lead())
  await expect
    .poll(async () => (await list()).filter(({ state }) => state === 'exhausted').length)
    .toBe(given.length + 2)
  expect(
    (await list()).map(({ webhookId, eventType }) => `${webhookId} ${eventType}`).sort(),
  ).toEqual(
    [
      `${watched} lead.submit`,
      `${watched} lead.submit`,
      `${watcherId} delivery.failed`,
      `${watcherId} webhook.failing`,
    ].sort(),
  )
})

test('a test event of such a type is its example, and a delivery of it can be resent', async () => {
  const { call, endpoint, watcher, watcherId, lead } = await setup()
  const test = await call('POST', `/api/v1/webhooks/${watcherId}/test`, {
    body: { eventType: 'delivery.failed' },
  })
  expect(test.status).toBe(200)
  const [shown] = toldTo(watcher)
  expect(shown?.payload).toEqual(
    EVENT_TYPES.find(({ name }) => name === 'delivery.failed')?.example,
  )

  endpoint.answer = { status: 410, body: '' }
  await lead()
  await watcher.hasReceived(2)
  const { json } = await call<{ data: { id: string; eventType: string; state: string }[] }>(
    'GET',
    `/api/v1/deliveries?webhookId=${watcherId}&eventType=webhook.disabled`,
  )
  const [delivery] = json.data
  await expect
    .poll(async () => (await call('GET', `/api/v1/deliveries/${delivery?.id}`)).json.state)
    .toBe('delivered')
  const resent = await call('POST', `/api/v1/deliveries/${delivery?.id}/resend`)
  expect(resent.status).toBe(200)
  await watcher.hasReceived(3)
  expect(watcher.received[2]?.body).toBe(watcher.received[1]?.body)
  expect(watcher.received[2]?.headers['webhook-id']).toBe(
    watcher.received[1]?.headers['webhook-id'],
  )
})
