/** `chatzuri listen` against the real server, each a process, and the developer's app between them. */

import { leadOf, verify } from '@chatzuri/webhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { ListenProcess } from '../support/listen-process.ts'
import { LocalApp } from '../support/local-app.ts'
import { removeDataDirs, ServerProcess } from '../support/server-process.ts'
import { ANN } from '../support/server-world.ts'

/** A listener that is silent for longer than its webhook's timeout and half a LEASE is away. */
const SETTINGS = { LEASE: '2s', RETRY_SCHEDULE: '0s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s' }

let server: ServerProcess
let api: ApiClient
let app: LocalApp
let chatbotId: string
const listeners: ListenProcess[] = []

beforeAll(async () => {
  server = await ServerProcess.start({ settings: SETTINGS })
  api = new ApiClient(server)
})
beforeEach(async () => {
  app = await LocalApp.start()
  chatbotId = await api.createChatbot()
})
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.kill()))
  await app.down()
})
afterAll(async () => {
  await server.stop()
  removeDataDirs()
})

function listen(...args: string[]): ListenProcess {
  const where = args.includes('--webhook') ? [] : ['--chatbot', chatbotId]
  const listener = new ListenProcess(server, ['--forward-to', app.url, ...where, ...args])
  listeners.push(listener)
  return listener
}

async function lead(): Promise<string> {
  return (await api.postLead(chatbotId, ANN)).eventId
}

async function webhooksLeft(): Promise<unknown[]> {
  const path = `/api/v1/chatbots/${chatbotId}/webhooks`
  return (await api.get<{ data: unknown[] }>(path)).data
}

test('a lead reaches the local app, signed, and its answer is in the record', async () => {
  const listener = listen('--events', 'order.paid,lead.submit')
  const { webhookId, secret = '' } = await listener.listening()
  const eventId = await lead()
  const line = await listener.line((each) => each.eventId === eventId)
  expect(line).toMatchObject({ status: 200, error: null, recorded: true, state: 'delivered' })
  const [{ headers, body } = { headers: {}, body: '' }] = app.heard
  expect(await verify(body, headers, secret)).toMatchObject({ eventType: 'lead.submit' })
  const delivery = await api.delivery(line.deliveryId)
  expect(delivery).toMatchObject({ state: 'delivered', webhookId })
  expect(delivery.attempts).toMatchObject([{ status: 200, note: 'acknowledged' }])
  expect(delivery.request?.body).toBe(body)
})

test('a lead has its line in every format, and the local app verifies its body', async () => {
  const listener = listen()
  const { webhookId, secret = '' } = await listener.listening()
  for (const format of ['agent', 'event']) {
    await api.patch(`/api/v1/webhooks/${webhookId}`, { format })
    const eventId = await lead()
    const line = await listener.line((each) => each.eventId === eventId)
    expect(line).toMatchObject({ eventType: 'lead.submit', status: 200, state: 'delivered' })
    const { headers, body } = app.heard.at(-1) ?? { headers: {}, body: '' }
    for (const require of ['modern', 'guide'] as const) {
      const event = await verify(body, headers, secret, { require })
      expect('data' in event).toBe(format === 'event')
      expect(leadOf(event)?.customerEmail).toBe(ANN.customerEmail)
    }
  }
})

test('after Ctrl-C deliveries are parked, and come in order when it listens again', async () => {
  const first = listen('--keep')
  const { webhookId, secret } = await first.listening()
  expect(await first.interrupt()).toEqual({ code: 0, signal: null })
  expect(first.notices.join('\n')).toContain(`--webhook ${webhookId}`)
  expect(await api.webhook(webhookId)).toMatchObject({ kind: 'listen', state: 'away' })
  const ids = [await lead(), await lead(), await lead()]
  const parked = await api.deliveryIn('parked', ids[0] ?? '')
  expect(parked).toMatchObject({ stateReason: 'listener_away' })
  expect(parked.explanation).toContain('nobody listens')
  await api.post(`/api/v1/webhooks/${webhookId}/pause`)
  expect((await api.delivery(parked.id)).explanation).toContain('its webhook is paused')
  await api.post(`/api/v1/webhooks/${webhookId}/resume`)
  const again = listen('--webhook', webhookId)
  expect((await again.listening()).secret).toBeUndefined()
  await app.untilHeard(3)
  expect(app.ids()).toEqual(ids)
  const printed = new ListenProcess(server, ['--print-secret', '--json', '--webhook', webhookId])
  expect(await printed.ended).toMatchObject({ code: 0 })
  expect(printed.lines).toEqual([{ webhookId, secret }])
})

test('without --webhook it leaves nothing behind but its secret, which the next start has', async () => {
  const first = listen()
  const { webhookId, secret = '' } = await first.listening()
  expect(await first.interrupt()).toEqual({ code: 0, signal: null })
  expect(first.notices.join('\n')).toContain('its webhook with it')
  expect(await webhooksLeft()).toEqual([])
  const again = listen()
  const second = await again.listening()
  expect(second.webhookId).not.toBe(webhookId)
  expect(second.secret).toBe(secret)
  await lead()
  await app.untilHeard(1)
  const [{ headers, body } = { headers: {}, body: '' }] = app.heard
  expect(await verify(body, headers, secret)).toMatchObject({ eventType: 'lead.submit' })
  const printed = new ListenProcess(server, ['--print-secret', '--json', '--chatbot', chatbotId])
  expect(await printed.ended).toMatchObject({ code: 0 })
  expect(printed.lines).toMatchObject([{ secret }])
  await again.interrupt()
  expect(await webhooksLeft()).toEqual([])
})

