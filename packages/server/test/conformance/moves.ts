import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

export function describeMoves(suite: Suite): void {
  test('a resend is a new series of attempts, due now', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'exhausted' })
    expect(await store.resend(claim.deliveryId)).toMatchObject({
      state: 'pending',
      stateReason: null,
      attemptCount: 1,
      seriesAttempts: 0,
      claimed: false,
      finishedAt: null,
      dueAt: expect.any(Number),
    })
    const { claims } = await store.claimDue({
      nodeId: world.nodeId,
      lanes: [{ webhookId: webhook.id, limit: 9 }],
    })
    const again = { ...claim, attemptNumber: 2, seriesAttempts: 0 }
    expect(claims).toEqual([again])
    await world.record(again, { kind: 'delivered' })
    const detail = await store.getDelivery(claim.deliveryId)
    expect(detail?.attempts.map((attempt) => attempt.number)).toEqual([1, 2])
    expect(await store.resend(claim.deliveryId)).toMatchObject({ state: 'pending' })
    expect(await store.backlog()).toBe(1)
  })

  test('only what is finished can be resent', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    expect(await store.resend(claim.deliveryId)).toBe('wrong_state')
    expect(await store.resend('dlv_none')).toBeNull()
    await world.record(claim, { kind: 'delivered' })
    await store.deleteWebhook(webhook.id)
    expect(await store.resend(claim.deliveryId)).toBe('webhook_deleted')
    expect(await store.backlog()).toBe(0)
  })

  test('what was cancelled while its attempt is on its way is resent only after that', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.cancel(claim.deliveryId, 'cancelled_by_owner')
    expect(await store.resend(claim.deliveryId)).toBe('wrong_state')
    await world.record(claim, { kind: 'exhausted' })
    expect(await store.resend(claim.deliveryId)).toMatchObject({
      state: 'pending',
      seriesAttempts: 0,
    })
  })

  test('a resend to a webhook that is not active is parked', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'delivered' })
    await store.setWebhookState(webhook.id, 'paused', null)
    expect(await store.resend(claim.deliveryId)).toMatchObject({
      state: 'parked',
      stateReason: 'webhook_paused',
      dueAt: null,
    })
  })

  test('a cancelled delivery waits no more', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event], lease: null })
    const [waiting] = (await store.getEvent(event.id))?.deliveries ?? []
    const id = waiting?.id ?? ''
    expect(await store.cancel(id, 'cancelled_by_owner')).toMatchObject({
      state: 'cancelled',
      stateReason: 'cancelled_by_owner',
      dueAt: null,
      finishedAt: expect.any(Number),
    })
    expect(await store.lanesWaiting()).toEqual([])
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    expect((await store.claimDue({ nodeId: world.nodeId, lanes })).claims).toEqual([])
    expect(await store.cancel(id, 'cancelled_by_owner')).toBe('wrong_state')
    expect(await store.cancel('dlv_none', 'cancelled_by_owner')).toBeNull()
    expect(await store.backlog()).toBe(0)
    expect(await store.resend(id)).toMatchObject({ state: 'pending', stateReason: null })
  })

  test('an attempt that was on its way when its delivery was cancelled is history only', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.cancel(claim.deliveryId, 'cancelled_by_owner')
    expect(await world.record(claim, { kind: 'delivered' })).toEqual({
      kind: 'recorded',
      state: 'cancelled',
      dueInMs: null,
    })
    const detail = await store.getDelivery(claim.deliveryId)
    expect(detail?.attempts).toMatchObject([{ number: 1, result: 'delivered' }])
    expect(detail?.delivery).toMatchObject({
      state: 'cancelled',
      stateReason: 'cancelled_by_owner',
      claimed: false,
      attemptCount: 1,
    })
    expect(await store.backlog()).toBe(0)
    expect(await world.record(claim, { kind: 'delivered' })).toEqual({ kind: 'lease_lost' })
  })

  test('a test is sent in any state, ends with its attempt and touches no health', async () => {
    const { world, store, webhook } = await setup(suite)
    await store.setWebhookState(webhook.id, 'paused', 'x')
    for (const outcome of [
      { kind: 'delivered' },
      { kind: 'retry', delayMs: 1, charged: true },
      { kind: 'gone' },
    ] as const) {
      const eventId = world.ids.next('event')
      const test = await store.createTest({
        nodeId: world.nodeId,
        webhookId: webhook.id,
        eventId,
        eventType: 'lead.submit',
        payload: '{"a":1}',
      })
      expect(test).toMatchObject({ eventId, kind: 'test', payload: '{"a":1}', attemptNumber: 1 })
      if (!test) return
      const state = outcome.kind === 'delivered' ? 'delivered' : 'exhausted'
      expect(await world.record(test, outcome)).toMatchObject({ state, dueInMs: null })
      expect(await store.resend(test.deliveryId)).toBe('wrong_state')
      expect(await world.delivery(test.deliveryId)).toMatchObject({ kind: 'test', state })
    }
    expect(await store.getWebhook(webhook.id)).toMatchObject({
      state: 'paused',
      health: webhook.health,
    })
    expect(await store.backlog()).toBe(0)
  })

  test('a test for a webhook that is not there makes nothing', async () => {
    const { world, store } = await setup(suite)
    const eventId = world.ids.next('event')
    const input = { eventId, eventType: 'lead.submit', payload: '{}' }
    const none = { nodeId: world.nodeId, webhookId: 'wh_none', ...input }
    expect(await store.createTest(none)).toBeNull()
    expect(await store.getEvent(eventId)).toBeNull()
  })

  test('a test that a stopped process left behind is never sent', async () => {
    const { world, store, webhook } = await setup(suite)
    const test = await store.createTest({
      nodeId: world.nodeId,
      webhookId: webhook.id,
      eventId: world.ids.next('event'),
      eventType: 'lead.submit',
      payload: '{}',
    })
    await world.reopen()
    expect(await world.store.lanesWaiting()).toEqual([])
    expect(await world.delivery(test?.deliveryId ?? '')).toMatchObject({ state: 'exhausted' })
    expect(await world.store.backlog()).toBe(0)
  })
}
