import { expect, test } from 'vitest'
import { DEFAULT_LEAD_FORM } from '../../src/chatbot.ts'
import type { Page } from '../../src/store/desk.ts'
import { FAILED, type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }

/** Every id of a list, page by page. */
async function walk<Item extends { id: string }>(
  limit: number,
  list: (page: Page) => Promise<Item[]>,
): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const page = await list({ limit, after: ids.at(-1) ?? null })
    ids.push(...page.map((item) => item.id))
    expect(ids.length, 'the pages come to an end').toBeLessThan(1_000)
    if (page.length < limit) return ids
    expect(page.length).toBe(limit)
  }
}

/** Two chatbots, two webhooks on the first, deliveries in several states. */
async function setupHistory(suite: Suite) {
  const parts = await setup(suite)
  const { world, chatbot, webhook } = parts
  const second = await world.webhook(chatbot.id, { eventTypes: ['order.paid', 'leads.submit'] })
  const stranger = await world.chatbot()
  const strange = await world.webhook(stranger.id)
  for (let i = 0; i < 6; i++) {
    const { claims } = await world.accept(chatbot.id, {
      events: [i % 2 ? world.event('order.paid') : world.leadEvent({ customerName: `Lead ${i}` })],
    })
    for (const claim of claims) {
      if (i < 3) await world.record(claim, { kind: i === 0 ? 'exhausted' : 'delivered' })
    }
  }
  await world.accept(stranger.id)
  return { ...parts, webhook, second, stranger, strange }
}