test.for(['SIGTERM', 'SIGHUP'] as const)('%s ends it as Ctrl-C does', async (signal) => {
  const listener = listen()
  await listener.listening()
  expect(await listener.interrupt(signal)).toEqual({ code: 0, signal: null })
  expect(await webhooksLeft()).toEqual([])
})

test('it leaves nothing behind either when nobody reads it any more', async () => {
  const listener = listen()
  await listener.listening()
  listener.closePipe()
  await lead()
  expect(await listener.ended).toEqual({ code: 0, signal: null })
  expect(await webhooksLeft()).toEqual([])
})

test('after a kill the next start takes up what was left, and what came meanwhile', async () => {
  const killed = listen()
  const { webhookId, secret } = await killed.listening()
  await killed.kill()
  const eventId = await lead()
  const next = listen()
  expect(await next.listening()).toEqual({ webhookId, secret })
  await next.line((line) => line.eventId === eventId)
  await next.kill()
  // Of other types it is of no use.
  const other = listen('--events', 'order.paid')
  const made = await other.listening()
  expect(await webhooksLeft()).toMatchObject([{ id: made.webhookId }])
  expect(made.webhookId).not.toBe(webhookId)
})

test('a local app that is down is told of as refused, and gets it when it is up', async () => {
  const listener = listen()
  await listener.listening()
  await app.down()
  const eventId = await lead()
  const failed = await listener.line((line) => line.eventId === eventId)
  expect(failed).toMatchObject({ status: null, recorded: true, state: 'pending' })
  expect(failed.error).toContain('connection refused at 127.0.0.1:')
  await app.up()
  const line = await listener.line((each) => each.eventId === eventId && each.status === 200)
  expect(line.state).toBe('delivered')
  const { attempts } = await api.delivery(line.deliveryId)
  expect(attempts[0]).toMatchObject({ result: 'failed', errorCode: 'connect' })
})

test('what was in hand of a listener that is killed is parked, and comes again', async () => {
  app.holds = true
  const made = { eventTypes: ['lead.submit'] }
  const { id } = await api.post<{ id: string }>(`/api/v1/chatbots/${chatbotId}/listeners`, made)
  await api.patch(`/api/v1/webhooks/${id}`, { timeoutSeconds: 1 })
  const listener = listen('--webhook', id)
  await listener.listening()
  const eventId = await lead()
  await app.untilHeard(1)
  await listener.kill()
  app.release()
  const parked = await api.deliveryIn('parked', eventId, { withinMs: 60_000 })
  expect(parked.stateReason).toBe('listener_away')
  listen('--webhook', id)
  await api.deliveryIn('delivered', eventId, { withinMs: 60_000 })
  const [first, second] = app.heard
  expect(second?.body).toBe(first?.body)
  expect(second?.headers['webhook-id']).toBe(eventId)
})

test('the later of two takes over, with what the first had in hand', async () => {
  app.holds = true
  const first = listen()
  const { webhookId } = await first.listening()
  const eventId = await lead()
  await app.untilHeard(1)
  const second = listen('--webhook', webhookId)
  await second.listening()
  await app.untilHeard(2)
  app.release()
  const line = await second.line((each) => each.eventId === eventId)
  expect(line).toMatchObject({ status: 200, state: 'delivered' })
  expect(await first.ended).toMatchObject({ code: 3 })
  expect(first.notices.join('\n')).toContain('took over')
  const late = first.lines.find((each) => each.eventId === eventId)
  expect(late?.recorded).toBe(false)
})

test('who was replaced sends nothing more of what it had been handed together', async () => {
  const made = { eventTypes: ['lead.submit'] }
  const { id } = await api.post<{ id: string }>(`/api/v1/chatbots/${chatbotId}/listeners`, made)
  const ids = [await lead(), await lead(), await lead()]
  await api.deliveryIn('parked', ids[2] ?? '')
  app.holds = true
  const first = listen('--webhook', id)
  await app.untilHeard(1)
  const second = listen('--webhook', id)
  await app.untilHeard(2)
  app.release()
  expect(await first.ended).toMatchObject({ code: 3 })
  await second.line((each) => each.eventId === ids[2])
  expect(app.ids().sort()).toEqual([ids[0], ...ids].sort())
})

test('a webhook that has a URL is not listened to, and one that is listened to has none', async () => {
  const { id } = await api.createWebhook(chatbotId, { url: app.url, eventTypes: ['lead.submit'] })
  const listener = listen('--webhook', id)
  expect(await listener.ended).toMatchObject({ code: 3 })
  expect(listener.notices.join('\n')).toContain('Only a webhook of kind `listen`')
})

test('a server that is killed loses nothing, and is found again', {
  timeout: 120_000,
}, async () => {
  app.holds = true
  const listener = listen()
  await listener.listening()
  const inHand = await lead()
  await app.untilHeard(1)
  const waiting = await lead()
  await server.kill()
  app.release()
  await listener.notice('Lost the server')
  const { port } = new URL(server.url)
  server = await server.restart({ settings: { ...SETTINGS, PORT: port } })
  await listener.notice('The server is back')
  const after = await lead()
  for (const eventId of [inHand, waiting, after]) {
    await api.deliveryIn('delivered', eventId, { withinMs: 60_000 })
  }
  await server.stop()
  server = await server.restart({ settings: { ...SETTINGS, PORT: port } })
  const last = await lead()
  await api.deliveryIn('delivered', last, { withinMs: 60_000 })
  expect(await listener.interrupt()).toMatchObject({ code: 0 })
})
