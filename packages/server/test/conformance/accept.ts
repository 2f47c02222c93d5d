import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }

export function describeAccept(suite: Suite): void {
  test('an event makes one delivery for each webhook that subscribed, in its spelling', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const other = await world.webhook(chatbot.id, { eventTypes: ['leads.submit', 'order.paid'] })
    const stranger = await world.chatbot()
    await world.webhook(stranger.id)
    const event = world.leadEvent()
    const { claims, waiting } = await world.accept(chatbot.id, { events: [event] })
    expect(waiting).toEqual([])
    expect(claims).toHaveLength(2)
    const spelled = new Map(claims.map((claim) => [claim.webhookId, claim]))
    for (const [id, eventType] of [
      [webhook.id, 'lead.submit'],
      [other.id, 'leads.submit'],
    ] as const) {
      expect(spelled.get(id)).toEqual({
        deliveryId: expect.stringMatching(/^dlv_/),
        eventId: event.id,
        webhookId: id,
        chatbotId: chatbot.id,
        eventType,
        payload: event.payload,
        kind: 'event',
        attemptNumber: 1,
        seriesAttempts: 0,
      })
    }
    const kept = await store.getEvent(event.id)
    expect(kept).toMatchObject({ eventType: 'lead.submit', payload: event.payload, erased: false })
    expect(kept?.deliveries).toHaveLength(2)
    expect(kept?.deliveries[0]).toMatchObject({ state: 'pending', claimed: true, attemptCount: 0 })
  })

  test('the lead is kept with its event and its conversation', async () => {
    const { world, store, chatbot } = await setup(suite)
    const event = world.leadEvent({ customerName: '' })
    await world.accept(chatbot.id, { events: [event] })
    const lead = await store.getLead(event.lead?.id ?? '')
    expect(lead).toEqual({
      ...event.lead,
      chatbotId: chatbot.id,
      eventId: event.id,
      deliveries: {
        pending: 1,
        retrying: 0,
        delivered: 0,
        doubted: 0,
        exhausted: 0,
        parked: 0,
        cancelled: 0,
      },
      createdAt: expect.any(Number),
    })
    expect(await store.getLead('lead_none')).toBeNull()
  })

  test('what a visitor agreed to is kept with the lead, and with no other', async () => {
    const { world, store, chatbot } = await setup(suite)
    const consents = [true, null, false].map(
      (given) =>
        given !== null && {
          given,
          text: `“Ja”\n\\ 🦊 ${given}`,
          at: 1_800_000_000_123,
          page: 'https://a.b/c',
        },
    )
    const events = consents.map((consent) => world.leadEvent({ consent: consent || null }))
    await world.accept(chatbot.id, { events })
    const read = await store.readPage('leads', {}, { ...PAGE, bytesMax: 1e6 })
    const wanted = consents.map((consent) => consent || null)
    expect(read.rows.map(({ consent }) => consent).reverse()).toEqual(wanted)
    for (const [at, { lead }] of events.entries()) {
      const id = lead.id
      const kept = await store.getLead(id)
      expect(kept?.consent).toEqual(wanted[at])
      const record = await store.getLeadRecord(id)
      expect(record?.lead.consent).toEqual(wanted[at])
      // The event is what it always was.
      expect(record?.event?.payload).toBe(events[at]?.payload)
    }
  })

  test('two leads may come from one conversation', async () => {
    const { world, store, chatbot } = await setup(suite)
    const events = ['a', 'b'].map((name) =>
      world.leadEvent({ customerName: name, conversationId: 'own-1' }),
    )
    await world.accept(chatbot.id, { events })
    expect(await store.listLeads({ q: 'own-1' }, PAGE)).toHaveLength(2)
  })

  test('an event that nobody subscribed to is kept', async () => {
    const { world, store, chatbot } = await setup(suite)
    const event = world.event('order.paid', '{"amount":1}')
    expect(await world.accept(chatbot.id, { events: [event] })).toEqual({
      kind: 'accepted',
      claims: [],
      waiting: [],
    })
    expect(await store.getEvent(event.id)).toMatchObject({
      payload: '{"amount":1}',
      deliveries: [],
    })
    expect(await store.getEvent('evt_none')).toBeNull()
  })

  test('without a lease, or past a full lane, deliveries wait in the store', async () => {
    const { world, chatbot, webhook } = await setup(suite)
    const unleased = await world.accept(chatbot.id, { lease: null })
    expect(unleased).toMatchObject({ claims: [], waiting: [webhook.id] })
    const lease = { nodeId: world.nodeId, except: [webhook.id] }
    const full = await world.accept(chatbot.id, { lease })
    expect(full).toMatchObject({ claims: [], waiting: [webhook.id] })
  })

  test('a node that never joined is leased nothing', async () => {
    const { world, chatbot, webhook } = await setup(suite)
    const lease = { nodeId: 'node_stranger', except: [] }
    const result = await world.accept(chatbot.id, { lease })
    expect(result).toMatchObject({ claims: [], waiting: [webhook.id] })
  })

  test('deliveries of a webhook that is not active are parked', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    for (const [state, stateReason] of [
      ['paused', 'webhook_paused'],
      ['disabled', 'webhook_disabled'],
    ] as const) {
      await store.setWebhookState(webhook.id, state, 'because')
      const event = world.leadEvent()
      expect(await world.accept(chatbot.id, { events: [event] })).toMatchObject({
        claims: [],
        waiting: [],
      })
      const [delivery] = (await store.getEvent(event.id))?.deliveries ?? []
      expect(delivery).toMatchObject({ state: 'parked', stateReason, dueAt: null, claimed: false })
    }
  })

  test('an unknown chatbot takes nothing', async () => {
    const { world, store } = await setup(suite)
    const event = world.leadEvent()
    const input = world.acceptInput('bot_none', { events: [event] })
    expect(await store.accept(input)).toEqual({ kind: 'chatbot_not_found' })
    expect(await store.getEvent(event.id)).toBeNull()
  })

  test('a batch is kept whole, in its order', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const events = Array.from({ length: 50 }, (_, i) => world.leadEvent({ customerName: `N${i}` }))
    const { claims } = await world.accept(chatbot.id, { events })
    expect(claims.map((claim) => claim.eventId)).toEqual(events.map((event) => event.id))
    const listed = await store.listDeliveries({ webhookId: webhook.id }, PAGE)
    expect(listed.map((delivery) => delivery.eventId).reverse()).toEqual(events.map((e) => e.id))
  })

  test('a batch with an event that cannot be kept leaves nothing, and harms no other call', async () => {
    const { world, store, chatbot } = await setup(suite)
    const kept = world.leadEvent()
    await world.accept(chatbot.id, { events: [kept] })
    const fresh = world.leadEvent()
    const neighbours = [world.leadEvent(), world.leadEvent()]
    const [before, broken, after] = await Promise.allSettled([
      store.accept(world.acceptInput(chatbot.id, { events: neighbours.slice(0, 1) })),
      // The second id is taken.
      store.accept(world.acceptInput(chatbot.id, { events: [fresh, kept] })),
      store.accept(world.acceptInput(chatbot.id, { events: neighbours.slice(1) })),
    ])
    expect(broken.status).toBe('rejected')
    expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(await store.getEvent(fresh.id)).toBeNull()
    expect(await store.getLead(fresh.lead?.id ?? '')).toBeNull()
    for (const { id } of neighbours) expect(await store.getEvent(id)).not.toBeNull()
    expect(await store.backlog()).toBe(3)
  })

  test('past the backlog nothing is accepted, until something is finished', async () => {
    const { world, store, chatbot } = await setup(suite)
    const first = await world.claim(chatbot.id, { backlogMax: 1 })
    const second = world.leadEvent()
    const input = () => world.acceptInput(chatbot.id, { events: [second], backlogMax: 1 })
    expect(await store.accept(input())).toEqual({ kind: 'backlog_full' })
    expect(await store.getEvent(second.id)).toBeNull()
    await world.record(first, { kind: 'delivered' })
    expect(await store.accept(input())).toMatchObject({ kind: 'accepted' })
  })

  test('the backlog counts what is unfinished, and is right after a restart', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const [a, b] = [await world.claim(chatbot.id), await world.claim(chatbot.id)]
    await world.accept(chatbot.id, { lease: null })
    expect(await store.backlog()).toBe(3)
    await world.record(a, { kind: 'delivered' })
    await world.record(b, { kind: 'retry', delayMs: 1_000, charged: true })
    expect(await store.backlog()).toBe(2)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(100)
    expect(await store.backlog()).toBe(2)
    await world.reopen()
    expect(await world.store.backlog()).toBe(2)
  })

  test('any text comes back as it went in', async () => {
    const { world, store, chatbot } = await setup(suite)
    const texts = [
      '👩‍👩‍👧‍👦 "\'</script>\\',
      'مرحبا\u2028\u2029\u200f',
      'é'.repeat(10_000),
      '\u{10ffff}\u0001',
    ]
    for (const text of texts) {
      const event = world.leadEvent({ customerName: text })
      const claim = await world.claim(chatbot.id, { events: [event] })
      expect(claim.payload).toBe(event.payload)
      expect((await store.getDelivery(claim.deliveryId))?.payload).toBe(event.payload)
      expect((await store.getLead(event.lead?.id ?? ''))?.customerName).toBe(text)
    }
  })

  test('events that were accepted at once from many sides are all there', async () => {
    const { world, store, chatbot } = await setup(suite)
    const events = Array.from({ length: 300 }, () => world.leadEvent())
    const results = await Promise.all(events.map((e) => world.accept(chatbot.id, { events: [e] })))
    const deliveryIds = results.flatMap((result) => result.claims.map((claim) => claim.deliveryId))
    expect(new Set(deliveryIds).size).toBe(300)
    await world.reopen()
    for (const { id } of events) {
      expect((await world.store.getEvent(id))?.deliveries).toHaveLength(1)
    }
    expect(await world.store.backlog()).toBe(300)
    expect(store).not.toBe(world.store)
  })
}
