import { afterEach, expect, test } from 'vitest'
import { type Engine, type EngineOptions, startEngine } from '../../test/engine.ts'
import { settled } from '../../test/settled.ts'

const engines: Engine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop()
})

async function setup(options: EngineOptions = {}) {
  const engine = await startEngine(options)
  engines.push(engine)
  const chatbotId = await engine.chatbot()
  const webhookId = await engine.webhook(chatbotId)
  const publish = async (count: number, bot = chatbotId) => {
    const events = Array.from({ length: count }, (_, n) => ({ eventType: 'a.b', payload: { n } }))
    const options = { route: 'events/batch', idempotencyKey: null } as const
    const { eventIds } = await engine.ingest.acceptEvents(bot, events, options)
    await settled()
    return eventIds
  }
  const states = async (bot = chatbotId) => {
    const deliveries = await engine.store.listDeliveries(
      { chatbotId: bot },
      { limit: 100, after: null },
    )
    return deliveries.map((delivery) => delivery.state).reverse()
  }
  const answerAll = async (status = 200) => {
    let count = 0
    while (engine.open.length > 0) {
      for (const request of engine.open.slice()) {
        request.answer(status)
        count += 1
      }
      await settled()
    }
    return count
  }
  /** In steps, so that heartbeats get their turn. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 2_000) {
      engine.clock.advance(Math.min(left, 2_000))
      await settled(10)
    }
  }
  return { ...engine, chatbotId, webhookId, publish, states, answerAll, pass }
}

test('what is accepted is sent at once and recorded as delivered', async () => {
  const { publish, open, answerAll, states } = await setup()
  const [eventId] = await publish(1)
  expect(open).toMatchObject([{ id: eventId, url: 'https://a.example/hook' }])
  expect(await answerAll()).toBe(1)
  expect(await states()).toEqual(['delivered'])
})

test('a webhook’s window starts at 4 and opens with each success', async () => {
  const { publish, open, answerAll, states } = await setup()
  await publish(60)
  expect(open).toHaveLength(4)
  open[0]?.answer(200)
  await settled()
  expect(open).toHaveLength(8)
  expect(await answerAll()).toBe(59)
  expect(new Set(await states())).toEqual(new Set(['delivered']))
})

test('a failed attempt is made again when its wait is over, not earlier, with the same bytes', async () => {
  const { publish, open, pass } = await setup()
  await publish(1)
  const first = open[0]
  first?.answer(500)
  await settled()
  await pass(29_900)
  expect(open).toHaveLength(0)
  await pass(200)
  expect(open).toMatchObject([{ id: first?.id, body: first?.body }])
})

test('after the last attempt the delivery is exhausted', async () => {
  const { publish, open, pass, states } = await setup()
  await publish(1)
  for (const waitMs of [30_100, 120_100, 0]) {
    open[0]?.answer(500)
    await settled()
    await pass(waitMs)
  }
  expect(open).toHaveLength(0)
  expect(await states()).toEqual(['exhausted'])
})

test('after a timeout one request at a time, until one succeeds', async () => {
  const { publish, open } = await setup()
  await publish(20)
  for (const request of open.slice()) request.fail('timeout')
  await settled()
  expect(open).toHaveLength(1)
  open[0]?.answer(200)
  await settled()
  expect(open).toHaveLength(2)
})

test('hanging endpoints, be they many, leave half of the slots to those that answer', async () => {
  const { publish, open, chatbot, webhook, answerAll } = await setup({ maxInFlight: 16 })
  await publish(1)
  await answerAll() // this one has proved itself
  const hanging = await chatbot()
  for (let n = 0; n < 20; n++) await webhook(hanging, `hang${n}`)
  await publish(3, hanging)
  expect(open).toHaveLength(8)
  await publish(4)
  expect(open.filter((request) => request.url === 'https://a.example/hook')).toHaveLength(4)
})

test('requests older than 2 s make room for others', async () => {
  const { publish, open, chatbot, webhook, pass } = await setup({ maxInFlight: 8 })
  const hanging = await chatbot()
  for (let n = 0; n < 4; n++) await webhook(hanging, `hang${n}`)
  await publish(4, hanging)
  expect(open).toHaveLength(4)
  await pass(2_100)
  expect(open).toHaveLength(8)
})

test('a paused webhook sends nothing, a resumed one everything', async () => {
  const { publish, open, store, webhookId, answerAll, states } = await setup()
  await store.setWebhookState(webhookId, 'paused', 'by its owner')
  await publish(3)
  expect(open).toHaveLength(0)
  expect(await states()).toEqual(['parked', 'parked', 'parked'])
  await store.setWebhookState(webhookId, 'active', null)
  await store.settle(100)
  await settled()
  expect(await answerAll()).toBe(3)
})

test('pausing gives back what is queued, and what is open is still recorded', async () => {
  const { publish, open, store, webhookId, answerAll, states } = await setup()
  await publish(10)
  expect(open).toHaveLength(4)
  await store.setWebhookState(webhookId, 'paused', 'by its owner')
  await settled()
  expect(await answerAll()).toBe(4)
  await store.settle(100)
  expect((await states()).sort()).toEqual([
    ...Array(4).fill('delivered'),
    ...Array(6).fill('parked'),
  ])
})

test('410 disables the webhook and parks; resuming delivers', async () => {
  const { publish, open, store, webhookId, answerAll, states } = await setup()
  await publish(1)
  open[0]?.answer(410)
  await settled()
  expect(await states()).toEqual(['parked'])
  expect(await store.getWebhook(webhookId)).toMatchObject({ state: 'disabled' })
  await store.setWebhookState(webhookId, 'active', null)
  await store.settle(100)
  await settled()
  await answerAll()
  expect(await states()).toEqual(['delivered'])
})

test('a cancelled delivery that waits in the queue is not sent', async () => {
  const { publish, open, store, answerAll } = await setup()
  const eventIds = await publish(6)
  const last = await store.getEvent(eventIds[5] ?? '')
  await store.cancel(last?.deliveries[0]?.id ?? '', 'cancelled_by_owner')
  await settled()
  const sent = new Set(open.map((request) => request.id))
  expect(await answerAll()).toBe(5)
  expect(sent.has(eventIds[5] ?? '')).toBe(false)
})

test('changed settings hold for the next attempt', async () => {
  const { publish, open, store, webhookId, pass } = await setup()
  await publish(1)
  open[0]?.answer(500)
  await settled()
  await store.updateWebhook(webhookId, { url: 'https://new.example/hook' })
  await pass(31_000)
  expect(open).toMatchObject([{ url: 'https://new.example/hook' }])
})

test('a resend goes out at once', async () => {
  const { publish, open, store, answerAll } = await setup()
  const [eventId] = await publish(1)
  await answerAll()
  const event = await store.getEvent(eventId ?? '')
  await store.resend(event?.deliveries[0]?.id ?? '')
  await settled()
  expect(open).toMatchObject([{ id: eventId }])
})

test('a node that could not renew its lease aborts, sends nothing more, and comes back', async () => {
  const { publish, open, store, pass, answerAll, states } = await setup()
  await publish(1)
  const renew = store.renewLease
  store.renewLease = () => Promise.reject(new Error('away'))
  await pass(28_000)
  expect(open).toHaveLength(0) // aborted before the store's 30 s are over
  expect(await states()).toEqual(['pending'])
  store.renewLease = renew
  await pass(10_000)
  await store.sweepLeases(3_600_000)
  await pass(31_000)
  expect(await answerAll()).toBe(1)
  expect(await states()).toEqual(['delivered'])
})

test('leases that are lost one after the other make no lane rest: nothing was learnt of its endpoint', async () => {
  const { publish, open, lease, pass } = await setup()
  for (let times = 0; times < 6; times++) {
    const [eventId] = await publish(1)
    expect(open.map(({ id }) => id)).toContain(eventId)
    lease.doubt()
    await settled()
    await pass(2_000)
    await settled()
  }
})

test('a backlog far beyond the queues drains in bounded memory', async () => {
  const { publish, schedule, store, webhookId, open } = await setup()
  await store.setWebhookState(webhookId, 'paused', 'by its owner')
  for (let batch = 0; batch < 10; batch++) await publish(500)
  await store.setWebhookState(webhookId, 'active', null)
  await store.settle(10_000)
  await settled()
  let delivered = 0
  let queuedMax = 0
  while (open.length > 0) {
    for (const request of open.slice()) {
      request.answer(200)
      delivered += 1
    }
    await settled(5)
    queuedMax = Math.max(queuedMax, schedule.counts().queued)
  }
  expect(delivered).toBe(5_000)
  expect(queuedMax).toBeLessThanOrEqual(300)
})
