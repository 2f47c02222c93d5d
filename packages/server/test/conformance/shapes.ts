/** What a webhook says of its bodies is pinned to its deliveries; what its filter leaves out is kept back. */
import { expect, test } from 'vitest'
import { leadIdOf } from '../../src/id.ts'
import type { LeadExtras } from '../../src/lead.ts'
import { makeBody } from '../../src/sign/body.ts'
import type { Claim } from '../../src/store/road.ts'
import { NO_CONTEXT } from '../../src/wants/formats.ts'
import { done, FAILED, type StoreWorld, type Suite, setup, testOverTime } from './store-world.ts'

const DAY_MS = 24 * 3_600_000
const EXTRAS: LeadExtras = {
  custom: { plan: 'pro', seats: 3 },
  context: { ...NO_CONTEXT, page: 'https://shop.example/pricing' },
  channel: 'whatsapp',
}
const WITH_PHONE = { payload: { customerPhone: { exists: true } } }

function bodyOf(claim: Claim | undefined): string {
  const made = claim && makeBody(claim)
  return made && 'bytes' in made ? made.bytes.toString() : ''
}

async function claimAgain(world: StoreWorld, webhookId: string): Promise<Claim[]> {
  const lanes = [{ webhookId, limit: 100 }]
  return (await world.store.claimDue({ nodeId: world.nodeId, lanes })).claims
}

