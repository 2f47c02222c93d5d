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
  const publish = async (count: number) => {
    const events = Array.from({ length: count }, (_, n) => ({ eventType: 'a.b', payload: { n } }))
    const accepted = await engine.ingest.acceptEvents(chatbotId, events, {
      route: 'events/batch',
      idempotencyKey: null,
    })
    await settled()
    return accepted.eventIds
  }
  /** In steps, so that heartbeats get their turn. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 2_000) {
      engine.clock.advance(Math.min(left, 2_000))
      await settled(10)
    }
  }
  const rest = async () => (await engine.store.getWebhook(webhookId))?.rest ?? null
  return { ...engine, webhookId, publish, pass, rest }
}

test('an endpoint that asks to wait gets nothing but one probe, and then all, at a growing rate', async () => {
  const { publish, open, pass, rest, schedule } = await setup()
  await publish(40)
  expect(open).toHaveLength(4)
  open[0]?.answer(429, { retryAfterMs: 20_000 })
  await settled()
  expect(await rest()).toMatchObject({ reason: expect.stringContaining('asked to wait for 20 s') })
  // What was open when it asked ends by itself; what was held here has gone back.
  expect(open).toHaveLength(3)
  expect(schedule.counts().queued).toBe(0)
  for (const request of open.slice()) request.answer(200)
  await publish(5)
  await pass(19_000)
  expect(open).toHaveLength(0)
  await pass(2_000)
  expect(open).toHaveLength(1)
  await pass(10_000)
  expect(open).toHaveLength(1)
  open[0]?.answer(200)
  await settled()
  expect(await rest()).toBeNull()
  expect(open).toHaveLength(1)
  const answered: number[] = []
  for (let second = 0; second < 3; second++) {
    let count = 0
    for (let steps = 0; steps < 20; steps++) {
      count += open.length
      for (const request of open.slice()) request.answer(200)
      await settled(5)
      await pass(50)
    }
    answered.push(count)
  }
  const [first = 0, second = 0, third = 0] = answered
  expect(first).toBeGreaterThan(8)
  expect(first).toBeLessThan(30)
  expect(second).toBeGreaterThan(0)
  expect(first + second + third).toBe(40 + 5 - 3 - 1)
})

test('without a word of how long, failures in a row make it rest for a second, then longer', async () => {
  const { publish, open, pass, rest } = await setup()
  await publish(3)
  for (const request of open.slice()) request.fail('connect')
  await settled()
  expect((await rest())?.reason).toBe('The last 3 attempts failed: connect.')
  await publish(10)
  expect(open).toHaveLength(0)
  await pass(1_100)
  expect(open).toHaveLength(1)
  open[0]?.fail('connect')
  await settled()
  await pass(1_900)
  expect(open).toHaveLength(0)
  await pass(200)
  expect(open).toHaveLength(1)
  open[0]?.answer(200)
  await settled()
  expect(await rest()).toBeNull()
})

test('a single fault among successes makes no rest', async () => {
  const { publish, open, rest } = await setup()
  await publish(20)
  for (const status of [200, 503, 200, 200, 503, 503, 200]) {
    open[0]?.answer(status)
    await settled(5)
  }
  expect(await rest()).toBeNull()
  expect(open.length).toBeGreaterThan(2)
})

test('whoever asks may resume: what was held goes out at once', async () => {
  const { publish, open, store, webhookId, rest } = await setup()
  await publish(6)
  open[0]?.answer(503, { retryAfterMs: 3_600_000 })
  await settled()
  for (const request of open.slice()) request.answer(200)
  await settled()
  expect(open).toHaveLength(0)
  await store.setWebhookState(webhookId, 'active', null)
  await settled()
  expect(await rest()).toBeNull()
  expect(open).toHaveLength(1)
})

test.each([
  ['a new URL', { url: 'https://new.example/hook' }],
  ['resuming', null],
])('what was open before %s makes no rest after it', async (_, patch) => {
  const { publish, open, store, webhookId, rest, pass } = await setup()
  await publish(6)
  const [first, ...others] = open.slice()
  if (patch === null) first?.answer(503, { retryAfterMs: 60_000 })
  await settled()
  if (patch) await store.updateWebhook(webhookId, patch)
  else await store.setWebhookState(webhookId, 'active', null)
  await settled()
  for (const request of others) request.answer(503, { retryAfterMs: 60_000 })
  await settled()
  expect(await rest()).toBeNull()
  await pass(2_000)
  expect(open.filter((request) => !others.includes(request))).not.toHaveLength(0)
})

test('after a pause new leads go before what waited, and what waited is not forgotten', async () => {
  const { publish, open, store, webhookId, clock } = await setup()
  await store.setWebhookState(webhookId, 'paused', null)
  const old = new Set(await publish(200))
  clock.advance(100)
  await store.setWebhookState(webhookId, 'active', null)
  await store.settle(1_000)
  await settled()
  const fresh = new Set(await publish(60))
  const order: string[] = []
  while (open.length > 0) {
    for (const request of open.slice()) {
      order.push(request.id)
      request.answer(200)
    }
    await settled(5)
  }
  expect(order).toHaveLength(260)
  const firstOnes = order.slice(0, 100)
  expect(firstOnes.filter((id) => fresh.has(id)).length).toBeGreaterThan(50)
  expect(firstOnes.filter((id) => old.has(id)).length).toBeGreaterThan(20)
  expect(order.filter((id) => fresh.has(id))).toEqual([...fresh])
})

test('a rest that is over before anything is due is no reason to ask without a pause', async () => {
  const { store, publish, open, pass, rest } = await setup()
  await publish(1)
  open[0]?.answer(429, { retryAfterMs: 2_000 })
  await settled()
  expect(await rest()).not.toBeNull()
  let asked = 0
  const { claimDue } = store
  store.claimDue = (question) => {
    asked += 1
    return claimDue(question)
  }
  // Its delivery waits for the schedule's half a minute.
  await pass(20_000)
  expect(asked).toBeLessThan(25)
  await pass(20_000)
  expect(open).toHaveLength(1)
})

test('an endpoint that fails three in a row now and then is sent to as fast as one that never does', async () => {
  const answeredOf = async (failsInRow: number) => {
    const { publish, open, pass } = await setup({ scheduleMs: [0, 3_600_000] })
    let count = 0
    const answer = async (steps: number) => {
      for (let step = 0; step < steps; step++) {
        for (const request of open.slice()) {
          request.answer(count++ % 20 < failsInRow ? 500 : 200)
          await settled(1)
        }
        await pass(50)
      }
    }
    // The first time it is begun anew, as what is new goes first from then on.
    await publish(100)
    await answer(160)
    await publish(1_000)
    await answer(60)
    return count
  }
  const well = await answeredOf(0)
  expect(well).toBe(1_100)
  expect(await answeredOf(3)).toBe(well)
})
