/** What a webhook is told of another, by the real program: killed before it could tell, and two that watch each other. */
import { expect, onTestFinished, test } from 'vitest'
import type { Step } from '../support/receiver-protocol.ts'
import { ServerWorld } from '../support/server-world.ts'

const DOWN: Step = { kind: 'answer', status: 500 }
const TYPES = [
  'webhook.failing',
  'webhook.resting',
  'webhook.disabled',
  'webhook.recovered',
  'delivery.failed',
]

async function setup() {
  const world = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,0s,0s' } })
  onTestFinished(() => world.close())
  const watched = await world.subscribe()
  const alarms = await world.receiver.endpoint()
  const { chatbotId } = watched
  await world.api.createWebhook(chatbotId, { url: alarms.url, eventTypes: TYPES })
  const told = () => alarms.received.map(({ body }) => JSON.parse(body.toString()))
  return { world, watched, alarms, told }
}

test('what a killed server had noted is told after the start, and as one event', {
  timeout: 60_000,
}, async () => {
  const { world, watched, alarms, told } = await setup()
  await watched.endpoint.behave(DOWN)
  const { eventId } = await watched.lead()
  await watched.endpoint.arrived(3)
  await world.api.deliveryIn('exhausted', eventId)
  await world.server.kill()
  await world.restart()
  await alarms.arrived(2)

  // What is told later is told after everything that was left over.
  await watched.endpoint.behave({ kind: 'answer', status: 200 })
  const next = await watched.lead()
  await world.api.deliveryIn('delivered', next.eventId)
  const isThere = () => told().some(({ eventType }) => eventType === 'webhook.recovered')
  await expect.poll(isThere, { timeout: 20_000 }).toBe(true)
  const events = new Map(
    alarms.received.map(({ headers, body }) => [
      String(headers['webhook-id']),
      JSON.parse(body.toString()),
    ]),
  )
  expect([...events.values()].map(({ eventType }) => eventType).sort()).toEqual([
    'delivery.failed',
    'webhook.failing',
    'webhook.recovered',
  ])
  for (const { payload } of events.values()) {
    expect(payload).toMatchObject({ webhookId: watched.webhook.id, count: 1 })
    expect(JSON.stringify(payload)).not.toContain('ann@')
  }
})
