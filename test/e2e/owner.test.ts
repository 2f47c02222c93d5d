/** What an owner does with webhooks and deliveries while events are under way. */
import { verify } from '@chatzuri/webhooks'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ErrorView } from '../support/api-client.ts'
import type { ReceivedRequest, Step } from '../support/receiver-protocol.ts'
import { ANN, ServerWorld } from '../support/server-world.ts'

const OK: Step = { kind: 'answer', status: 200 }
const BROKEN: Step = { kind: 'answer', status: 500 }

let world: ServerWorld
// What failed once stays pending for the whole test.
beforeAll(async () => {
  world = await ServerWorld.open({ settings: { RETRY_SCHEDULE: '0s,1h' } })
})
afterAll(() => world?.close())

test('what comes for a paused webhook is parked; resumed, it is delivered, oldest first', async () => {
  const { webhook, endpoint, lead } = await world.subscribe({ fields: { maxInFlight: 1 } })
  const paused = await action(webhook.id, 'pause')
  expect(paused).toMatchObject({ state: 'paused', stateReason: expect.stringMatching(/\.$/) })
  const leads = [await lead(), await lead(), await lead()]
  for (const { eventId } of leads) {
    const parked = await world.api.deliveryIn('parked', eventId)
    expect(parked).toMatchObject({ stateReason: 'webhook_paused', attemptCount: 0 })
    expect(parked.explanation).toMatch(/^Parked, because its webhook is paused; it is sent when/)
  }
  expect(endpoint.received).toHaveLength(0)

  expect(await action(webhook.id, 'resume')).toMatchObject({ state: 'active', stateReason: null })
  for (const { eventId } of leads) await world.api.deliveryIn('delivered', eventId)
  expect(endpoint.received.map(idOf)).toEqual(leads.map(({ eventId }) => eventId))
})

test('a pause also holds back what waits for its next attempt, and what it had is not lost', async () => {
  const { webhook, endpoint, lead } = await world.subscribe({ steps: [BROKEN, OK] })
  const { eventId } = await lead()
  await world.api.deliveryAfter(1, eventId)
  await action(webhook.id, 'pause')
  await world.api.deliveryIn('parked', eventId)

  await action(webhook.id, 'resume')
  const delivery = await world.api.deliveryIn('delivered', eventId)
  expect(delivery.attempts.map(({ status }) => status)).toEqual([500, 200])
  expect(endpoint.received).toHaveLength(2)
})

test('deleting a webhook cancels what waits, and leaves what is finished readable', async () => {
  const { chatbotId, webhook, endpoint, lead } = await world.subscribe({ steps: [OK, BROKEN] })
  const done = await lead()
  await world.api.deliveryIn('delivered', done.eventId)
  const waiting = await lead()
  await world.api.deliveryAfter(1, waiting.eventId)

  await world.api.delete(`/api/v1/webhooks/${webhook.id}`)
  const cancelled = await world.api.deliveryIn('cancelled', waiting.eventId)
  expect(cancelled).toMatchObject({ stateReason: 'webhook_deleted', nextAttemptAt: null })
  expect(cancelled.explanation).toBe('Cancelled: its webhook was deleted, so it will not be sent.')
  expect(await world.api.deliveryIn('delivered', done.eventId)).toMatchObject({
    attempts: [{ status: 200 }],
  })
  expect((await world.api.send('GET', `/api/v1/webhooks/${webhook.id}`)).status).toBe(404)
  const resent = await world.api.send<ErrorView>(
    'POST',
    `/api/v1/deliveries/${cancelled.id}/resend`,
  )
  expect(resent).toMatchObject({ status: 409, body: { code: 'webhook_deleted' } })

  const { eventId } = await world.api.postLead(chatbotId, ANN)
  expect(await world.api.deliveriesOf(eventId)).toEqual([])
  expect(endpoint.received).toHaveLength(2)
})

test('a delivery that was cancelled is not sent, unless it is resent', async () => {
  const { endpoint, lead } = await world.subscribe({ steps: [BROKEN, OK] })
  const { eventId } = await lead()
  const { id } = await world.api.deliveryAfter(1, eventId)

  const path = `/api/v1/deliveries/${id}`
  expect(await world.api.post(`${path}/cancel`)).toMatchObject({
    id,
    state: 'cancelled',
    stateReason: 'cancelled_by_owner',
  })
  const again = await world.api.send<ErrorView>('POST', `${path}/cancel`)
  expect(again).toMatchObject({ status: 409, body: { code: 'wrong_state' } })
  expect(endpoint.received).toHaveLength(1)

  await world.api.post(`${path}/resend`)
  await world.api.deliveryIn('delivered', eventId)
  const [first, second] = await endpoint.arrived(2)
  expect([second && idOf(second), second?.body]).toEqual([eventId, first?.body])
})

test('a delivery that is under way is recorded though it was cancelled, and stays cancelled', async () => {
  const { endpoint, lead } = await world.subscribe({ steps: [{ kind: 'hang' }] })
  const { eventId } = await lead()
  await endpoint.arrived(1)
  const [delivery] = await world.api.deliveriesOf(eventId)
  await world.api.post(`/api/v1/deliveries/${delivery?.id}/cancel`)
  await endpoint.release()

  const after = await world.api.deliveryAfter(1, eventId)
  expect(after).toMatchObject({ state: 'cancelled', attempts: [{ status: 200 }] })
})

