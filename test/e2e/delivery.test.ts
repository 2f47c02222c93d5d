/** The main way, with nothing simulated: a lead over HTTP to endpoints in other processes. */
import { verify } from '@chatzuri/webhooks'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ExampleProcess } from '../support/example-process.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'

let world: ServerWorld
beforeAll(async () => {
  world = await ServerWorld.open()
})
afterAll(() => world?.close())

test('a lead posted over HTTP is delivered to a receiver in another process, signed right', async () => {
  const { webhook, endpoint, lead, chatbotId } = await world.subscribe()
  const { eventId, conversationId } = await lead()

  const delivery = await world.api.deliveryIn('delivered', eventId)

  const request = await endpoint.first()
  const body = request.body.toString()
  expect(body).toBe(
    JSON.stringify({
      eventType: 'lead.submit',
      chatbotId,
      payload: {
        conversationId,
        customerEmail: 'ann@example.com',
        customerName: 'Ann',
        customerPhone: '+254700000000',
      },
    }),
  )
  await expect(verify(body, request.headers, webhook.secret)).resolves.toMatchObject({
    eventType: 'lead.submit',
  })
  await expect(
    verify(body, request.headers, webhook.secret, { require: 'guide' }),
  ).resolves.toMatchObject({ chatbotId })
  expect(endpoint.received).toHaveLength(1)
  expect(delivery).toMatchObject({ attemptCount: 1, nextAttemptAt: null })
  expect(delivery.attempts).toEqual([
    expect.objectContaining({
      number: 1,
      result: 'delivered',
      status: 200,
      errorCode: null,
      error: null,
      responseBody: '{"received":true}',
      responseHeaders: expect.objectContaining({ 'content-type': 'application/json' }),
      note: 'acknowledged',
    }),
  ])
  expect(delivery.request?.body).toBe(body)
  expect(delivery.request?.headers['x-chatzuri-signature']).toBe(
    request.headers['x-chatzuri-signature'],
  )
  expect(delivery.explanation).toMatch(
    /^Delivered: the endpoint answered 200 in \d.* on attempt 1 and acknowledged it\.$/,
  )
})

test.each([
  ['that we generate', undefined],
  ['of 64 bytes in base64', `whsec_${Buffer.alloc(64, 'k').toString('base64')}`],
])('the standardwebhooks and svix packages verify what arrives, by a secret %s', async (_, own) => {
  const { webhook, endpoint, lead } = await world.subscribe({
    fields: own === undefined ? {} : { secret: own },
  })
  await lead({ ...ANN, customerName: 'Zoë 🐝 </script>' })
  const { body, headers } = await endpoint.first()

  for (const Webhook of [StandardWebhook, SvixWebhook]) {
    const oracle = new Webhook(webhook.secret)
    expect(() => oracle.verify(body.toString(), headers)).not.toThrow()
    expect(() => oracle.verify(body.toString().replace('Zoë', 'Zoe'), headers)).toThrow()
    expect(() => oracle.verify(body.toString(), { ...headers, 'webhook-id': 'evt_x' })).toThrow()
  }
})

test("they verify by an owner's own secret too, in their raw format", async () => {
  const secret = 'my-very-own-secret-of-2026'
  const { endpoint, lead } = await world.subscribe({ fields: { secret } })
  await lead()
  const { body, headers } = await endpoint.first()

  for (const Webhook of [StandardWebhook, SvixWebhook]) {
    const oracle = new Webhook(secret, { format: 'raw' })
    expect(() => oracle.verify(body.toString(), headers)).not.toThrow()
  }
})

test.each(['guide-receiver', 'package-receiver'])(
  'examples/%s.ts takes a lead, and nothing signed with another secret',
  async (example) => {
    const secret = 'a-secret-for-the-example'
    const { url, process } = await startExample(example, secret)
    const right = await subscribeAt(url, secret)
    const wrong = await subscribeAt(url, 'another-secret-altogether')

    const delivered = await world.api.deliveryIn('delivered', (await right()).eventId)
    expect(delivered.attempts[0]).toMatchObject({ status: 200 })
    await process.says(/Received:.*customerEmail: 'ann@example\.com'/s)

    const refused = await world.api.deliveryAfter(1, (await wrong()).eventId)
    expect(refused).toMatchObject({ state: 'pending' })
    expect(refused.attempts[0]).toMatchObject({
      status: 400,
      responseBody: `{"message":"Signature didn't match"}`,
    })
    expect(refused.explanation).toContain('the endpoint answered 400')
  },
)

test('a webhook that subscribed to leads.submit gets that spelling, beside one with lead.submit', async () => {
  const { chatbotId, endpoint, webhook, lead } = await world.subscribe({
    fields: { eventTypes: ['leads.submit'] },
  })
  const other = await world.receiver.endpoint()
  await world.api.createWebhook(chatbotId, { url: other.url, eventTypes: ['lead.submit'] })
  const { eventId } = await lead()

  const [mine, theirs] = [await endpoint.first(), await other.first()]
  expect(mine.body.toString()).toMatch(/^{"eventType":"leads\.submit",/)
  expect(theirs.body.toString()).toMatch(/^{"eventType":"lead\.submit",/)
  expect([mine.headers['webhook-id'], theirs.headers['webhook-id']]).toEqual([eventId, eventId])
  await expect(verify(mine.body, mine.headers, webhook.secret)).resolves.toMatchObject({
    eventType: 'leads.submit',
  })
})

test('a published event reaches whoever subscribed to its type, and nobody else', async () => {
  const { chatbotId, endpoint } = await world.subscribe({
    fields: { eventTypes: ['order.created'] },
  })
  const leads = await world.receiver.endpoint()
  await world.api.createWebhook(chatbotId, { url: leads.url, eventTypes: ['lead.submit'] })
  const payload = { total: 49.9, items: [{ sku: 'A-1', note: null }], big: 9007199254740991 }

  const path = `/api/v1/chatbots/${chatbotId}/events`
  const { eventId } = await world.api.post<{ eventId: string }>(path, {
    eventType: 'order.created',
    payload,
  })
  await world.api.deliveryIn('delivered', eventId)

  const { body } = await endpoint.first()
  expect(body.toString()).toBe(JSON.stringify({ eventType: 'order.created', chatbotId, payload }))
  expect(leads.received).toHaveLength(0)
})

async function startExample(name: string, secret: string) {
  const process = new ExampleProcess(name, { CHATZURI_SECRET: secret })
  onTestFinished(async () => {
    await process.stop()
  })
  return { url: await process.url(), process }
}

/** Returns what posts a lead. */
async function subscribeAt(url: string, secret: string) {
  const chatbotId = await world.api.createChatbot()
  await world.api.createWebhook(chatbotId, { url, secret, eventTypes: ['lead.submit'] })
  return () => world.api.postLead(chatbotId, ANN)
}
