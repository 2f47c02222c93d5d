/** An endpoint that asks for less, and the real program: also killed while the webhook rests. */
import { expect, onTestFinished, test } from 'vitest'
import type { Step } from '../support/receiver-protocol.ts'
import { ServerWorld } from '../support/server-world.ts'
import { until } from '../support/until.ts'

const OK: Step = { kind: 'answer', status: 200 }
const LATER: Step = { kind: 'answer', status: 429, headers: { 'retry-after': '6' } }
const LEADS = 40

test('a webhook rests as asked, over a kill -9, and then all that was held arrives', {
  timeout: 60_000,
}, async () => {
  const world = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,1s,1s,1s' } })
  onTestFinished(() => world.close())
  const { webhook, endpoint, lead } = await world.subscribe()
  await endpoint.behave(LATER)
  const first = await lead()
  await endpoint.arrived(1)
  const rest = await until(
    async () => {
      const { restingUntil, restingReason, state } = await world.api.webhook(webhook.id)
      return restingUntil === null ? null : { restingUntil, restingReason, state }
    },
    { what: 'the webhook rests' },
  )
  expect(rest).toMatchObject({
    state: 'active',
    restingReason: 'The endpoint answered 429 and asked to wait for 6 s.',
  })

  const held = await Promise.all(Array.from({ length: LEADS }, () => lead()))
  const waiting = await world.api.deliveryAfter(0, held[0]?.eventId ?? '')
  expect(waiting).toMatchObject({ state: 'pending', attempts: [] })
  expect(waiting.explanation).toMatch(/^Held, because its webhook rests .* asked to wait for 6 s/)

  await world.server.kill()
  await world.restart()
  expect((await world.api.webhook(webhook.id)).restingUntil).toBe(rest.restingUntil)
  expect(endpoint.received).toHaveLength(1)

  await endpoint.behave(OK)
  for (const { eventId } of [first, ...held]) {
    await world.api.deliveryIn('delivered', eventId, { withinMs: 30_000 })
  }
  expect(endpoint.received).toHaveLength(LEADS + 2)
  const probedAt = Date.parse(rest.restingUntil)
  expect(endpoint.received[1]?.receivedAt).toBeGreaterThanOrEqual(probedAt - 50)
  expect((await world.api.webhook(webhook.id)).restingUntil).toBeNull()
})

test('on one word a webhook rests for a minute; resuming it sends at once', async () => {
  const world = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,60s' } })
  onTestFinished(() => world.close())
  const { webhook, endpoint, lead } = await world.subscribe()
  await endpoint.behave({ kind: 'answer', status: 503, headers: { 'retry-after': '3600' } })
  await lead()
  await endpoint.arrived(1)
  const { eventId } = await lead()
  const rested = await until(
    async () => {
      const found = await world.api.webhook(webhook.id)
      return found.restingUntil === null ? null : found
    },
    { what: 'the webhook rests' },
  )
  // On one delivery's word: a minute.
  expect(Date.parse(rested.restingUntil ?? '') - Date.now()).toBeLessThan(63_000)
  await endpoint.behave(OK)
  await world.api.post(`/api/v1/webhooks/${webhook.id}/resume`)
  await world.api.deliveryIn('delivered', eventId)
  expect((await world.api.webhook(webhook.id)).restingUntil).toBeNull()
})
