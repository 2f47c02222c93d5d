import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const MINUTE_MS = 60_000

export function describeStats(suite: Suite): void {
  test('counts are of the chatbot and the webhook that were asked for', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const other = await world.webhook(chatbot.id)
    const stranger = await world.chatbot()
    await world.webhook(stranger.id)
    const { claims } = await world.accept(chatbot.id)
    for (const claim of claims) {
      const outcome = claim.webhookId === webhook.id ? 'delivered' : 'exhausted'
      await world.record(claim, { kind: outcome })
    }
    await world.accept(stranger.id)
    const now = world.harness.clock.now()
    const span = {
      from: now - (now % MINUTE_MS) - MINUTE_MS,
      to: now + MINUTE_MS,
      stepMs: MINUTE_MS,
    }
    const all = await store.stats(span)
    expect(all.totals).toMatchObject({ accepted: 3, delivered: 1, exhausted: 1, attempts: 2 })
    expect(all.current).toEqual({ pending: 1, parked: 0 })
    const own = await store.stats({ ...span, chatbotId: chatbot.id })
    expect(own.totals).toMatchObject({ accepted: 2, failedAttempts: 1, cancelled: 0 })
    expect(own.current).toEqual({ pending: 0, parked: 0 })
    const one = await store.stats({ ...span, webhookId: other.id })
    expect(one.totals).toMatchObject({ accepted: 1, delivered: 0, exhausted: 1 })
    const both = { ...span, webhookId: other.id, chatbotId: stranger.id }
    expect((await store.stats(both)).totals).toMatchObject({ accepted: 0, latencyMs: null })
  })

  test('what is unfinished is counted as it is now', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.accept(chatbot.id)
    await world.accept(chatbot.id, { lease: null })
    const span = { from: 0, to: MINUTE_MS, stepMs: MINUTE_MS, webhookId: webhook.id }
    expect((await store.stats(span)).current).toEqual({ pending: 2, parked: 0 })
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(10)
    const { current } = await store.stats({ ...span, chatbotId: chatbot.id })
    expect(current).toEqual({ pending: 1, parked: 1 })
  })

  test('tests are not counted', async () => {
    const { world, store, webhook } = await setup(suite)
    const claim = await store.createTest({
      nodeId: world.nodeId,
      webhookId: webhook.id,
      eventId: world.ids.next('event'),
      eventType: 'lead.submit',
      payload: '{}',
    })
    if (claim) await world.record(claim, { kind: 'delivered' })
    const stats = await store.stats({ from: 0, to: 2 ** 45, stepMs: MINUTE_MS })
    expect(stats.totals).toMatchObject({ accepted: 0, attempts: 0, delivered: 0 })
    expect(stats.series).toEqual([])
  })

  if (!suite.movesTime) return

  test('the series has a point for each step in which something happened', async () => {
    const { world, store, chatbot } = await setup(suite)
    const now = world.harness.clock.now()
    await world.advance(10 * MINUTE_MS - (now % (10 * MINUTE_MS)))
    await world.join()
    const from = world.harness.clock.now()
    const claim = await world.claim(chatbot.id)
    await world.advance(MINUTE_MS)
    await world.join()
    await world.record(claim, { kind: 'delivered' }).catch(() => null)
    await world.advance(10 * MINUTE_MS)
    await world.join()
    const late = await world.claim(chatbot.id)
    await world.record(late, { kind: 'delivered' }, { attempt: { durationMs: 40 } })
    const query = { from, to: from + 60 * MINUTE_MS, stepMs: 10 * MINUTE_MS }
    const { series } = await store.stats(query)
    expect(series.map((step) => [step.at - from, step.accepted])).toEqual([
      [0, 1],
      [10 * MINUTE_MS, 1],
    ])
    expect(series[0]).toMatchObject({ delivered: 0, attempts: 0, latencyMs: null })
    expect(series[1]).toMatchObject({ delivered: 1, attempts: 1 })
    expect(series[1]?.latencyMs?.p50).toBeGreaterThan(25)
    expect(series[1]?.latencyMs?.p50).toBeLessThanOrEqual(50)
    expect((await store.stats({ ...query, from: from + 60 * MINUTE_MS })).series).toEqual([])
  })

  test('a cancelled delivery counts in the minute in which it was cancelled', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.advance(5 * MINUTE_MS)
    await store.cancel(claim.deliveryId, 'cancelled_by_owner')
    const now = world.harness.clock.now()
    const at = now - (now % MINUTE_MS)
    const { series } = await store.stats({ from: at, to: at + MINUTE_MS, stepMs: MINUTE_MS })
    expect(series).toMatchObject([{ at, cancelled: 1, accepted: 0 }])
  })
}
