import { verify } from '@chatzuri/webhooks'
import { expect, test } from 'vitest'
import { startApiAlone } from '../../../test/api/api-alone.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { silentLog } from '../../log.ts'
import { Upkeep } from '../../schedule/upkeep.ts'

const HOUR_MS = 3_600_000
const UNKNOWN_LISTENER = 'lsn_01m2fm1cx9f7g3q5t1v8y2z4bn'

interface Pulled {
  state: string
  data: {
    deliveryId: string
    attemptNumber: number
    headers: Record<string, string>
    body: string
  }[]
}

async function setup(options?: { listenPatienceMs: number }) {
  const clock = manualClock()
  const api = await startApiAlone(undefined, clock, options)
  const { call, store } = api
  const post = async (path: string, body?: unknown, key?: string) =>
    call<Record<string, string>>('POST', path, { ...(body ? { body } : {}), ...(key && { key }) })
  const { json: chatbot } = await post('/api/v1/chatbots', { name: 'Shop' })
  const bot = chatbot.id ?? ''
  const made = await post(`/api/v1/chatbots/${bot}/listeners`, { eventTypes: ['lead.submit'] })
  const { id = '', secret = '' } = made.json
  const path = `/api/v1/webhooks/${id}`
  const listen = async () => (await post(`${path}/listener`)).json.listenerId ?? ''
  const pull = (listenerId: string, waitSeconds = 0) =>
    call<Pulled & { code: string }>('POST', `${path}/pull`, { body: { listenerId, waitSeconds } })
  const lead = () => post(`/api/v1/chatbots/${bot}/leads`, { customerName: 'Ann' })
  const upkeep = new Upkeep({
    store,
    clock,
    log: silentLog,
    retentionMs: 720 * HOUR_MS,
    leadRetentionMs: null,
    onAway() {},
    onLiveNodes() {},
  })
  const report = (listenerId: string, held: Pulled['data'][number], status: number) =>
    call('POST', `${path}/results`, {
      body: {
        listenerId,
        deliveryId: held.deliveryId,
        attemptNumber: held.attemptNumber,
        durationMs: 5,
        result: { kind: 'answered', status, headers: {}, body: 'ok' },
      },
    })
  return { ...api, clock, post, bot, made, id, secret, path, listen, pull, lead, upkeep, report }
}

test('a listener takes signed requests, and its reports are attempts like any other', async () => {
  const { call, secret, made, listen, pull, lead, report } = await setup()
  expect(made.json).toMatchObject({ kind: 'listen', url: 'listen:', state: 'away' })
  const listenerId = await listen()
  await lead()
  const [held] = (await pull(listenerId)).json.data
  if (!held) throw new Error('something is handed out')
  // The clock of this server is not ours.
  const event = await verify(held.body, held.headers, secret, { toleranceSeconds: 0 })
  expect(event).toMatchObject({ eventType: 'lead.submit' })
  expect((await report(listenerId, held, 500)).json).toEqual({
    recorded: true,
    state: 'pending',
    nextAttemptInMs: 30_000,
  })
  expect((await report(listenerId, held, 200)).json).toMatchObject({ recorded: false })
  const detail = await call('GET', `/api/v1/deliveries/${held.deliveryId}`)
  expect(detail.json).toMatchObject({ state: 'pending', attempts: [{ status: 500 }] })
})

test('who was replaced, or silent for too long, is told which of the two', async () => {
  const { clock, listen, pull, upkeep } = await setup()
  const first = await listen()
  const second = await listen()
  expect((await pull(first)).json).toMatchObject({ code: 'listener_replaced' })
  expect((await pull(second)).status).toBe(200)
  clock.advance(60_000)
  expect((await pull(second)).json).toMatchObject({ code: 'listener_lapsed' })
  await upkeep.nodesOnce()
  expect((await pull(second)).json).toMatchObject({ code: 'listener_lapsed' })
  expect((await pull(UNKNOWN_LISTENER)).status).toBe(409)
})

test('a pull waits for what comes, and one of a listener that is replaced does not', async () => {
  const { listen, pull, lead, clock, path, post } = await setup()
  const listenerId = await listen()
  const waiting = pull(listenerId, 5)
  await clock.whenArmed(5_000)
  await lead()
  clock.advance(5_000)
  expect((await waiting).json.data).toHaveLength(1)
  await post(`${path}/pause`)
  const { state, data } = (await pull(listenerId)).json
  expect({ state, data }).toEqual({ state: 'paused', data: [] })
})

test('nobody but its own chatbot listens, and only to what has no URL', async () => {
  const { call, post, id, path, bot, listen } = await setup()
  const listenerId = await listen()
  const { json: other } = await post('/api/v1/chatbots', { name: 'Other' })
  const { json: made } = await post('/api/v1/api-keys', { name: 'x', chatbotId: other.id })
  const { key = '' } = made
  for (const [what, body] of [
    ['listener', undefined],
    ['pull', { listenerId }],
  ] as const) {
    expect((await post(`${path}/${what}`, body, key)).status).toBe(404)
  }
  const left = await call('DELETE', `${path}/listener?listenerId=${listenerId}`, { key })
  expect(left.status).toBe(404)
  const url = 'https://shop.example/h'
  const { json: hook } = await post(`/api/v1/chatbots/${bot}/webhooks`, {
    url,
    eventTypes: ['lead.submit'],
  })
  const refused = await post(`/api/v1/webhooks/${hook.id}/listener`)
  expect([refused.status, refused.json.code]).toEqual([409, 'webhook_has_url'])
  const changed = await call('PATCH', `/api/v1/webhooks/${id}`, { body: { url } })
  expect([changed.status, changed.json.code]).toEqual([400, 'invalid_input'])
  const tested = await post(`${path}/test`)
  expect([tested.status, tested.json.code]).toEqual([409, 'wrong_state'])
})

