/** One event to one webhook that did not get it. */
import { expect, test } from 'vitest'
import { leadIdOf, ordinalOf } from '../../src/id.ts'
import { FAILED, type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }

export function describeSendEvent(suite: Suite): void {
  test('an earlier lead goes to a webhook that was made later, once, in its spelling', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const event = world.leadEvent()
    const claim = await world.claim(chatbot.id, { events: [event] })
    await world.record(claim, { kind: 'delivered' })
    const later = await world.webhook(chatbot.id, { eventTypes: ['leads.submit'] })
    const sent = await store.sendEvent({ eventId: event.id, webhookId: later.id })
    expect(sent).toMatchObject({
      eventId: event.id,
      webhookId: later.id,
      eventType: 'leads.submit',
      kind: 'event',
      state: 'pending',
      attemptCount: 0,
    })
    const id = (sent as { id: string }).id
    expect(ordinalOf(id)).toBe(2)
    expect(await store.backlog()).toBe(1)
    const lanes = [{ webhookId: later.id, limit: 100 }]
    const [due] = (await store.claimDue({ nodeId: world.nodeId, lanes })).claims
    expect(due).toMatchObject({ deliveryId: id, payload: event.payload, attemptNumber: 1 })
    const had = { kind: 'had_it', deliveryId: id }
    expect(await store.sendEvent({ eventId: event.id, webhookId: later.id })).toEqual(had)
    expect(await store.sendEvent({ eventId: event.id, webhookId: webhook.id })).toMatchObject({
      kind: 'had_it',
      deliveryId: claim.deliveryId,
    })
    if (due) await world.record(due, { kind: 'exhausted' }, { attempt: FAILED })
    expect(await store.sendEvent({ eventId: event.id, webhookId: later.id })).toEqual(had)
  })

  test('at once from several sides it is made once, and of several webhooks each', async () => {
    const { world, store, chatbot } = await setup(suite)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event], lease: null })
    const webhooks = [
      await world.webhook(chatbot.id, { eventTypes: ['a.b'] }),
      await world.webhook(chatbot.id, { eventTypes: ['a.b'] }),
    ]
    const asked = [...webhooks, ...webhooks, ...webhooks]
    const sent = await Promise.all(
      asked.map(({ id: webhookId }) => store.sendEvent({ eventId: event.id, webhookId })),
    )
    expect(sent.filter((each) => typeof each === 'object' && each.kind === 'event')).toHaveLength(2)
    const made = await store.listDeliveries({ eventId: event.id }, PAGE)
    expect(made.map(({ eventType }) => eventType)).toEqual(Array(3).fill('lead.submit'))
    expect(new Set(made.map(({ webhookId }) => webhookId)).size).toBe(3)
    expect(await store.backlog()).toBe(3)
  })

  test('not to a stranger, not of a test, not of what was erased; parked while it is paused', async () => {
    const { world, store, chatbot } = await setup(suite)
    const other = await world.chatbot()
    const stranger = await world.webhook(other.id)
    const event = world.leadEvent()
    await world.accept(chatbot.id, { events: [event], lease: null })
    const order = world.event('order.paid')
    await world.accept(chatbot.id, { events: [order], lease: null })
    const later = await world.webhook(chatbot.id, { eventTypes: ['x.y'] })
    await store.setWebhookState(later.id, 'paused', null)
    const send = (eventId: string, webhookId = later.id) => store.sendEvent({ eventId, webhookId })
    expect(await send(event.id, stranger.id)).toBe('webhook_not_found')
    expect(await send(event.id, world.ids.next('webhook'))).toBe('webhook_not_found')
    expect(await send(world.ids.next('event'))).toBe('event_not_found')
    expect(await send(order.id)).toMatchObject({ state: 'parked', eventType: 'order.paid' })
    expect(await send(event.id)).toMatchObject({ state: 'parked', stateReason: 'webhook_paused' })
    await store.setWebhookState(later.id, 'active', null)
    while ((await store.settle(100)).moved > 0);
    expect(await store.listDeliveries({ webhookId: later.id }, PAGE)).toMatchObject([
      { state: 'pending' },
      { state: 'pending' },
    ])
    const test = { nodeId: world.nodeId, webhookId: later.id, payload: '{}' }
    const eventId = world.ids.next('event')
    await store.createTest({ ...test, eventId, eventType: 'lead.submit' })
    const last = await world.webhook(chatbot.id, { eventTypes: ['x.y'] })
    expect(await send(eventId, last.id)).toBe('is_test')
    await store.eraseLead(leadIdOf(event.id), 'request')
    expect(await send(event.id, last.id)).toBe('erased')
  })
}
