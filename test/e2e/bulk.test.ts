/**
 * Many deliveries resent by a filter, under traffic, and the program killed in the middle: none is lost,
 * none is resent twice. BULK_DELIVERIES=10000 makes it as many as one likes.
 */
import { expect, onTestFinished, test } from 'vitest'
import { ANN, ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'

const DELIVERIES = Number(process.env.BULK_DELIVERIES ?? 1_200)
const SETTINGS = { RETRY_SCHEDULE: '0s', LOG_LEVEL: 'warn' }

interface Bulk {
  total: number
  done: number
  skipped: number
  finishedAt: string | null
}

test('a resend by filter is killed in the middle, and ends where it should', {
  timeout: 60_000 + DELIVERIES * 30,
}, async () => {
  const world = await ServerWorld.open({ settings: SETTINGS })
  onTestFinished(() => world.close())
  const { chatbotId, webhook, endpoint } = await world.subscribe({
    steps: [{ kind: 'answer', status: 500 }],
    fields: { eventTypes: ['lead.submit', 'order.paid'] },
  })
  const events = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ eventType: 'order.paid', payload: { n } }))
  const path = `/api/v1/chatbots/${chatbotId}/events/batch`
  for (let made = 0; made < DELIVERIES; made += 400) {
    await world.api.post(path, { events: events(Math.min(400, DELIVERIES - made)) })
  }
  const filter = { webhookId: webhook.id, state: ['exhausted'] }
  const counted = () =>
    world.api.post<{ count: number }>('/api/v1/deliveries/resend', { ...filter, dryRun: true })
  await until(async () => ((await counted()).count === DELIVERIES ? true : null), {
    what: 'all to be given up',
    withinMs: 30_000 + DELIVERIES * 10,
  })
  await endpoint.behave({ kind: 'answer', status: 200 })
  const before = endpoint.received.length
  const { recoveryId } = await world.api.post<{ recoveryId: string }>(
    '/api/v1/deliveries/resend',
    filter,
  )
  const look = () => world.api.get<Bulk>(`/api/v1/bulk-actions/${recoveryId}`)
  for (let kills = 0; kills < 2; kills++) {
    // Fresh leads come in meanwhile.
    await Promise.all([1, 2, 3].map(() => world.api.postLead(chatbotId, ANN)))
    await until(async () => ((await look()).done > (DELIVERIES / 4) * kills ? true : null), {
      what: 'a part of it',
    })
    await world.server.kill()
    await world.restart()
  }
  const over = await until(
    async () => {
      const bulk = await look()
      return bulk.finishedAt === null ? null : bulk
    },
    { what: 'the end of it', withinMs: 30_000 + DELIVERIES * 10 },
  )
  expect(over).toMatchObject({ total: DELIVERIES, done: DELIVERIES, skipped: 0 })
  const waiting = () =>
    world.api.post<{ count: number }>('/api/v1/deliveries/cancel', {
      webhookId: webhook.id,
      dryRun: true,
    })
  await until(async () => ((await waiting()).count === 0 ? true : null), {
    what: 'the last of them',
    withinMs: 30_000 + DELIVERIES * 10,
  })
  expect((await counted()).count).toBe(0)
  const resent = endpoint.received.slice(before).filter(({ body }) => body.includes('order.paid'))
  const ids = new Set(resent.map(({ headers }) => headers['webhook-id']))
  const repeats = resent.length - ids.size
  console.log(`resent ${ids.size} of ${DELIVERIES}, 2 kills, ${repeats} repeats`)
  expect(ids.size).toBe(DELIVERIES)
  // What was in the air when the program died is sent again; nothing else is.
  expect(repeats).toBeLessThanOrEqual(2 * 64)
})

test('earlier events go to a new webhook once each, under traffic and through a kill', {
  timeout: 120_000,
}, async () => {
  const world = await ServerWorld.open({ settings: { ...SETTINGS, MAX_BACKLOG: '400' } })
  onTestFinished(() => world.close())
  const { chatbotId, endpoint } = await world.subscribe({ fields: { eventTypes: ['a.b'] } })
  const publish = (count: number) =>
    world.api.post(`/api/v1/chatbots/${chatbotId}/events/batch`, {
      events: Array.from({ length: count }, (_, n) => ({
        eventType: 'order.paid',
        payload: { n },
      })),
    })
  for (let made = 0; made < EARLIER; made += 200) await publish(200)
  const url = `${endpoint.url}/later`
  const { id } = await world.api.createWebhook(chatbotId, { url, eventTypes: ['order.paid'] })
  const path = `/api/v1/webhooks/${id}/backfill`
  const since = '2020-01-01'
  const { recoveryId, count } = await world.api.post<{ recoveryId: string; count: number }>(path, {
    since,
  })
  expect(count).toBe(EARLIER)
  const look = () => world.api.get<Bulk>(`/api/v1/bulk-actions/${recoveryId}`)
  await Promise.all([publish(20), publish(20)])
  await until(async () => ((await look()).done > 0 ? true : null), { what: 'a part of it' })
  await world.server.kill()
  await world.restart()
  await publish(20)
  await until(async () => ((await look()).finishedAt === null ? null : true), {
    what: 'the end of it',
    withinMs: 60_000,
  })
  expect(await look()).toMatchObject({ done: EARLIER, skipped: 0 })
  const sent = { webhookId: id, state: ['delivered'], dryRun: true }
  const delivered = async () =>
    (await world.api.post<{ count: number }>('/api/v1/deliveries/resend', sent)).count
  await until(async () => ((await delivered()) === EARLIER + 60 ? true : null), {
    what: 'all to arrive, and none twice',
    withinMs: 30_000,
  })
  const left = await world.api.post<{ count: number }>(path, { since, dryRun: true })
  expect(left.count).toBe(0)
})

const EARLIER = 800
