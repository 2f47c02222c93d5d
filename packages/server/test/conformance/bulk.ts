/** Many at once: counted, in steps, none twice, whatever happens meanwhile. */
import { expect, test } from 'vitest'
import type { BulkFilter, BulkKind } from '../../src/store/desk.ts'
import { FAILED, type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }
const ROOM = async () => 1_000

async function setupFailed(suite: Suite, count: number) {
  const parts = await setup(suite)
  const { world, store, chatbot, webhook } = parts
  const ids: string[] = []
  for (let made = 0; made < count; made++) {
    const claim = await world.claim(chatbot.id, {
      events: [world.leadEvent({ customerName: made % 2 ? 'Bob' : 'Ann', customerEmail: '' })],
    })
    await world.record(claim, { kind: 'exhausted' }, { attempt: FAILED })
    ids.unshift(claim.deliveryId)
  }
  const bulk = async (kind: BulkKind, filter: BulkFilter, more: object = {}) => {
    const of = { chatbotId: chatbot.id, webhookId: null, dryRun: false }
    const made = await store.createBulk({
      id: world.ids.next('recovery'),
      kind,
      filter,
      ...of,
      ...more,
    })
    if (typeof made === 'string') throw new Error(made)
    return made
  }
  const finish = async () => {
    for (let steps = 0; steps < 1_000; steps++) {
      if ((await store.continueBulk(ROOM)).moved === 0) return steps
    }
    throw new Error('It does not come to an end')
  }
  const states = async () =>
    (await store.listDeliveries({ webhookId: webhook.id }, PAGE)).map(({ state }) => state)
  return { ...parts, ids, bulk, finish, states }
}