export function describeLists(suite: Suite): void {
  test('a lead is listed with what became of it, wherever its deliveries lie', async () => {
    const { world, store, chatbot } = await setup(suite)
    const cases = [
      ['delivered', { kind: 'delivered' }],
      ['doubted', { kind: 'delivered' }],
      ['exhausted', { kind: 'exhausted' }],
      ['retrying', { kind: 'retry', delayMs: 60_000, charged: true }],
      ['claimed', null],
    ] as const
    const ids = new Map<string, string>()
    for (const [name, outcome] of cases) {
      const event = world.leadEvent({ customerName: name })
      ids.set(name, event.lead.id)
      const claim = await world.claim(chatbot.id, { events: [event] })
      const note = name === 'doubted' ? ('web_page' as const) : null
      if (outcome) await world.record(claim, outcome, { attempt: { note } })
    }
    const cancelled = world.leadEvent({ customerName: 'cancelled' })
    const { deliveryId } = await world.claim(chatbot.id, { events: [cancelled] })
    await store.release(world.nodeId, [deliveryId])
    await store.cancel(deliveryId, 'cancelled_by_owner')
    const paused = await world.webhook(chatbot.id)
    await store.setWebhookState(paused.id, 'paused', null)
    const two = world.leadEvent({ customerName: 'two' })
    await world.accept(chatbot.id, { events: [two] })
    const other = await world.chatbot()
    await world.accept(other.id, { events: [world.leadEvent({ customerName: 'none' })] })

    const none = {
      pending: 0,
      retrying: 0,
      delivered: 0,
      doubted: 0,
      exhausted: 0,
      parked: 0,
      cancelled: 0,
    }
    const wanted = {
      none,
      two: { ...none, pending: 1, parked: 1 },
      cancelled: { ...none, cancelled: 1 },
      claimed: { ...none, pending: 1 },
      retrying: { ...none, pending: 1, retrying: 1 },
      exhausted: { ...none, exhausted: 1 },
      doubted: { ...none, delivered: 1, doubted: 1 },
      delivered: { ...none, delivered: 1 },
    }
    const { rows } = await store.readPage('leads', {}, { ...PAGE, bytesMax: 1e6 })
    expect(rows.map((lead) => [lead.customerName, lead.deliveries])).toEqual(Object.entries(wanted))
    for (const { id, deliveries } of rows) {
      expect((await store.getLead(id))?.deliveries).toEqual(deliveries)
      expect((await store.getLeadRecord(id))?.lead.deliveries).toEqual(deliveries)
    }
    const found = await store.listLeads({ q: 'retrying' }, PAGE)
    expect(found.map(({ deliveries }) => deliveries)).toEqual([wanted.retrying])
  })

  test('lists are newest first, and pages join without gap or repeat', async () => {
    const { world, store, chatbot } = await setupHistory(suite)
    const newest = await world.chatbot()
    const chatbots = await walk(2, (page) => store.listChatbots(page))
    expect(chatbots).toHaveLength(3)
    expect(chatbots[0]).toBe(newest.id)
    const own = { chatbotId: chatbot.id }
    const webhooks = await walk(1, (page) => store.listWebhooks(own, page))
    expect(webhooks).toHaveLength(2)
    const everybodys = await walk(2, (page) => store.listWebhooks({}, page))
    expect(everybodys).toHaveLength(3)
    expect(everybodys).toEqual(expect.arrayContaining(webhooks))
    const deliveries = await walk(3, (page) => store.listDeliveries({}, page))
    expect(deliveries).toEqual([...deliveries].sort().reverse())
    expect(new Set(deliveries).size).toBe(10)
    const leads = await walk(2, (page) => store.listLeads({ chatbotId: chatbot.id }, page))
    expect(leads).toEqual([...leads].sort().reverse())
    expect(leads).toHaveLength(3)
  })

  test('chatbots are found by a part of their name, in any letters, and by their id', async () => {
    const { world, store, chatbot } = await setup(suite)
    const named = async (name: string) => {
      const id = world.ids.next('chatbot')
      await store.createChatbot({ id, name, leadForm: DEFAULT_LEAD_FORM, allowedOrigins: [] })
      return id
    }
    const cafe = await named('Le Cafe\u0301 du Nord')
    const odd = await named('100 %_off')
    const gone = await named('Café, closed')
    await store.deleteChatbot(gone)
    const found = async (q: string) =>
      (await store.listChatbots(PAGE, { q })).map((each) => each.id)
    expect(await found('CAFÉ')).toEqual([cafe])
    expect(await found(' nord ')).toEqual([cafe])
    expect(await found('%_')).toEqual([odd])
    expect(await found('shop')).toEqual([chatbot.id])
    expect(await found(` ${cafe}`)).toEqual([cafe])
    expect(await found(gone)).toEqual([])
    expect(await found('nobody')).toEqual([])
  })

  test('what a search among chatbots finds comes page by page, newest first', async () => {
    const { world, store } = await setup(suite)
    const made: string[] = []
    for (let index = 0; index < 23; index += 1) {
      const id = world.ids.next('chatbot')
      const name = index % 3 === 0 ? `Baker ${index}` : `Florist ${index}`
      await store.createChatbot({ id, name, leadForm: DEFAULT_LEAD_FORM, allowedOrigins: [] })
      if (index % 3 === 0) made.unshift(id)
    }
    const ids = await walk(3, (page) => store.listChatbots(page, { q: 'baker' }))
    expect(ids).toEqual(made)
    const bounded = { limit: 5, after: null, bytesMax: 1e6 }
    const read = await store.readPage('chatbots', { q: 'baker' }, bounded)
    expect(read.rows.map(({ id }) => id)).toEqual(made.slice(0, 5))
    expect(read.more).toBe(true)
  })

  test('webhooks that do not get what they should are found among all', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const other = await world.chatbot()
    const idle = await world.webhook(other.id)
    const troubled = async (chatbotId?: string) =>
      (
        await store.listWebhooks(
          { troubledAt: world.harness.clock.now(), ...(chatbotId ? { chatbotId } : {}) },
          PAGE,
        )
      ).map(({ id }) => id)
    expect(await troubled()).toEqual([])
    await store.setWebhookState(idle.id, 'paused', null)
    expect(await troubled()).toEqual([idle.id])
    await world.record(
      await world.claim(chatbot.id),
      { kind: 'retry', delayMs: 60_000, charged: true },
      { attempt: FAILED },
    )
    expect(await troubled()).toEqual([idle.id, webhook.id])
    expect(await troubled(chatbot.id)).toEqual([webhook.id])
    await store.setWebhookState(idle.id, 'active', null)
    expect(await troubled(other.id)).toEqual([])
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    expect(await troubled()).toEqual([])
    const page = { attempt: { note: 'web_page' } } as const
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' }, page)
    expect(await troubled()).toEqual([webhook.id])
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    expect(await troubled()).toEqual([])
  })

  test('every filter of deliveries holds, alone and with others', async () => {
    const { store, chatbot, webhook, second, stranger } = await setupHistory(suite)
    const count = async (filter: Parameters<typeof store.listDeliveries>[0]) =>
      (await store.listDeliveries(filter, PAGE)).length
    expect(await count({ chatbotId: chatbot.id })).toBe(9)
    expect(await count({ chatbotId: stranger.id })).toBe(1)
    expect(await count({ webhookId: webhook.id })).toBe(3)
    expect(await count({ webhookId: second.id })).toBe(6)
    expect(await count({ webhookId: second.id, chatbotId: stranger.id })).toBe(0)
    expect(await count({ webhookId: second.id, chatbotId: chatbot.id })).toBe(6)
    expect(await count({ eventType: 'order.paid' })).toBe(3)
    expect(await count({ eventType: 'leads.submit', chatbotId: chatbot.id })).toBe(3)
    expect(await count({ states: ['exhausted'] })).toBe(2)
    expect(await count({ states: ['exhausted'], webhookId: webhook.id })).toBe(1)
    expect(await count({ states: ['pending'], chatbotId: chatbot.id })).toBe(4)
    expect(await count({ states: ['parked'] })).toBe(0)
    const [any] = await store.listDeliveries({ webhookId: webhook.id }, PAGE)
    const eventId = any?.eventId ?? ''
    expect(await count({ eventId })).toBe(2)
    expect(await count({ eventId, webhookId: second.id, states: ['pending'] })).toBe(1)
    expect(await count({ eventId, chatbotId: stranger.id })).toBe(0)
  })

  test('a search finds deliveries by id, by person and by the beginning of a name', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const ann = world.leadEvent({ customerName: 'Ànn Lee', customerEmail: 'Ann@Shop.example' })
    const bob = world.leadEvent({
      customerName: 'Bob',
      customerEmail: 'bob@shop.example',
      customerPhone: '0123',
      conversationId: 'own-9',
    })
    const annClaim = await world.claim(chatbot.id, { events: [ann] })
    const bobClaim = await world.claim(chatbot.id, { events: [bob] })
    const found = async (q: string) =>
      (await store.listDeliveries({ q }, PAGE)).map((delivery) => delivery.id)
    for (const q of [annClaim.deliveryId, ann.id, ann.lead?.id, 'ann@shop.EXAMPLE', 'àNN l']) {
      expect(await found(q ?? '')).toEqual([annClaim.deliveryId])
    }
    for (const q of [bobClaim.deliveryId, bob.id, bob.lead?.id, '0123', 'bo', 'own-9']) {
      expect(await found(q ?? '')).toEqual([bobClaim.deliveryId])
    }
    expect(await found(webhook.id)).toHaveLength(2)
    for (const q of ['hop.example', 'ob', '012', 'dlv_none', '%', '_', "' OR 1=1 --"]) {
      expect(await found(q)).toEqual([])
    }
    expect(await store.listDeliveries({ q: 'bo', chatbotId: 'bot_none' }, PAGE)).toEqual([])
    expect(await store.listDeliveries({ q: 'bo', states: ['delivered'] }, PAGE)).toEqual([])
  })

  test('what only looks like an event’s id leads to no event, lead or delivery', async () => {
    const { world, store, chatbot } = await setupHistory(suite)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event] })
    const beside = [`${event.id.slice(0, -3)}001`, `${event.id.slice(0, -1)}z`]
    for (const eventId of [
      'evt_',
      'evt_x',
      'evt_000',
      'evt_é😀',
      'evt',
      '',
      `${event.id}000`,
      ...beside,
    ]) {
      expect(await store.getEvent(eventId), eventId).toBeNull()
      expect(await store.chatbotOf('event', eventId), eventId).toBeNull()
      expect(await store.listDeliveries({ eventId }, PAGE), eventId).toEqual([])
      if (eventId.length < 4) continue
      expect(await store.listDeliveries({ q: eventId }, PAGE), eventId).toEqual([])
      expect(await store.listLeads({ q: eventId }, PAGE), eventId).toEqual([])
    }
    expect(await store.listDeliveries({ q: event.id }, PAGE)).toHaveLength(2)
    expect(await store.listLeads({ q: event.id }, PAGE)).toHaveLength(1)
  })

  test('a name that thousands begin with is found too, newest first', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const stranger = await world.chatbot()
    for (let made = 0; made < 2_500; made += 500) {
      const events = Array.from({ length: 500 }, () => world.leadEvent({ customerName: 'Ann' }))
      await world.accept(chatbot.id, { events, lease: null })
    }
    const others = [
      world.leadEvent({ customerName: 'Bob', customerEmail: '' }),
      world.leadEvent({ customerName: 'Anna' }),
      world.leadEvent({ customerName: 'Carol', customerPhone: 'an' }),
    ]
    await world.accept(chatbot.id, { events: others, lease: null })
    const ids = [others[2]?.lead?.id, others[1]?.lead?.id]
    for (const filter of [{ q: 'an' }, { q: 'an', chatbotId: chatbot.id }]) {
      const leads = await store.listLeads(filter, { limit: 2, after: null })
      expect(leads.map(({ id }) => id)).toEqual(ids)
    }
    const newest = [others[2]?.id, others[1]?.id]
    for (const filter of [
      { q: 'an' },
      { q: 'an', chatbotId: chatbot.id },
      { q: 'an', webhookId: webhook.id, states: ['pending'] } as const,
    ]) {
      const found = await store.listDeliveries(filter, { limit: 2, after: null })
      expect(found.map(({ eventId }) => eventId)).toEqual(newest)
    }
    const quiet = await world.chatbot()
    await world.webhook(quiet.id)
    const few = world.leadEvent({ customerName: 'Anton' })
    await world.accept(quiet.id, {
      events: [few, world.leadEvent({ customerName: 'Bo', customerEmail: '' })],
    })
    const ofQuiet = { q: 'an', chatbotId: quiet.id }
    expect((await store.listLeads(ofQuiet, PAGE)).map(({ id }) => id)).toEqual([few.lead.id])
    const found = await store.listDeliveries(ofQuiet, PAGE)
    expect(found.map(({ eventId }) => eventId)).toEqual([few.id])
    expect(await store.listDeliveries({ q: 'an', chatbotId: stranger.id }, PAGE)).toEqual([])
    expect(await store.listLeads({ q: 'an', chatbotId: stranger.id }, PAGE)).toEqual([])
    expect(await store.listDeliveries({ q: 'an', states: ['exhausted'] }, PAGE)).toEqual([])
  })

  test('the deliveries of few leads among many other events are found, those of erased ones too', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.webhook(chatbot.id, { eventTypes: ['order.paid', 'leads.submit'] })
    const [first, second] = [world.leadEvent(), world.leadEvent()]
    for (const event of [first, world.event('order.paid'), second, world.event('order.paid')]) {
      await world.accept(chatbot.id, { events: [event] })
    }
    await store.eraseLead(first.lead.id, 'request')
    const others = await world.chatbot()
    await world.webhook(others.id)
    await world.accept(others.id, {})
    const found = async (filter: Parameters<typeof store.listDeliveries>[0]) => {
      const rows = await store.listDeliveries({ chatbotId: chatbot.id, ...filter }, PAGE)
      return rows.map(({ eventId, eventType }) => [eventId, eventType])
    }
    const ofSecond = [second.id, 'lead.submit']
    expect(await found({ eventType: 'lead.submit' })).toEqual([ofSecond, [first.id, 'lead.submit']])
    expect(await found({ eventType: 'leads.submit' })).toEqual([
      [second.id, 'leads.submit'],
      [first.id, 'leads.submit'],
    ])
    expect(await found({ eventType: 'lead.submit', states: ['pending'] })).toEqual([ofSecond])
    expect(await found({ eventType: 'lead.submit', webhookId: webhook.id })).toHaveLength(2)
    const ofWebhook = { eventType: 'lead.submit', webhookId: webhook.id }
    expect(await store.listDeliveries(ofWebhook, PAGE)).toHaveLength(2)
    const eventId = world.ids.next('event')
    const test = { nodeId: world.nodeId, webhookId: webhook.id, payload: '{}', eventId }
    await store.createTest({ ...test, eventType: 'lead.submit' })
    expect(await found({ eventType: 'lead.submit' })).toHaveLength(3)
  })

  test('a search finds leads the same way', async () => {
    const { world, store, chatbot } = await setup(suite)
    const lead = world.leadEvent({ customerName: 'Zoë', customerPhone: '007' })
    await world.accept(chatbot.id, { events: [lead, world.leadEvent()] })
    const found = async (q: string, chatbotId?: string) => {
      const leads = await store.listLeads({ q, ...(chatbotId && { chatbotId }) }, PAGE)
      return leads.map(({ id }) => id)
    }
    for (const q of [lead.lead?.id, lead.id, lead.lead?.conversationId, '007', 'zo', 'ZOË']) {
      expect(await found(q ?? '')).toEqual([lead.lead?.id])
    }
    expect(await found('zo', chatbot.id)).toHaveLength(1)
    expect(await found('zo', 'bot_none')).toEqual([])
    expect(await found('ann@shop.example')).toHaveLength(2)
  })

  test('what nobody sees is in no key: neither in what is kept nor in what is typed', async () => {
    const { world, store, chatbot } = await setup(suite)
    const lead = world.leadEvent({
      customerName: 'Zoe\u0308\u200b Lee',
      customerEmail: 'Zoe\u00ad@Shop.example\u200b',
      customerPhone: '\u202a+254\u200e7 \u202c',
      conversationId: ' own ',
    })
    const other = world.leadEvent({ customerPhone: '', customerEmail: '' })
    await world.accept(chatbot.id, { events: [lead, other] })
    const id = lead.lead?.id ?? ''
    const found = async (q: string) => (await store.listLeads({ q }, PAGE)).map((one) => one.id)
    const typed = ['zoe@shop.example', 'zo\u2060e@shop.example', '+2547', ' +2547\ufeff', 'zoë l']
    for (const q of [...typed, 'z\u200do', `${id}\u200b`, `\u202a${lead.id}`, ' own ']) {
      expect(await found(q), q).toEqual([id])
      expect((await store.listDeliveries({ q }, PAGE)).map(({ eventId }) => eventId)).toEqual([
        lead.id,
      ])
    }
    for (const q of ['\u200b', ' ', '', 'own']) expect(await found(q), q).toEqual([])
    await store.eraseLead(id, 'request')
    for (const q of typed) expect(await found(q), q).toEqual([])
  })

  if (!suite.movesTime) return

  test('from and to bound the instant of creation', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const instants: number[] = []
    for (let i = 0; i < 3; i++) {
      await world.advance(1_000)
      await world.join()
      instants.push(world.harness.clock.now())
      await world.accept(chatbot.id)
    }
    const [first = 0, second = 0, third = 0] = instants
    const count = async (from?: number, to?: number) => {
      const span = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
      const deliveries = await store.listDeliveries({ webhookId: webhook.id, ...span }, PAGE)
      const leads = await store.listLeads(span, PAGE)
      expect(leads).toHaveLength(deliveries.length)
      return deliveries.length
    }
    expect(await count()).toBe(3)
    expect(await count(second)).toBe(2)
    expect(await count(second + 1)).toBe(1)
    expect(await count(undefined, third)).toBe(2)
    expect(await count(first, second)).toBe(1)
    expect(await count(third + 1)).toBe(0)
    expect(await count(0, 2 ** 47)).toBe(3)
  })
}
