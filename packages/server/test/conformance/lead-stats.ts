import { expect, test } from 'vitest'
import type { LeadState } from '../../src/lead.ts'
import type { LeadFilter, LeadStats } from '../../src/store/desk.ts'
import { FAILED, type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }
const ALL = { from: 0, to: 2 ** 45 }
const NONE = {
  exhausted: 0,
  retrying: 0,
  parked: 0,
  pending: 0,
  delivered: 0,
  cancelled: 0,
  none: 0,
}

/** A lead in each state that it can be in, of one chatbot; and of another two that are delivered. */
async function setupLeads(suite: Suite) {
  const parts = await setup(suite)
  const { world, store, chatbot, webhook } = parts
  const leads = new Map<LeadState | 'none', string>()
  const begin = async (state: LeadState | 'none') => {
    const event = world.leadEvent()
    leads.set(state, event.lead.id)
    const { claims } = await world.accept(chatbot.id, { events: [event] })
    return claims
  }
  const claimOf = async (state: LeadState) => {
    const [claim] = await begin(state)
    if (!claim) throw new Error('a delivery is leased')
    return claim
  }
  const retry = { kind: 'retry', delayMs: 60_000, charged: true } as const
  await world.record(await claimOf('exhausted'), { kind: 'exhausted' })
  await world.record(await claimOf('retrying'), retry, { attempt: FAILED })
  await world.record(await claimOf('delivered'), { kind: 'delivered' })
  const cancelled = await claimOf('cancelled')
  await world.record(cancelled, retry, { attempt: FAILED })
  await store.cancel(cancelled.deliveryId, 'cancelled_by_owner')
  await begin('pending')
  // Nothing else of it is subscribed to.
  await store.updateWebhook(webhook.id, { eventTypes: ['order.paid'] })
  await begin('none')
  const other = await world.chatbot()
  await world.webhook(other.id)
  for (let index = 0; index < 2; index += 1) {
    await world.record(await world.claim(other.id), { kind: 'delivered' })
  }
  return { ...parts, leads, other }
}

