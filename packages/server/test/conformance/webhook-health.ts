import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const MINUTE_MS = 60_000
const TIMED_OUT = { status: null, errorCode: 'timeout', error: 'No answer within 5 s.' }

/** A delivered one, three that were given up, two that wait for a retry, one that was never tried. */
async function setupTroubled(suite: Suite) {
  const parts = await setup(suite)
  const { world, store, chatbot, webhook } = parts
  const ids: string[] = []
  const record = async (kind: 'delivered' | 'exhausted' | 'retry', attempt = {}) => {
    const claim = await world.claim(chatbot.id)
    ids.push(claim.deliveryId)
    const retry = { kind: 'retry', delayMs: 600_000, charged: true } as const
    await world.record(claim, kind === 'retry' ? retry : { kind }, { attempt })
  }
  await record('delivered')
  await record('exhausted')
  await record('exhausted', { error: 'The endpoint answered 500!' })
  await record('exhausted', TIMED_OUT)
  await record('retry')
  await record('retry', TIMED_OUT)
  await world.accept(chatbot.id, { lease: null })
  const now = world.harness.clock.now()
  const from = now - (now % MINUTE_MS) - MINUTE_MS
  const span = { from, to: now + 2 * MINUTE_MS, stepMs: MINUTE_MS }
  const health = async (id = webhook.id) => store.webhookHealth(id, span)
  return { ...parts, ids, span, health }
}

export function describeWebhookHealth(suite: Suite): void {
  test('its health says what arrives, what waits, and what goes wrong how often', async () => {
    const { health, ids } = await setupTroubled(suite)
    const found = await health()
    expect(found?.stats.totals).toMatchObject({ attempts: 6, failedAttempts: 5, delivered: 1 })
    expect(found).toMatchObject({
      waiting: { fresh: 1, retrying: 2, onHold: 0, more: false },
      givenUp: { count: 3, more: false },
      moreErrors: false,
    })
    // What was answered is one thing, however it is told; without an answer the error is.
    expect(found?.errors).toMatchObject([
      { status: 500, count: 3, givenUp: 2, retrying: 1, onHold: 0, deliveryId: expect.any(String) },
      { status: null, error: TIMED_OUT.error, count: 2, givenUp: 1, retrying: 1, onHold: 0 },
    ])
    for (const { firstAt, lastAt } of found?.errors ?? []) {
      expect(firstAt).toBeLessThanOrEqual(lastAt)
    }
    expect(found?.lastDelivered.map(({ id }) => id)).toEqual(ids.slice(0, 1))
    const failed = found?.lastFailed.map(({ id }) => id).toSorted()
    expect(failed).toEqual(ids.slice(1).toSorted())
  })

  test('what was set aside, resent or delivered goes wrong no more', async () => {
    const { store, webhook, health, ids } = await setupTroubled(suite)
    await store.setAside(webhook.id, null)
    const found = await health()
    expect(found?.givenUp).toBeNull()
    expect(found?.errors).toMatchObject([{ count: 1 }, { count: 1 }])
    await store.resend(ids[1] ?? '')
    const after = await health()
    // It has failed before, and is on its way again.
    expect(after?.waiting).toMatchObject({ fresh: 1, retrying: 3 })
    expect(after?.givenUp).toBeNull()
  })

  test('of a paused one all of it is on hold', async () => {
    const { store, webhook, health } = await setupTroubled(suite)
    await store.setWebhookState(webhook.id, 'paused', 'Paused.')
    while ((await store.settle(100)).moved > 0);
    const found = await health()
    expect(found?.waiting).toEqual({ fresh: 0, retrying: 0, onHold: 3, more: false })
    expect(found?.errors).toMatchObject([
      { count: 3, givenUp: 2, retrying: 0, onHold: 1 },
      { count: 2, givenUp: 1, retrying: 0, onHold: 1 },
    ])
  })

  test('nothing of another webhook is in it, and one that is gone has none', async () => {
    const { world, store, chatbot, span, health, webhook } = await setupTroubled(suite)
    const quiet = await world.webhook(chatbot.id, { eventTypes: ['order.paid'] })
    expect(await health(quiet.id)).toMatchObject({
      waiting: { fresh: 0, retrying: 0, onHold: 0, more: false },
      givenUp: null,
      errors: [],
      lastDelivered: [],
      lastFailed: [],
    })
    expect(await health('wh_none')).toBeNull()
    const stats = await store.webhookStats([quiet.id, webhook.id, 'wh_none'], span)
    expect(stats).toHaveLength(2)
    expect(stats).toMatchObject([
      { stats: { totals: { attempts: 0, latencyMs: null } }, givenUp: { count: 0 } },
      { stats: { totals: { attempts: 6, failedAttempts: 5 } }, givenUp: { count: 3, more: false } },
    ])
    expect(await store.webhookStats([], span)).toEqual([])
  })
}