export function describeShapes(suite: Suite): void {
  test('a wildcard takes what begins so, also what comes later; each webhook gets it once, spelled as it came', async () => {
    const { world, store, chatbot } = await setup(suite)
    const all = await world.webhook(chatbot.id, { eventTypes: ['*'] })
    const orders = await world.webhook(chatbot.id, { eventTypes: ['order.*', 'ADD_MESSAGE'] })
    const named = await world.webhook(chatbot.id, { eventTypes: ['leads.submit'] })
    const types = async (webhookId: string) => {
      const list = await store.listDeliveries({ webhookId }, { limit: 100, after: null })
      return list.map(({ eventType }) => eventType).reverse()
    }
    const names = ['order.paid', 'orders.paid', 'order.paid.late', 'ADD_MESSAGE', 'constructor']
    const events = [world.leadEvent(), ...names.map((name) => world.event(name))]
    for (const event of events) {
      await world.accept(chatbot.id, { events: [event], lease: null })
    }
    await world.accept(chatbot.id, { events: names.map((name) => world.event(name)), lease: null })
    expect(await types(all.id)).toEqual(['lead.submit', ...names, ...names])
    const ordered = ['order.paid', 'order.paid.late', 'ADD_MESSAGE']
    expect(await types(orders.id)).toEqual([...ordered, ...ordered])
    expect(await types(named.id)).toEqual(['leads.submit'])
    await store.updateWebhook(all.id, { eventTypes: ['orders.*'] })
    await world.accept(chatbot.id, { events: [world.event('order.paid'), world.event('orders.x')] })
    expect((await types(all.id)).slice(-1)).toEqual(['orders.x'])
    // What is told of webhooks is asked for by name.
    const sent = await store.sendEvent({ eventId: events[4]?.id ?? '', webhookId: named.id })
    expect(sent).toMatchObject({ eventType: 'ADD_MESSAGE' })
  })

  test('an erased person is in no reason that was kept', async () => {
    const { world, store, chatbot } = await setup(suite)
    const filter = { not: { payload: { customerEmail: { in: ['rival@shop.example'] } } } }
    await world.webhook(chatbot.id, { filter })
    const event = world.leadEvent({ customerEmail: 'rival@shop.example' })
    await world.accept(chatbot.id, { events: [event], lease: null })
    const kept = (await store.getEvent(event.id))?.keptBack
    expect(kept).toHaveLength(1)
    expect(JSON.stringify(kept)).not.toContain('rival')
    await store.eraseLead(leadIdOf(event.id), 'request')
    expect((await store.getEvent(event.id))?.keptBack).toEqual([])
  })

  test('earlier events are sent to who wants them: its filter is asked, unless somebody says otherwise', async () => {
    const { world, store, chatbot } = await setup(suite)
    const phones = ['', '+254700000000', '', '+254700000001']
    for (const customerPhone of phones) {
      const event = world.leadEvent({ customerPhone, customerEmail: 'a@b.co' })
      await world.accept(chatbot.id, { events: [event], lease: null })
    }
    const later = await world.webhook(chatbot.id, { eventTypes: ['lead.*'], filter: WITH_PHONE })
    const counted = async (filter: object) => {
      const made = await store.createBulk({
        id: world.ids.next('recovery'),
        kind: 'backfill',
        chatbotId: chatbot.id,
        webhookId: later.id,
        filter: { from: 0, ...filter },
        dryRun: true,
      })
      return typeof made === 'string' ? made : made.total
    }
    expect(await counted({})).toBe(2)
    expect(await counted({ ignoreFilter: true })).toBe(4)
    expect(await counted({ eventTypes: ['order.paid'] })).toBe(0)
  })

  test('a delivery has its bytes at each attempt, whatever its webhook says meanwhile', async () => {
    const { world, store, chatbot } = await setup(suite)
    const hook = await world.webhook(chatbot.id, { format: 'event', include: ['custom'] })
    const event = world.leadEvent({ extras: EXTRAS })
    const result = await store.accept(world.acceptInput(chatbot.id, { events: [event] }))
    const claims = result.kind === 'accepted' ? result.claims : []
    const first = claims.find(({ webhookId }) => webhookId === hook.id)
    const body = bodyOf(first)
    expect(JSON.parse(body)).toMatchObject({
      event: 'lead.submit',
      data: { name: 'Ann Lee', custom: EXTRAS.custom, channel: 'whatsapp' },
    })
    await store.updateWebhook(hook.id, { format: 'agent', include: [] })
    await store.updateChatbot(chatbot.id, { name: 'Another' })
    if (first) await store.release(world.nodeId, [first.deliveryId])
    const [second] = await claimAgain(world, hook.id)
    expect(bodyOf(second)).toBe(body)
    await world.reopen()
    const [third] = await claimAgain(world, hook.id)
    expect(bodyOf(third)).toBe(body)
    const detail = await world.store.getDelivery(third?.deliveryId ?? '')
    expect(
      detail && bodyOf({ ...(third as Claim), ...(detail.shaped && { shaped: detail.shaped }) }),
    ).toBe(body)
    const [next] = await world
      .accept(chatbot.id, { events: [world.leadEvent()], lease: null })
      .then(() => claimAgain(world, hook.id))
    expect(JSON.parse(bodyOf(next))).toMatchObject({
      agentId: chatbot.id,
      eventType: 'lead.submit',
    })
  })

  test('of the guide alone there is no shape, and a test event has the present one', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    expect(claim.shaped).toBeUndefined()
    await store.updateWebhook(webhook.id, { format: 'event' })
    const eventId = world.ids.next('event')
    const told = { nodeId: world.nodeId, webhookId: webhook.id, eventId, eventType: 'a.b' }
    const tried = await store.createTest({ ...told, payload: '{"x":1}' })
    expect(JSON.parse(bodyOf(tried ?? undefined))).toMatchObject({ event: 'a.b', data: { x: 1 } })
  })

  test('what is over goes out once more in the present shape, as another delivery of the same event', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const { deliveryId, eventId, webhookId } = claim
    const anew = { eventId, webhookId, insteadOf: deliveryId }
    expect(await store.sendEvent(anew)).toBe('wrong_state')
    await world.record(claim, { kind: 'exhausted' }, { attempt: FAILED })
    await store.updateWebhook(webhook.id, { format: 'agent' })
    const sent = done(await store.sendEvent(anew))
    expect('id' in sent && sent.id).not.toBe(deliveryId)
    const [again] = await claimAgain(world, webhookId)
    expect(again).toMatchObject({ eventId, deliveryId: 'id' in sent ? sent.id : '' })
    expect(bodyOf(again)).toContain('"agentId"')
    expect((await store.getDelivery(deliveryId))?.shaped).toBe(null)
  })

  test('an event that the filter leaves out makes no delivery, is told with its reason, and can be sent', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const picky = await world.webhook(chatbot.id, { filter: WITH_PHONE })
    const without = world.leadEvent({ customerPhone: '' })
    const withPhone = world.leadEvent()
    const order = world.event('order.paid')
    await world.accept(chatbot.id, { events: [without, withPhone, order], lease: null })
    const seen = await store.getEvent(without.id)
    expect(seen?.deliveries.map(({ webhookId }) => webhookId)).toEqual([webhook.id])
    expect(seen?.keptBack).toEqual([{ webhookId: picky.id, reason: '`customerPhone` is empty' }])
    expect((await store.getEvent(withPhone.id))?.keptBack).toEqual([])
    done(await store.sendEvent({ eventId: without.id, webhookId: picky.id }))
    const sent = await store.getEvent(without.id)
    expect(sent?.keptBack).toEqual([])
    expect(sent?.deliveries).toHaveLength(2)
    await store.updateWebhook(picky.id, { filter: null })
    const later = world.leadEvent({ customerPhone: '' })
    await world.accept(chatbot.id, { events: [later], lease: null })
    expect((await store.getEvent(later.id))?.deliveries).toHaveLength(2)
  })

  test('what a lead brings is kept with it, filtered by, and erased with it', async () => {
    const { world, store, chatbot } = await setup(suite)
    await world.webhook(chatbot.id, {
      filter: { custom: { seats: { gte: 3 } }, channel: 'whatsapp' },
    })
    const event = world.leadEvent({ extras: EXTRAS })
    await world.accept(chatbot.id, { events: [event, world.leadEvent()], lease: null })
    expect((await store.getEvent(event.id))?.keptBack).toEqual([])
    expect((await store.getLead(leadIdOf(event.id)))?.extras).toEqual(EXTRAS)
    await store.eraseLead(leadIdOf(event.id), 'request')
    expect(await store.getLead(leadIdOf(event.id))).toBe(null)
  })

  testOverTime(
    suite,
    'shapes and what was kept back go when nothing needs them any more',
    async () => {
      const { world, store, chatbot } = await setup(suite)
      const hook = await world.webhook(chatbot.id, { format: 'event', filter: WITH_PHONE })
      const kept = world.event('a.b')
      const back = world.leadEvent({ customerPhone: '' })
      await world.accept(chatbot.id, { events: [back, kept], lease: null })
      const claim = await world
        .accept(chatbot.id, { events: [world.leadEvent()], lease: null })
        .then(() => claimAgain(world, hook.id))
      await store.updateWebhook(hook.id, { format: 'agent' })
      const policy = { retentionMs: 90 * DAY_MS, leadRetentionMs: null, limit: 1_000 }
      await world.advance(2 * DAY_MS)
      await store.prune(policy)
      await world.join()
      const [again] = await claimAgain(world, hook.id)
      expect(bodyOf(again ?? claim[0])).toContain('"agent_id"')
      expect((await store.getEvent(back.id))?.keptBack).toHaveLength(1)
      const health = await store.webhookHealth(hook.id, { from: 0, to: 9e12, stepMs: 9e12 })
      expect(health?.keptBack).toEqual({ count: 1, more: false })
      await world.advance(100 * DAY_MS)
      for (let turn = 0; turn < 5; turn++) await store.prune(policy)
      expect((await store.getEvent(back.id))?.keptBack ?? []).toEqual([])
    },
  )
}
