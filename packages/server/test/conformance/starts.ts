import { expect, test } from 'vitest'
import type { WebhookChange } from '../../src/store/desk.ts'
import { done, type Suite, setup } from './store-world.ts'

/** Which of them are for now; a moment has passed on a real clock. */
const forNow = (starts: { count: number; firstInMs: number; everyMs: number }) =>
  Array.from({ length: starts.count }, (_, n) => starts.firstInMs + n * starts.everyMs).filter(
    (inMs) => inMs <= 50,
  ).length

export function describeStarts(suite: Suite): void {
  test('a rate is kept, changed, and taken away', async () => {
    const { world, store, chatbot } = await setup(suite)
    const made = await world.webhook(chatbot.id, { ratePerSecond: 0.7 })
    expect(made.ratePerSecond).toBe(0.7)
    const change = async (values: WebhookChange) =>
      done(await store.updateWebhook(made.id, values)).ratePerSecond
    expect(await change({ ratePerSecond: 1_000 })).toBe(1_000)
    expect(await change({ description: 'x' })).toBe(1_000)
    expect(await change({ ratePerSecond: null })).toBeNull()
  })

  test('who asks side by side never gets more than the bucket holds', async () => {
    const { world, store, chatbot } = await setup(suite)
    const { id: webhookId } = await world.webhook(chatbot.id, { ratePerSecond: 2 })
    if (suite.movesTime) await world.advance(60_000)
    const want = [{ webhookId, ratePerSecond: 2, count: 2 }]
    const answers = (
      await Promise.all(Array.from({ length: 8 }, () => store.takeStarts(want)))
    ).flat()
    const given = answers.reduce((sum, { count }) => sum + count, 0)
    // A burst of 2, and those of the second ahead.
    expect(given).toBeGreaterThanOrEqual(1)
    expect(given).toBeLessThanOrEqual(4)
    expect(answers.reduce((sum, starts) => sum + forNow(starts), 0)).toBeLessThanOrEqual(2)
    const emptyHanded = answers.filter(({ count }) => count === 0)
    expect(emptyHanded.length).toBeGreaterThan(0)
    for (const { nextInMs } of emptyHanded) expect(nextInMs).toBeGreaterThan(0)
  })

  test('each webhook has a bucket of its own, and each question its answer', async () => {
    const { world, store, chatbot } = await setup(suite)
    const slow = await world.webhook(chatbot.id, { ratePerSecond: 0.1 })
    const quick = await world.webhook(chatbot.id, { ratePerSecond: 500 })
    if (suite.movesTime) await world.advance(60_000)
    const wanted = [
      { webhookId: slow.id, ratePerSecond: 0.1, count: 9, byForce: true },
      { webhookId: quick.id, ratePerSecond: 500, count: 300 },
      { webhookId: slow.id, ratePerSecond: 0.1, count: 9 },
    ]
    const answers = await store.takeStarts(wanted)
    expect(answers.map(({ count }) => count)).toEqual([9, 300, 0])
    expect(answers[2]?.nextInMs).toBeGreaterThan(8_000)
    expect(await store.takeStarts([])).toEqual([])
  })

  test('of a webhook that is gone nothing is kept', async () => {
    const { world, store, chatbot } = await setup(suite)
    const { id: webhookId } = await world.webhook(chatbot.id, { ratePerSecond: 1 })
    const want = [{ webhookId, ratePerSecond: 1, count: 1 }]
    await store.takeStarts(want)
    await store.deleteWebhook(webhookId)
    expect(await store.takeStarts(want)).toHaveLength(1)
  })

  test('a restart gives nothing twice', async () => {
    const { world, store, chatbot } = await setup(suite)
    const { id: webhookId } = await world.webhook(chatbot.id, { ratePerSecond: 1 })
    const want = [{ webhookId, ratePerSecond: 1, count: 5 }]
    await store.takeStarts(want)
    await world.reopen()
    const [starts] = await world.store.takeStarts(want)
    expect(starts && forNow(starts)).toBe(0)
  })
}
