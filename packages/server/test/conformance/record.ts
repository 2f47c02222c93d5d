import { expect, test } from 'vitest'
import { DISABLE_FAILURES_MIN } from '../../src/store/rules/after-attempt.ts'
import { DISABLE_AFTER_MS, LEASE_MS, type Suite, setup } from './store-world.ts'

const RETRY = { kind: 'retry', delayMs: 60_000, charged: true } as const

export function describeRecord(suite: Suite): void {
  test('a delivered attempt ends its delivery', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const result = await world.record(
      claim,
      { kind: 'delivered' },
      { attempt: { note: 'acknowledged', responseBody: '{"ok":true} ☕' } },
    )
    expect(result).toEqual({ kind: 'recorded', state: 'delivered', dueInMs: null })
    const detail = await store.getDelivery(claim.deliveryId)
    expect(detail?.delivery).toMatchObject({
      state: 'delivered',
      stateReason: null,
      attemptCount: 1,
      dueAt: null,
      claimed: false,
      lastStatus: 200,
      lastError: null,
      finishedAt: expect.any(Number),
    })
    expect(detail?.attempts).toEqual([
      {
        ...world.attempt({ note: 'acknowledged', responseBody: '{"ok":true} ☕' }),
        id: detail?.attempts[0]?.id,
        startedAt: detail?.attempts[0]?.startedAt,
        deliveryId: claim.deliveryId,
        number: 1,
      },
    ])
    expect(detail?.webhook).toMatchObject({ id: webhook.id, health: { failingSince: null } })
    expect(detail?.webhook?.health.lastSuccessAt).toEqual(expect.any(Number))
  })

  test('a retry waits for its time, counted when it is charged', async () => {
    const { world, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    expect(await world.record(claim, RETRY)).toEqual({
      kind: 'recorded',
      state: 'pending',
      dueInMs: 60_000,
    })
    const delivery = await world.delivery(claim.deliveryId)
    expect(delivery).toMatchObject({
      state: 'pending',
      attemptCount: 1,
      seriesAttempts: 1,
      claimed: false,
      lastStatus: 500,
      lastError: 'The endpoint answered 500.',
      finishedAt: null,
    })
    expect((delivery.dueAt ?? 0) - delivery.updatedAt).toBe(60_000)
  })

  test('a fault of ours is an attempt, but neither charged nor held against the webhook', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const outcome = { ...RETRY, charged: false, forMsMax: 86_400_000 } as const
    await world.record(claim, outcome, { attempt: { status: null, errorCode: 'our_fault' } })
    expect(await world.delivery(claim.deliveryId)).toMatchObject({
      attemptCount: 1,
      seriesAttempts: 0,
    })
    expect((await store.getWebhook(webhook.id))?.health).toEqual(webhook.health)
  })

  test('exhausted ends a delivery visibly', async () => {
    const { world, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    expect(await world.record(claim, { kind: 'exhausted' })).toMatchObject({ state: 'exhausted' })
    expect(await world.delivery(claim.deliveryId)).toMatchObject({
      state: 'exhausted',
      finishedAt: expect.any(Number),
    })
  })

  test('an attempt is recorded once', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const results = await Promise.all([
      world.record(claim, { kind: 'delivered' }),
      world.record(claim, { kind: 'delivered' }),
    ])
    expect(results.map((result) => result.kind).sort()).toEqual(['lease_lost', 'recorded'])
    expect((await store.getDelivery(claim.deliveryId))?.attempts).toHaveLength(1)
    const unknown = { ...claim, deliveryId: 'dlv_none' }
    expect(await world.record(unknown, { kind: 'delivered' })).toEqual({ kind: 'lease_lost' })
  })

  test('an attempt is recorded once, also when its node holds the next one by then', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { ...RETRY, delayMs: 0 })
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    const { claims } = await store.claimDue({ nodeId: world.nodeId, lanes })
    expect(claims).toMatchObject([{ attemptNumber: 2 }])
    // As one asks again who never heard the answer.
    expect(await world.record(claim, { kind: 'delivered' })).toEqual({ kind: 'lease_lost' })
    const { delivery, attempts } = (await store.getDelivery(claim.deliveryId)) ?? {}
    expect(delivery).toMatchObject({ state: 'pending', claimed: true, attemptCount: 1 })
    expect(attempts).toHaveLength(1)
  })

  test('410 disables the webhook and parks its delivery', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const gone = { attempt: { status: 410 } }
    const result = await world.record(claim, { kind: 'gone' }, gone)
    expect(result).toEqual({ kind: 'recorded', state: 'parked', dueInMs: null })
    const disabled = await store.getWebhook(webhook.id)
    expect(disabled).toMatchObject({ state: 'disabled' })
    expect(disabled?.stateReason).toContain('410 Gone')
    expect(await world.delivery(claim.deliveryId)).toMatchObject({
      state: 'parked',
      stateReason: 'webhook_disabled',
      attemptCount: 1,
    })
  })

  test('a retry of a webhook that was paused meanwhile is parked', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.setWebhookState(webhook.id, 'paused', null)
    expect(await world.record(claim, RETRY)).toMatchObject({ state: 'parked', dueInMs: null })
    expect(await world.delivery(claim.deliveryId)).toMatchObject({
      stateReason: 'webhook_paused',
      dueAt: null,
    })
  })

  test('a retry of a webhook that was deleted meanwhile is cancelled', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.deleteWebhook(webhook.id)
    expect(await world.record(claim, RETRY)).toMatchObject({ state: 'cancelled' })
    expect(await store.getDelivery(claim.deliveryId)).toMatchObject({
      webhook: null,
      delivery: { stateReason: 'webhook_deleted', finishedAt: expect.any(Number) },
      attempts: [{ number: 1 }],
    })
    expect(await store.backlog()).toBe(0)
  })

  test('many attempts recorded at once add up in the webhook', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claims = await Promise.all(Array.from({ length: 20 }, () => world.claim(chatbot.id)))
    await Promise.all(claims.map((claim) => world.record(claim, RETRY)))
    expect((await store.getWebhook(webhook.id))?.health).toMatchObject({
      consecutiveFailures: 20,
      lastFailure: 'The endpoint answered 500.',
      failingSince: expect.any(Number),
    })
    const healed = await world.claim(chatbot.id)
    await world.record(healed, { kind: 'delivered' })
    expect((await store.getWebhook(webhook.id))?.health).toMatchObject({
      consecutiveFailures: 0,
      failingSince: null,
      lastFailure: 'The endpoint answered 500.',
    })
  })

  test('a webhook knows by which delivery it failed, and what its last success said', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const failing = await world.claim(chatbot.id)
    await world.record(failing, RETRY)
    expect((await store.getWebhook(webhook.id))?.health).toMatchObject({
      lastFailureBy: failing.deliveryId,
      lastNote: null,
    })
    const taken = await world.claim(chatbot.id)
    await world.record(taken, { kind: 'delivered' }, { attempt: { note: 'web_page' } })
    expect((await store.getWebhook(webhook.id))?.health).toMatchObject({
      failingSince: null,
      lastFailureBy: failing.deliveryId,
      lastNote: 'web_page',
    })
    const page = { limit: 10, after: null, bytesMax: 65_536 }
    const { rows } = await store.readPage('deliveries', { chatbotId: chatbot.id }, page)
    expect(rows.map(({ id, lastNote }) => [id, lastNote])).toEqual([
      [taken.deliveryId, 'web_page'],
      [failing.deliveryId, null],
    ])
    expect(await world.delivery(taken.deliveryId)).toMatchObject({ lastNote: 'web_page' })
    const event = await store.getEvent(taken.eventId)
    expect(event?.deliveries).toMatchObject([{ lastNote: 'web_page' }])
  })

  if (!suite.movesTime) return

  test('a webhook without a success for so long is disabled at its next failure', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    for (let failed = 1; failed < DISABLE_FAILURES_MIN; failed++) {
      await world.record(await world.claim(chatbot.id), RETRY)
    }
    await world.advance(DISABLE_AFTER_MS - 1)
    await world.join()
    await world.record(await world.claim(chatbot.id), RETRY)
    expect(await store.getWebhook(webhook.id)).toMatchObject({ state: 'active' })
    await world.advance(1)
    const last = await world.claim(chatbot.id)
    expect(await world.record(last, RETRY)).toMatchObject({ state: 'parked' })
    const disabled = await store.getWebhook(webhook.id)
    expect(disabled).toMatchObject({ state: 'disabled', stateReason: expect.any(String) })
  })

  test('time alone disables nothing: there are at least five failures', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.record(await world.claim(chatbot.id), RETRY)
    await world.advance(2 * DISABLE_AFTER_MS)
    await world.join()
    for (let failed = 2; failed < DISABLE_FAILURES_MIN; failed++) {
      await world.record(await world.claim(chatbot.id), RETRY)
      expect(await store.getWebhook(webhook.id)).toMatchObject({ state: 'active' })
    }
    await world.record(await world.claim(chatbot.id), RETRY)
    expect(await store.getWebhook(webhook.id)).toMatchObject({ state: 'disabled' })
  })

  test('a webhook that was brought back is not disabled by its first failure', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.record(await world.claim(chatbot.id), RETRY)
    await store.setWebhookState(webhook.id, 'disabled', 'failing')
    await world.advance(DISABLE_AFTER_MS)
    await world.join()
    await store.setWebhookState(webhook.id, 'active', null)
    await world.record(await world.claim(chatbot.id), RETRY)
    expect(await store.getWebhook(webhook.id)).toMatchObject({ state: 'active' })
  })

  test('a success in between begins the count of days anew', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.record(await world.claim(chatbot.id), RETRY)
    await world.advance(LEASE_MS / 2)
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    await world.advance(DISABLE_AFTER_MS)
    await world.join()
    await world.record(await world.claim(chatbot.id), RETRY)
    expect(await store.getWebhook(webhook.id)).toMatchObject({ state: 'active' })
  })
}
