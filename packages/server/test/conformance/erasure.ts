import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }

async function setupLead(suite: Suite) {
  const parts = await setup(suite)
  const event = parts.world.leadEvent({
    conversationId: 'own-7',
    consent: { given: true, text: 'Ann may be called', at: 1, page: 'https://a.b/Ann' },
  })
  const claim = await parts.world.claim(parts.chatbot.id, { events: [event] })
  return { ...parts, event, claim, leadId: event.lead?.id ?? '' }
}

export function describeErasure(suite: Suite): void {
  test('an erased lead is nowhere: not in lists, events, deliveries or answers', async () => {
    const { world, store, event, claim, leadId } = await setupLead(suite)
    const attempt = {
      responseBody: 'hello ann@shop.example',
      responseHeaders: { 'x-echo': 'Ann Lee' },
    }
    await world.record(claim, { kind: 'exhausted' }, { attempt })
    expect(await store.eraseLead(leadId, 'request')).toBe(true)
    expect(await store.eraseLead(leadId, 'request')).toBe(false)
    expect(await store.getLead(leadId)).toBeNull()
    expect(await store.listLeads({ q: 'ann@shop.example' }, PAGE)).toEqual([])
    expect(await store.listDeliveries({ q: 'ann@shop.example' }, PAGE)).toEqual([])
    const everything = JSON.stringify([
      await store.getEvent(event.id),
      await store.getDelivery(claim.deliveryId),
    ])
    for (const trace of ['ann@', 'Ann', '+2547', 'own-7']) expect(everything).not.toContain(trace)
    const detail = await store.getDelivery(claim.deliveryId)
    expect(detail).toMatchObject({
      erased: true,
      delivery: { state: 'exhausted', lastError: null },
    })
    expect(detail?.attempts).toMatchObject([
      { status: 500, responseBody: '', responseHeaders: {}, error: null, errorCode: 'status' },
    ])
  })

  test('what waits for an erased lead is cancelled, and stays so', async () => {
    const { world, store, claim, leadId } = await setupLead(suite)
    await world.record(claim, { kind: 'retry', delayMs: 1_000, charged: true })
    await store.eraseLead(leadId, 'request')
    expect(await world.delivery(claim.deliveryId)).toMatchObject({
      state: 'cancelled',
      stateReason: 'lead_erased',
    })
    expect(await store.resend(claim.deliveryId)).toBe('erased')
    expect(await store.backlog()).toBe(0)
  })

  test('an answer that comes after the erasure is kept without what it says', async () => {
    const { world, store, claim, leadId } = await setupLead(suite)
    await store.eraseLead(leadId, 'request')
    const attempt = {
      responseBody: 'ann@shop.example',
      responseHeaders: { 'x-echo': 'Ann' },
      error: 'The endpoint answered 500 Ann',
      note: 'body_says_failed' as const,
    }
    const retry = { kind: 'retry', delayMs: 1_000, charged: true } as const
    await world.record(claim, retry, { attempt })
    const detail = await store.getDelivery(claim.deliveryId)
    expect(detail?.attempts).toMatchObject([
      { responseBody: '', responseHeaders: {}, status: 500, error: null, note: null },
    ])
    expect(detail?.delivery).toMatchObject({ state: 'cancelled', lastError: 'status' })
    const { health } = (await store.getWebhook(claim.webhookId)) ?? {}
    expect(health?.lastFailure).toBe('status')
  })

  test('an erasure is remembered without a word about whom', async () => {
    const { world, store, chatbot, event, leadId } = await setupLead(suite)
    const other = await world.chatbot()
    const second = world.leadEvent()
    await world.accept(other.id, { events: [second] })
    await store.eraseLead(leadId, 'request')
    await store.eraseLead(leadId, 'request')
    await store.eraseLead(second.lead?.id ?? '', 'retention')
    const all = await store.listErasures({}, PAGE)
    expect(all.map(({ reason }) => reason)).toEqual(['retention', 'request'])
    const [kept] = await store.listErasures({ chatbotId: chatbot.id }, PAGE)
    expect(kept).toEqual({
      id: expect.stringMatching(/^ers_/),
      leadId,
      chatbotId: chatbot.id,
      eventId: event.id,
      reason: 'request',
      erasedAt: expect.any(Number),
    })
    const after = all[0]?.id ?? null
    expect(await store.listErasures({}, { limit: 1, after })).toEqual([kept])
    const at = kept?.erasedAt ?? 0
    expect(await store.listErasures({ from: at + 3_600_000 }, PAGE)).toEqual([])
    expect(await store.listErasures({ from: at, to: at + 3_600_000 }, PAGE)).toEqual(all)
  })

  test('the leads of a deleted chatbot are erased, each with its reason', async () => {
    const { world, store, chatbot, leadId } = await setupLead(suite)
    await world.accept(chatbot.id)
    await store.deleteChatbot(chatbot.id)
    for (let round = 0; round < 20; round++) await store.settle(100)
    expect(await store.listLeads({}, PAGE)).toEqual([])
    const all = await store.listErasures({ chatbotId: chatbot.id }, PAGE)
    expect(all).toHaveLength(2)
    expect(all.map((each) => each.leadId)).toContain(leadId)
    for (const { reason } of all) expect(reason).toBe('chatbot_deleted')
  })

  test('what a deleted chatbot had is not there from that commit on, and stays so', async () => {
    const { world, store, chatbot, webhook, event, claim, leadId } = await setupLead(suite)
    await world.record(claim, { kind: 'exhausted' })
    const other = await world.chatbot()
    await world.accept(other.id, { events: [world.leadEvent({ conversationId: 'own-8' })] })
    await store.deleteChatbot(chatbot.id)
    for (let round = 0; round < 3; round++) {
      expect(await store.getLead(leadId)).toBeNull()
      expect(await store.getLeadRecord(leadId)).toBeNull()
      expect(await store.getEvent(event.id)).toBeNull()
      expect(await store.getDelivery(claim.deliveryId)).toBeNull()
      expect(await store.getWebhook(webhook.id)).toBeNull()
      expect(await store.listWebhooks({}, PAGE)).toEqual([])
      const kinds = { lead: leadId, event: event.id, delivery: claim.deliveryId }
      for (const [kind, id] of Object.entries({ ...kinds, webhook: webhook.id })) {
        expect(await store.chatbotOf(kind as keyof typeof kinds, id)).toBeNull()
      }
      const mine = { chatbotId: chatbot.id }
      for (const filter of [mine, { q: 'own-7' }, { q: 'Ann', ...mine }, { from: 0, ...mine }]) {
        expect(await store.listLeads(filter, PAGE)).toEqual([])
        expect(await store.listDeliveries(filter, PAGE)).toEqual([])
      }
      for (const filter of [
        { webhookId: webhook.id },
        { eventId: event.id },
        { q: claim.deliveryId },
        { state: 'exhausted' } as const,
        { ...mine, state: 'exhausted' } as const,
        {},
      ]) {
        expect(await store.listDeliveries(filter, PAGE)).toEqual([])
      }
      const left = await store.listLeads({}, PAGE)
      expect(left.map((lead) => lead.chatbotId)).toEqual([other.id])
      await store.settle(100)
    }
  })

  test('all that is kept about a person is one record', async () => {
    const { world, store, event, claim, leadId } = await setupLead(suite)
    await world.record(claim, { kind: 'retry', delayMs: 1, charged: true })
    const record = await store.getLeadRecord(leadId)
    expect(record).toMatchObject({
      lead: { id: leadId, customerName: 'Ann Lee', conversationId: 'own-7' },
      conversation: { id: 'own-7', createdAt: expect.any(Number) },
      event: { id: event.id, payload: event.payload },
      deliveries: [
        {
          delivery: { id: claim.deliveryId, state: 'pending' },
          attempts: [{ number: 1, responseBody: 'oops' }],
          webhook: { id: claim.webhookId, url: 'https://receiver.example/hook' },
        },
      ],
    })
    await store.deleteWebhook(claim.webhookId)
    expect((await store.getLeadRecord(leadId))?.deliveries).toMatchObject([{ webhook: null }])
    await store.eraseLead(leadId, 'request')
    expect(await store.getLeadRecord(leadId)).toBeNull()
  })

  test('other leads of the same person and the same conversation stay', async () => {
    const { world, store, chatbot, leadId } = await setupLead(suite)
    const other = world.leadEvent({ conversationId: 'own-7' })
    await world.accept(chatbot.id, { events: [other] })
    await store.eraseLead(leadId, 'request')
    const found = await store.listLeads({ q: 'own-7' }, PAGE)
    expect(found.map((lead) => lead.id)).toEqual([other.lead?.id])
    expect((await store.getEvent(other.id))?.erased).toBe(false)
  })
}