test('a delivery of another webhook is not reported by this one', async () => {
  const { call, post, bot, listen, lead, report } = await setup()
  const listenerId = await listen()
  await post(`/api/v1/chatbots/${bot}/webhooks`, {
    url: 'https://shop.example/h',
    eventTypes: ['order.paid'],
  })
  await lead()
  const body = { eventType: 'order.paid', payload: {} }
  const { json: event } = await post(`/api/v1/chatbots/${bot}/events`, body)
  const found = await call<{ data: { id: string }[] }>(
    ...(['GET', `/api/v1/deliveries?eventId=${event.eventId}`] as const),
  )
  const deliveryId = found.json.data[0]?.id ?? ''
  const held = { deliveryId, attemptNumber: 1, headers: {}, body: '' }
  expect((await report(listenerId, held, 200)).json).toMatchObject({ recorded: false })
  const untouched = await call('GET', `/api/v1/deliveries/${deliveryId}`)
  expect(untouched.json).toMatchObject({ attemptCount: 0 })
})

test('whoever reports keeps its own lease, and not that of another listener', async () => {
  const { call, clock, listen, pull, lead, report, post } = await setup()
  const victim = await listen()
  const { json: other } = await post('/api/v1/chatbots', { name: 'Other' })
  const { json: made } = await post('/api/v1/api-keys', { name: 'x', chatbotId: other.id })
  const { key = '' } = made
  const types = { eventTypes: ['lead.submit'] }
  const { json: own } = await post(`/api/v1/chatbots/${other.id}/listeners`, types, key)
  await post(`/api/v1/webhooks/${own.id}/listener`, undefined, key)
  const { json: left } = await post(
    `/api/v1/chatbots/${other.id}/leads`,
    { customerName: 'Bo' },
    key,
  )
  const found = await call<{ data: { id: string }[] }>(
    ...(['GET', `/api/v1/deliveries?eventId=${left.eventId}`] as const),
  )
  clock.advance(40_000)
  const forged = {
    listenerId: victim,
    deliveryId: found.json.data[0]?.id,
    attemptNumber: 1,
    durationMs: 1,
    result: { kind: 'answered', status: 200, headers: {}, body: '' },
  }
  const { json } = await call('POST', `/api/v1/webhooks/${own.id}/results`, { key, body: forged })
  expect(json).toMatchObject({ recorded: false })
  clock.advance(10_000)
  expect((await pull(victim)).json).toMatchObject({ code: 'listener_lapsed' })
  const again = await listen()
  for (let count = 0; count < 2; count++) await lead()
  const { data } = (await pull(again)).json
  expect(data).toHaveLength(2)
  for (const held of data) {
    clock.advance(40_000)
    expect((await report(again, held, 200)).json).toMatchObject({ recorded: true })
  }
})

test('a request that comes at the end of a wait and runs into its timeout is reported in time', async () => {
  const { clock, listen, pull, lead, report } = await setup({ listenPatienceMs: 4_000 })
  const listenerId = await listen()
  const timers = clock.armed().length
  const waiting = pull(listenerId, 5)
  await clock.whenArmed(2_000)
  await lead()
  while (clock.armed().length > timers) clock.advance(500)
  const [held] = (await waiting).json.data
  clock.advance(30_000)
  if (!held) throw new Error('something is handed out')
  expect((await report(listenerId, held, 500)).json).toMatchObject({ recorded: true })
})

test('an odd status is recorded as our own request would record it', async () => {
  const { listen, pull, lead, report } = await setup()
  const listenerId = await listen()
  await lead()
  const [held] = (await pull(listenerId)).json.data
  if (!held) throw new Error('something is handed out')
  expect((await report(listenerId, held, 999)).json).toMatchObject({
    recorded: true,
    state: 'pending',
  })
})

test('a temporary one is removed an hour after its last contact, and not before', async () => {
  const { call, clock, path, listen, upkeep, store, id } = await setup()
  const status = async () => (await call('GET', path)).status
  clock.advance(HOUR_MS - 1)
  await upkeep.nodesOnce()
  const listenerId = await listen()
  clock.advance(60_000)
  await upkeep.nodesOnce()
  expect((await store.getWebhook(id))?.state).toBe('away')
  clock.advance(HOUR_MS - 1)
  await upkeep.nodesOnce()
  expect(await status()).toBe(200)
  clock.advance(1)
  await upkeep.nodesOnce()
  expect(await status()).toBe(404)
  expect((await call('POST', `${path}/pull`, { body: { listenerId } })).status).toBe(404)
})
