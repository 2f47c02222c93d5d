import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const DAY_MS = 24 * 3_600_000
const POLICY = { retentionMs: 30 * DAY_MS, leadRetentionMs: null, limit: 100 }

export function describePruning(suite: Suite): void {
  test('nothing that is young is deleted', async () => {
    const { world, store, chatbot } = await setup(suite)
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    expect(await store.prune(POLICY)).toEqual({ deleted: 0 })
  })

  if (!suite.movesTime) return

  test('what finished long ago is deleted with its event and attempts; a lead stays, and is its event', async () => {
    const { world, store, chatbot } = await setup(suite)
    await world.webhook(chatbot.id, { eventTypes: ['order.shipped'] })
    const [event, other] = [world.leadEvent(), world.event('order.shipped')]
    const claim = await world.claim(chatbot.id, { events: [event] })
    await world.record(claim, { kind: 'delivered' })
    const shipped = await world.claim(chatbot.id, { events: [other] })
    await world.record(shipped, { kind: 'retry', delayMs: 0, charged: true })
    await store.cancel(shipped.deliveryId, 'cancelled_by_owner')
    const lonely = world.event('order.paid')
    await world.accept(chatbot.id, { events: [lonely] })
    await world.advance(POLICY.retentionMs)
    expect(await store.getEvent(lonely.id)).not.toBeNull()
    await world.advance(60_000)
    expect((await store.prune(POLICY)).deleted).toBeGreaterThanOrEqual(2)
    expect(await store.getDelivery(claim.deliveryId)).toBeNull()
    expect(await store.getDelivery(shipped.deliveryId)).toBeNull()
    expect(await store.getEvent(other.id)).toBeNull()
    expect(await store.getEvent(lonely.id)).toBeNull()
    expect(await store.getEvent(event.id)).toMatchObject({ erased: false, deliveries: [] })
    expect(await store.getLead(event.lead?.id ?? '')).not.toBeNull()
    expect(await store.getLeadRecord(event.lead?.id ?? '')).toMatchObject({
      lead: { customerName: 'Ann Lee' },
      conversation: {},
      event: { id: event.id, payload: event.payload },
      deliveries: [],
    })
    expect(await store.prune(POLICY)).toEqual({ deleted: 0 })
  })

  test('of a lead whose deliveries are long gone an erasure leaves no event that nothing takes away', async () => {
    const { world, store, chatbot } = await setup(suite)
    const event = world.leadEvent()
    await world.record(await world.claim(chatbot.id, { events: [event] }), { kind: 'delivered' })
    // The walk over events that no webhook wanted goes by it.
    await world.accept(chatbot.id, { events: [world.event('order.paid')] })
    await world.advance(POLICY.retentionMs + 60_000)
    while ((await store.prune(POLICY)).deleted > 0);
    await world.join()
    const young = world.leadEvent()
    await world.record(await world.claim(chatbot.id, { events: [young] }), { kind: 'delivered' })
    for (const { lead } of [event, young]) await store.eraseLead(lead.id, 'request')
    expect(await store.getEvent(event.id)).toBeNull()
    expect(await store.getEvent(young.id)).toMatchObject({ erased: true, payload: '{}' })
    await world.advance(POLICY.retentionMs + 60_000)
    while ((await store.prune(POLICY)).deleted > 0);
    expect(await store.getEvent(young.id)).toBeNull()
  })

  test('an event stays as long as one of its deliveries does', async () => {
    const { world, store, chatbot } = await setup(suite)
    for (let i = 0; i < 2; i++) await world.webhook(chatbot.id, { eventTypes: ['order.paid'] })
    const event = world.event('order.paid')
    const { claims } = await world.accept(chatbot.id, { events: [event] })
    const [first, second] = claims
    if (!first || !second) throw new Error('two webhooks, two deliveries')
    await world.record(first, { kind: 'delivered' })
    await world.record(second, { kind: 'retry', delayMs: 1, charged: true })
    await world.advance(POLICY.retentionMs + DAY_MS)
    await store.prune(POLICY)
    expect((await store.getEvent(event.id))?.deliveries.map((d) => d.id)).toEqual([
      second.deliveryId,
    ])
    await store.cancel(second.deliveryId, 'cancelled_by_owner')
    await world.advance(POLICY.retentionMs + 1)
    await store.prune(POLICY)
    expect(await store.getEvent(event.id)).toBeNull()
  })

  test('what was parked for too long is cancelled with its reason', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await store.setWebhookState(webhook.id, 'paused', null)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event] })
    await world.advance(POLICY.retentionMs + 1)
    await store.prune(POLICY)
    expect((await store.getEvent(event.id))?.deliveries).toMatchObject([
      { state: 'cancelled', stateReason: 'retention' },
    ])
    expect(await store.backlog()).toBe(0)
  })

  test('where a deleted webhook was is told as long as its deliveries are kept', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const chat = await world.webhook(chatbot.id, { eventTypes: ['a.b'], format: 'slack' })
    await store.deleteWebhook(chat.id)
    expect((await store.glimpseWebhooks([chat.id])).get(chat.id)?.format).toBe('slack')
    const claim = await world.claim(chatbot.id, { events: [world.leadEvent()] })
    await world.record(claim, { kind: 'retry', delayMs: 60_000, charged: true })
    const glimpse = async () => (await store.glimpseWebhooks([webhook.id])).get(webhook.id)
    expect(await glimpse()).toEqual({
      url: webhook.url,
      format: 'guide',
      state: 'active',
      rest: null,
    })
    await store.deleteWebhook(webhook.id)
    const gone = { url: webhook.url, format: 'guide', state: 'deleted', rest: null }
    expect(await glimpse()).toEqual(gone)
    await world.advance(POLICY.retentionMs + 1)
    // What waited was not cancelled yet: it is still there.
    await store.prune(POLICY)
    expect(await glimpse()).toEqual(gone)
    await store.cancel(claim.deliveryId, 'webhook_deleted')
    await store.prune(POLICY)
    expect(await glimpse()).toEqual(gone)
    await world.advance(POLICY.retentionMs + 1)
    while ((await store.prune(POLICY)).deleted > 0);
    expect(await store.getDelivery(claim.deliveryId)).toBeNull()
    expect(await glimpse()).toEqual({ ...gone, url: null })
  })

  test('leads stay for ever, or for as long as the policy says', async () => {
    const { world, store, chatbot } = await setup(suite)
    const old = world.leadEvent()
    await world.accept(chatbot.id, { events: [old] })
    await world.advance(DAY_MS)
    const later = world.leadEvent()
    await world.accept(chatbot.id, { events: [later] })
    await store.prune(POLICY)
    expect(await store.listLeads({}, { limit: 9, after: null })).toHaveLength(2)
    await world.advance(60_000)
    await store.prune({ ...POLICY, leadRetentionMs: DAY_MS })
    const left = await store.listLeads({}, { limit: 9, after: null })
    expect(left.map((lead) => lead.id)).toEqual([later.lead?.id])
    expect(await store.getEvent(old.id)).toMatchObject({ erased: true })
    expect(await store.listErasures({}, { limit: 9, after: null })).toMatchObject([
      { leadId: old.lead?.id, reason: 'retention' },
    ])
  })

  test('pruning goes in steps, and below its limit nothing is left', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claims = await Promise.all(Array.from({ length: 25 }, () => world.claim(chatbot.id)))
    await Promise.all(claims.map((claim) => world.record(claim, { kind: 'delivered' })))
    await world.advance(POLICY.retentionMs + 60_000)
    expect(await store.prune({ ...POLICY, limit: 10 })).toEqual({ deleted: 10 })
    const page = { limit: 100, after: null }
    const left = (await store.listDeliveries({}, page)).length
    expect(left).toBeGreaterThanOrEqual(15)
    expect(left).toBeLessThan(25)
    while ((await store.prune({ ...POLICY, limit: 10 })).deleted === 10);
    expect(await store.listDeliveries({}, page)).toEqual([])
    const stats = await store.stats({ from: 0, to: world.harness.clock.now(), stepMs: 60_000 })
    expect(stats.totals.accepted).toBe(0)
  })
}
