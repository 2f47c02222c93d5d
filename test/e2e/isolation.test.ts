/** A bad endpoint hurts only itself. A bound here, not a benchmark: `bench/` has the figures. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Step } from '../support/receiver-protocol.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'

const BAD: [what: string, step: Step][] = [
  ['hangs', { kind: 'hang' }],
  ['resets every connection', { kind: 'reset' }],
  ['answers 5 MB slowly', { kind: 'crawl', bytes: 5 * 1024 * 1024, overMs: 60_000 }],
]
const HEALTHY = 9
const LEADS = 200

let world: ServerWorld
beforeAll(async () => {
  // Fewer slots than requests that hang: one shared queue would be full of them.
  world = await ServerWorld.open({ settings: { MAX_IN_FLIGHT: '16', DELIVERY_TIMEOUT: '60s' } })
})
afterAll(() => world?.close())

test.each(BAD)('one webhook of ten that %s does not delay the other nine', async (_, step) => {
  const bad = await world.subscribe({ steps: [step] })
  const healthy = await Promise.all(
    Array.from({ length: HEALTHY }, () => world.receiver.endpoint()),
  )
  for (const { url } of healthy) {
    await world.api.createWebhook(bad.chatbotId, { url, eventTypes: ['lead.submit'] })
  }
  const startedAt = performance.now()
  const leads = Array.from({ length: LEADS }, (_, number) =>
    world.api.postLead(bad.chatbotId, { ...ANN, customerPhone: `${number}` }),
  )
  await Promise.all(leads)
  for (const endpoint of healthy) await endpoint.arrived(LEADS)

  expect(performance.now() - startedAt).toBeLessThan(10_000)
  for (const endpoint of healthy) {
    expect(new Set(endpoint.received.map(({ headers }) => headers['webhook-id'])).size).toBe(LEADS)
    expect(endpoint.received).toHaveLength(LEADS)
  }
})