export function describeBulk(suite: Suite): void {
  test('all that match a filter are resent, once; what came later and what no more allows it is not', async () => {
    const { world, store, chatbot, ids, bulk, finish } = await setupFailed(suite, 8)
    const counted = await bulk('resend', { states: ['exhausted'], q: 'ann' }, { dryRun: true })
    expect(counted).toMatchObject({ total: 4, more: false, done: 0 })
    const made = await bulk('resend', { states: ['exhausted'], q: 'ann' })
    expect(made).toMatchObject({ kind: 'resend', total: 4, done: 0, finishedAt: null })
    const later = await world.claim(chatbot.id, {
      events: [world.leadEvent({ customerName: 'Ann', customerEmail: '' })],
    })
    await finish()
    const over = await store.getBulk(made.id)
    expect(over).toMatchObject({ total: 4, done: 4, skipped: 0, stopped: false })
    expect(over?.finishedAt).not.toBeNull()
    for (const [index, id] of ids.entries()) {
      const { delivery } = (await store.getDelivery(id)) ?? {}
      expect(delivery?.state, `${index}`).toBe(index % 2 ? 'pending' : 'exhausted')
    }
    expect((await store.getDelivery(later.deliveryId))?.delivery.attemptCount).toBe(0)
    expect(await finish()).toBe(0)
  })

  test('chosen ones are cancelled; what does not wait is skipped and counted', async () => {
    const { store, ids, bulk, finish, states } = await setupFailed(suite, 4)
    await store.resend(ids[0] ?? '')
    await store.resend(ids[2] ?? '')
    const made = await bulk('cancel', { ids: ids.slice(0, 3) })
    expect(made.total).toBe(3)
    await finish()
    expect(await store.getBulk(made.id)).toMatchObject({ done: 2, skipped: 1 })
    expect(await states()).toEqual(['cancelled', 'exhausted', 'cancelled', 'exhausted'])
    expect(await store.backlog()).toBe(0)
  })

  test('steps that are made at once are made once', async () => {
    const { store, bulk, states } = await setupFailed(suite, 12)
    const made = await bulk('resend', { states: ['exhausted'] })
    await Promise.all(Array.from({ length: 6 }, () => store.continueBulk(ROOM)))
    expect(await store.getBulk(made.id)).toMatchObject({ done: 12, skipped: 0 })
    expect(new Set(await states())).toEqual(new Set(['pending']))
    expect(await store.backlog()).toBe(12)
  })

  test('it is held while there is no room, and stopped for good', async () => {
    const { store, bulk, finish, states } = await setupFailed(suite, 3)
    const made = await bulk('resend', { states: ['exhausted'] })
    const held = await store.continueBulk(async () => 0)
    expect(held).toEqual({ moved: 0, isHeld: true })
    expect(await store.stopBulk(made.id)).toMatchObject({ stopped: true, done: 0 })
    expect(await finish()).toBe(0)
    expect(await states()).toEqual(['exhausted', 'exhausted', 'exhausted'])
    expect(await store.stopBulk('rcv_none')).toBeNull()
    expect(await store.getBulk('rcv_none')).toBeNull()
  })

  test('a list has those that run, those that are over, and none of a deleted chatbot', async () => {
    const { world, store, chatbot, bulk, finish } = await setupFailed(suite, 1)
    const over = await bulk('resend', { states: ['exhausted'] })
    await finish()
    const of = { chatbotId: null }
    const overAll = await bulk('cancel', { states: ['pending'] }, of)
    const other = await world.chatbot()
    const others = await bulk('cancel', { states: ['pending'] }, { chatbotId: other.id })
    const list = async (filter: object) => {
      const page = { ...PAGE, bytesMax: 100_000 }
      return (await store.readPage('bulks', filter, page)).rows.map(({ id }) => id)
    }
    expect(await list({})).toEqual([others.id, overAll.id, over.id])
    expect(await list({ running: true })).toEqual([others.id, overAll.id])
    expect(await list({ running: false })).toEqual([over.id])
    expect(await list({ chatbotId: chatbot.id })).toEqual([over.id])
    expect(await list({ chatbotId: chatbot.id, running: true })).toEqual([])
    await store.deleteChatbot(other.id)
    expect(await list({})).toEqual([overAll.id, over.id])
  })

  test('earlier events of its types go to a new webhook, each once', async () => {
    const { world, store, chatbot, webhook, bulk, finish } = await setupFailed(suite, 5)
    await world.accept(chatbot.id, { events: [world.event('order.paid')], lease: null })
    const [newest] = await store.listLeads({}, PAGE)
    const later = await world.webhook(chatbot.id, { eventTypes: ['leads.submit'] })
    const { nodeId, ids } = world
    const test = { nodeId, eventId: ids.next('event'), eventType: 'lead.submit', payload: '{}' }
    await store.createTest({ ...test, webhookId: webhook.id })
    await store.sendEvent({ eventId: newest?.eventId ?? '', webhookId: later.id })
    const [erased] = (await store.listLeads({}, PAGE)).slice(-1)
    await store.eraseLead(erased?.id ?? '', 'request')
    await world.accept(chatbot.id, { events: [world.leadEvent()], lease: null })
    const of = { webhookId: later.id }
    const counted = await bulk('backfill', { from: 0 }, { ...of, dryRun: true })
    expect(counted.total).toBe(3)
    const made = await bulk('backfill', { from: 0 }, of)
    await finish()
    expect(await store.getBulk(made.id)).toMatchObject({ done: 3, skipped: 0 })
    const sent = await store.listDeliveries({ webhookId: later.id }, PAGE)
    expect(sent.map(({ eventType }) => eventType)).toEqual(Array(5).fill('leads.submit'))
    expect(new Set(sent.map(({ eventId }) => eventId)).size).toBe(5)
    await bulk('backfill', { from: 0 }, of)
    await finish()
    expect(await store.listDeliveries({ webhookId: later.id }, PAGE)).toHaveLength(5)
    expect((await bulk('backfill', { from: 0, keptMs: 0 }, { ...of, dryRun: true })).total).toBe(0)
    const orders = await bulk('backfill', { from: 0, eventTypes: ['order.paid'] }, of)
    await finish()
    expect(await store.getBulk(orders.id)).toMatchObject({ done: 1 })
  })

  test('a backfill goes as far as there is room, and ends with its webhook; what is erased on the way is left', async () => {
    const { world, store, chatbot, bulk, finish } = await setupFailed(suite, 6)
    const later = await world.webhook(chatbot.id, { eventTypes: ['lead.submit'] })
    const sent = async () => (await store.listDeliveries({ webhookId: later.id }, PAGE)).length
    const room = async () => Math.max(0, 2 - (await store.backlog()))
    const made = await bulk('backfill', { from: 0 }, { webhookId: later.id })
    expect(made.total).toBe(6)
    await Promise.all([1, 2, 3].map(() => store.continueBulk(room)))
    expect([await sent(), await store.backlog()]).toEqual([2, 2])
    expect(await store.continueBulk(room)).toEqual({ moved: 0, isHeld: true })
    const [oldest] = (await store.listLeads({}, PAGE)).slice(-1)
    await store.eraseLead(oldest?.id ?? '', 'request')
    await store.setWebhookState(later.id, 'paused', null)
    await store.continueBulk(async () => 2)
    expect(await sent()).toBe(4)
    expect((await store.listDeliveries({ webhookId: later.id }, PAGE))[3]?.state).toBe('parked')
    await store.deleteWebhook(later.id)
    await finish()
    const over = await store.getBulk(made.id)
    expect(over).toMatchObject({ done: 4, skipped: 0, finishedAt: expect.any(Number) })
  })
}
