import { expect, test } from 'vitest'
import { LEASE_MS, type Suite, setup } from './store-world.ts'

export function describeClaims(suite: Suite): void {
  test('what waits is claimed in the order in which it is due, and only once', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const events = Array.from({ length: 5 }, () => world.leadEvent())
    await world.accept(chatbot.id, { events, lease: null })
    const claim = (limit: number) =>
      store.claimDue({ nodeId: world.nodeId, lanes: [{ webhookId: webhook.id, limit }] })
    const first = await claim(2)
    expect(first.claims.map((c) => c.eventId)).toEqual(events.slice(0, 2).map((e) => e.id))
    expect(first.claims[0]).toMatchObject({
      webhookId: webhook.id,
      chatbotId: chatbot.id,
      eventType: 'lead.submit',
      payload: events[0]?.payload,
      attemptNumber: 1,
      seriesAttempts: 0,
    })
    expect(first.left).toEqual([{ webhookId: webhook.id, dueInMs: expect.any(Number) }])
    expect(first.left[0]?.dueInMs).toBeLessThanOrEqual(0)
    const rest = await claim(10)
    expect(rest.claims.map((c) => c.eventId)).toEqual(events.slice(2).map((e) => e.id))
    expect(rest.left).toEqual([{ webhookId: webhook.id, dueInMs: null }])
    expect(await claim(10)).toEqual({ claims: [], left: rest.left })
  })

  test('each lane has its own limit; a limit of zero only asks', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const other = await world.webhook(chatbot.id)
    await world.accept(chatbot.id, { events: [world.leadEvent(), world.leadEvent()], lease: null })
    const { claims, left } = await store.claimDue({
      nodeId: world.nodeId,
      lanes: [
        { webhookId: webhook.id, limit: 0 },
        { webhookId: other.id, limit: 1 },
      ],
    })
    expect(claims.map((claim) => claim.webhookId)).toEqual([other.id])
    expect(left.map((lane) => lane.webhookId)).toEqual([webhook.id, other.id])
  })

  test('several nodes at once never claim the same delivery', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const events = Array.from({ length: 60 }, () => world.leadEvent())
    await world.accept(chatbot.id, { events, lease: null })
    const nodes = await Promise.all(Array.from({ length: 4 }, () => world.join()))
    const claimed = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        store.claimDue({
          nodeId: nodes[i % nodes.length] ?? '',
          lanes: [{ webhookId: webhook.id, limit: 7 }],
        }),
      ),
    )
    const ids = claimed.flatMap((result) => result.claims.map((claim) => claim.deliveryId))
    expect(ids).toHaveLength(60)
    expect(new Set(ids).size).toBe(60)
  })

  test('nothing is claimed of a webhook that is not active, nor by a node without a lease', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.accept(chatbot.id, { lease: null })
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    expect((await store.claimDue({ nodeId: 'node_stranger', lanes })).claims).toEqual([])
    await store.setWebhookState(webhook.id, 'paused', null)
    const paused = await store.claimDue({ nodeId: world.nodeId, lanes })
    expect(paused).toEqual({ claims: [], left: [{ webhookId: webhook.id, dueInMs: null }] })
    expect(await store.lanesWaiting()).toEqual([])
    await store.deleteWebhook(webhook.id)
    expect((await store.claimDue({ nodeId: world.nodeId, lanes })).claims).toEqual([])
  })

  test('lanes waiting are the active webhooks with something to claim', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    expect(await store.lanesWaiting()).toEqual([])
    await world.claim(chatbot.id)
    expect(await store.lanesWaiting()).toEqual([])
    const other = await world.webhook(chatbot.id)
    await world.accept(chatbot.id, { lease: null })
    const lanes = await store.lanesWaiting()
    expect(lanes.map((lane) => lane.webhookId).sort()).toEqual([webhook.id, other.id].sort())
    for (const { dueInMs } of lanes) expect(dueInMs).toBeLessThanOrEqual(0)
  })

  test('a released claim waits again, as before', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const before = await world.delivery(claim.deliveryId)
    expect(before.claimed).toBe(true)
    await store.release('node_stranger', [claim.deliveryId])
    expect((await world.delivery(claim.deliveryId)).claimed).toBe(true)
    await store.release(world.nodeId, [claim.deliveryId, 'dlv_none'])
    expect(await world.delivery(claim.deliveryId)).toEqual({ ...before, claimed: false })
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    const again = await store.claimDue({ nodeId: world.nodeId, lanes })
    expect(again.claims).toEqual([claim])
  })

  test('a claim released to a paused webhook is parked by settle', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(100)
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'pending' })
    await store.release(world.nodeId, [claim.deliveryId])
    expect(await store.settle(100)).toMatchObject({ moved: 1 })
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'parked' })
  })

  if (!suite.movesTime) return

  test('a retry is claimed when it is due and no sooner', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'retry', delayMs: 5_000, charged: true })
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    const early = await store.claimDue({ nodeId: world.nodeId, lanes })
    expect(early).toEqual({ claims: [], left: [{ webhookId: webhook.id, dueInMs: 5_000 }] })
    expect(await store.lanesWaiting()).toEqual([{ webhookId: webhook.id, dueInMs: 5_000 }])
    await world.advance(5_000)
    const due = await store.claimDue({ nodeId: world.nodeId, lanes })
    expect(due.claims).toEqual([{ ...claim, attemptNumber: 2, seriesAttempts: 1 }])
  })

  test('what was due first is claimed first, whenever it was accepted', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const retried = await world.claim(chatbot.id)
    await world.record(retried, { kind: 'retry', delayMs: 2_000, charged: true })
    await world.advance(1_000)
    await world.accept(chatbot.id, { lease: null })
    await world.advance(LEASE_MS / 2)
    const { claims } = await store.claimDue({
      nodeId: world.nodeId,
      lanes: [{ webhookId: webhook.id, limit: 9 }],
    })
    expect(claims).toHaveLength(2)
    expect(claims[1]?.deliveryId).toBe(retried.deliveryId)
  })
}