test('what was delivered can be sent again: the same id, the same bytes', async () => {
  const { endpoint, lead } = await world.subscribe()
  const { eventId } = await lead()
  const { id } = await world.api.deliveryIn('delivered', eventId)
  await world.api.post(`/api/v1/deliveries/${id}/resend`)
  const [first, second] = await endpoint.arrived(2)
  expect(second?.body).toEqual(first?.body)
  expect([first && idOf(first), second && idOf(second)]).toEqual([eventId, eventId])
  expect(guideSignature(second)).toBe(guideSignature(first))
  expect(await world.api.deliveryAfter(2, eventId)).toMatchObject({ state: 'delivered' })
})

test('while a rotation lasts, a receiver with either secret verifies; finished, only the new one', async () => {
  const { webhook, endpoint, lead } = await world.subscribe()
  const path = `/api/v1/webhooks/${webhook.id}`
  const rotated = await world.api.post<{ secret: string; previousSecret: string }>(
    `${path}/rotate-secret`,
  )
  expect(rotated.previousSecret).toBe(webhook.secret)
  expect(rotated.secret).not.toBe(webhook.secret)
  const during = await sendOne()
  expect(during.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
  for (const secret of [rotated.secret, webhook.secret]) {
    expect(await verifies(during, secret, 'modern')).toBe(true)
    new StandardWebhook(secret).verify(during.body.toString(), during.headers)
  }
  // The guide's header holds one signature: by the secret that every receiver has had so far.
  expect(await verifies(during, webhook.secret, 'guide')).toBe(true)
  expect(await verifies(during, rotated.secret, 'guide')).toBe(false)
  const second = await world.api.send<ErrorView>('POST', `${path}/rotate-secret`)
  expect(second).toMatchObject({ status: 409, body: { code: 'overlap_running' } })

  await world.api.post(`${path}/rotate-secret/finish`)
  expect(await world.api.get(`${path}/secret`)).toEqual({ secret: rotated.secret })
  const after = await sendOne()
  expect(after.headers['webhook-signature']).toMatch(/^v1,\S{44}$/)
  for (const header of ['modern', 'guide'] as const) {
    expect(await verifies(after, rotated.secret, header)).toBe(true)
    expect(await verifies(after, webhook.secret, header)).toBe(false)
  }

  async function sendOne(): Promise<ReceivedRequest> {
    const { eventId } = await lead()
    await world.api.deliveryIn('delivered', eventId)
    const request = endpoint.received.find((received) => idOf(received) === eventId)
    if (!request) throw new Error('It did not arrive')
    return request
  }
})

test('a rotation without overlap ends the old secret at once, also for what waits', async () => {
  const { webhook, endpoint, lead } = await world.subscribe({ steps: [BROKEN, OK] })
  const { eventId } = await lead()
  const { id } = await world.api.deliveryAfter(1, eventId)
  const secret = 'the-new-secret-of-the-owner'
  await world.api.post(`/api/v1/webhooks/${webhook.id}/rotate-secret`, { secret, overlapHours: 0 })
  await world.api.post(`/api/v1/deliveries/${id}/cancel`)
  await world.api.post(`/api/v1/deliveries/${id}/resend`)

  const [, second] = await endpoint.arrived(2)
  if (!second) throw new Error('It did not arrive')
  expect(await verifies(second, secret, 'guide')).toBe(true)
  expect(await verifies(second, webhook.secret, 'modern')).toBe(false)
})

test('a test event goes out in any state, is listed, and is neither retried nor counted', async () => {
  const { webhook, endpoint } = await world.subscribe({ steps: [BROKEN] })
  await action(webhook.id, 'pause')
  const tested = await world.api.post<{ deliveryId: string }>(`/api/v1/webhooks/${webhook.id}/test`)
  expect(tested).toMatchObject({ status: 500, result: 'failed', responseBody: '{"received":true}' })

  const delivery = await world.api.delivery(tested.deliveryId)
  expect(delivery).toMatchObject({ state: 'exhausted', attemptCount: 1, nextAttemptAt: null })
  const request = await endpoint.first()
  expect(await verifies(request, webhook.secret, 'modern')).toBe(true)
  expect((await world.api.webhook(webhook.id)).health.consecutiveFailures).toBe(0)
})

function action(webhookId: string, verb: 'pause' | 'resume') {
  return world.api.post(`/api/v1/webhooks/${webhookId}/${verb}`)
}

function idOf(request: ReceivedRequest): string | undefined {
  return request.headers['webhook-id']
}

function guideSignature(request: ReceivedRequest | undefined): string | undefined {
  return request?.headers['x-chatzuri-signature']
}

async function verifies(request: ReceivedRequest, secret: string, header: 'modern' | 'guide') {
  return verify(request.body, request.headers, secret, { require: header }).then(
    () => true,
    () => false,
  )
}