export function describeLeadStats(suite: Suite): void {
  test('leads are counted by chatbot and by the worst of their deliveries', async () => {
    const { store, chatbot, other } = await setupLeads(suite)
    const own = {
      ...NONE,
      exhausted: 1,
      retrying: 1,
      delivered: 1,
      cancelled: 1,
      pending: 1,
      none: 1,
    }
    const expected: LeadStats = {
      count: 6,
      more: false,
      chatbots: [{ chatbotId: chatbot.id, name: 'Shop', count: 6 }],
      moreChatbots: false,
      sampled: 6,
      states: own,
    }
    expect(await store.leadStats({ chatbotId: chatbot.id, ...ALL })).toEqual(expected)
    expect(await store.leadStats(ALL)).toEqual({
      ...expected,
      count: 8,
      sampled: 8,
      chatbots: [...expected.chatbots, { chatbotId: other.id, name: 'Shop', count: 2 }],
      states: { ...own, delivered: 3 },
    })
    await store.deleteChatbot(other.id)
    expect((await store.leadStats(ALL)).count).toBe(6)
  })

  test('a lead to several webhooks is in the worst state of them', async () => {
    const { world, store, chatbot } = await setup(suite)
    const second = await world.webhook(chatbot.id)
    const { claims } = await world.accept(chatbot.id, { events: [world.leadEvent()] })
    const [one, other] = claims
    if (!one || !other) throw new Error('there are two')
    const states = async () => (await store.leadStats({ chatbotId: chatbot.id, ...ALL })).states
    expect(await states()).toEqual({ ...NONE, pending: 1 })
    await world.record(one, { kind: 'delivered' })
    expect(await states()).toEqual({ ...NONE, pending: 1 })
    await world.record(other, { kind: 'exhausted' })
    expect(await states()).toEqual({ ...NONE, exhausted: 1 })
    await store.setWebhookState(second.id, 'paused', null)
    expect(await states()).toEqual({ ...NONE, exhausted: 1 })
  })

  test('what waits for a webhook that is paused is on hold', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await store.setWebhookState(webhook.id, 'paused', null)
    await world.accept(chatbot.id)
    await store.settle(10)
    const { states } = await store.leadStats({ chatbotId: chatbot.id, ...ALL })
    expect(states).toEqual({ ...NONE, parked: 1 })
    const list = await store.listLeads({ chatbotId: chatbot.id, deliveryStates: ['parked'] }, PAGE)
    expect(list).toHaveLength(1)
  })

  test('the list of leads in a state has those that were counted', async () => {
    const { store, chatbot, leads } = await setupLeads(suite)
    const found = async (filter: Parameters<typeof store.listLeads>[0]) =>
      (await store.listLeads(filter, PAGE)).map(({ id }) => id)
    for (const [deliveryState, id] of leads) {
      const own = { chatbotId: chatbot.id, deliveryStates: [deliveryState] }
      expect(await found(own), deliveryState).toEqual([id])
      expect(await found({ ...own, q: 'Ann' }), deliveryState).toEqual([id])
      expect(await found({ ...own, ...ALL }), deliveryState).toEqual([id])
      expect(await found({ ...own, to: 1 }), deliveryState).toEqual([])
      const all = await found({ deliveryStates: [deliveryState] })
      expect(all, deliveryState).toHaveLength(deliveryState === 'delivered' ? 3 : 1)
      expect(all, deliveryState).toContain(id)
    }
    expect(await found({ chatbotId: chatbot.id, deliveryStates: ['parked'] })).toEqual([])
    // Of several: those of each, newest first, on both ways to them.
    const idOf = new Map<string, string>(leads)
    for (const states of [
      ['exhausted', 'pending', 'retrying'],
      ['cancelled', 'exhausted', 'delivered'],
      ['none', 'retrying'],
    ] as const) {
      const own = { chatbotId: chatbot.id, deliveryStates: states }
      const expected = states
        .flatMap((state) => idOf.get(state) ?? [])
        .sort()
        .reverse()
      expect(expected).toHaveLength(states.length)
      expect(await found(own), `${states}`).toEqual(expected)
      expect(await found({ ...own, q: 'Ann' }), `${states}`).toEqual(expected)
      const [first] = await store.listLeads(own, { limit: 1, after: null })
      const rest = await store.listLeads(own, { limit: 100, after: first?.id ?? null })
      expect([first, ...rest].map((lead) => lead?.id)).toEqual(expected)
    }
  })

  test('pages of leads in a state join without gap or repeat', async () => {
    const { world, store, chatbot } = await setup(suite)
    const failed: string[] = []
    for (let index = 0; index < 9; index += 1) {
      const event = world.leadEvent()
      const claim = await world.claim(chatbot.id, { events: [event] })
      const kind = index % 2 ? 'exhausted' : 'delivered'
      await world.record(claim, { kind })
      if (kind === 'exhausted') failed.unshift(event.lead.id)
    }
    const pages: string[] = []
    for (;;) {
      const filter = { chatbotId: chatbot.id, deliveryStates: ['exhausted' as const] }
      const page = await store.listLeads(filter, { limit: 3, after: pages.at(-1) ?? null })
      pages.push(...page.map(({ id }) => id))
      if (page.length < 3) break
    }
    expect(pages).toEqual(failed)
  })

  test('a lead in a state is listed, however many deliveries look like its own', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const second = await world.webhook(chatbot.id)
    const old = world.leadEvent()
    const { claims } = await world.accept(chatbot.id, { events: [old] })
    const retry = { kind: 'retry', delayMs: 3_600_000, charged: true } as const
    for (const claim of claims) await world.record(claim, retry, { attempt: FAILED })
    const until = world.harness.clock.now() + 1
    await world.advance(5)
    // Never attempted, as what waits for an endpoint that rests: more than a page has deliveries.
    const fresh = Array.from({ length: 60 }, () => world.leadEvent())
    await world.accept(chatbot.id, { events: fresh, lease: null })
    const found = async (filter: LeadFilter, after: string | null = null) =>
      (await store.listLeads(filter, { limit: 1, after })).map(({ id }) => id)
    const newest = fresh.at(-1)?.lead.id
    for (const of of [{}, { chatbotId: chatbot.id }]) {
      const retrying = { ...of, deliveryStates: ['retrying' as const] }
      expect(await found(retrying)).toEqual([old.lead.id])
      expect(await found(retrying, old.lead.id)).toEqual([])
      const pending = { ...of, deliveryStates: ['pending' as const] }
      expect(await found(pending)).toEqual([newest])
      expect(await found({ ...pending, to: until })).toEqual([])
    }
    // Now each of those has a delivery on hold, which is not its worst.
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(1_000)
    await store.setWebhookState(second.id, 'paused', null)
    await store.settle(1_000)
    const parked = { chatbotId: chatbot.id, deliveryStates: ['parked' as const] }
    expect(await found(parked)).toEqual([newest])
    expect(await found({ ...parked, to: until })).toEqual([old.lead.id])
  })

  test('a span counts what was left in it', async () => {
    const { world, store, chatbot } = await setup(suite)
    await world.accept(chatbot.id)
    const [lead] = await store.listLeads({}, PAGE)
    const at = lead?.createdAt ?? 0
    const counted = async (from: number, to: number) => (await store.leadStats({ from, to })).count
    expect(await counted(at, at + 1)).toBe(1)
    expect(await counted(at - 1, at)).toBe(0)
    expect(await counted(at + 1, at + 2)).toBe(0)
  })
}
