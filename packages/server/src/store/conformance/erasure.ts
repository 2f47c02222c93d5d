import { expect, test } from 'vitest'
import { type Suite, setup } from './world.ts'

const PAGE = { limit: 100, after: null }

async function setupLead(suite: Suite) {
  const parts = await setup(suite)
  const event = parts.world.leadEvent({ conversationId: 'own-7' })
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
    await world.record(claim, { kind: 'delivered' }, { attempt })
    expect(await store.eraseLead(leadId)).toBe(true)
    expect(await store.eraseLead(leadId)).toBe(false)
    expect(await store.getLead(leadId)).toBeNull()
    expect(await store.listLeads({ q: 'ann@shop.example' }, PAGE)).toEqual([])
    expect(await store.listDeliveries({ q: 'ann@shop.example' }, PAGE)).toEqual([])
    const everything = JSON.stringify([
      await store.getEvent(event.id),
      await store.getDelivery(claim.deliveryId),
    ])
    for (const trace of ['ann@', 'Ann', '+2547', 'own-7']) expect(everything).not.toContain(trace)
    const detail = await store.getDelivery(claim.deliveryId)
    expect(detail).toMatchObject({ erased: true, delivery: { state: 'delivered' } })
    expect(detail?.attempts).toMatchObject([
      { status: 200, responseBody: '', responseHeaders: {}, result: 'delivered' },
    ])
  })

  test('what waits for an erased lead is cancelled, and stays so', async () => {
    const { world, store, claim, leadId } = await setupLead(suite)
    await world.record(claim, { kind: 'retry', delayMs: 1_000, charged: true })
    await store.eraseLead(leadId)
    expect(await world.delivery(claim.deliveryId)).toMatchObject({
      state: 'cancelled',
      stateReason: 'lead_erased',
    })
    expect(await store.resend(claim.deliveryId)).toBe('erased')
    expect(await store.backlog()).toBe(0)
  })

  test('an answer that comes after the erasure is kept without what it says', async () => {
    const { world, store, claim, leadId } = await setupLead(suite)
    await store.eraseLead(leadId)
    const attempt = { responseBody: 'ann@shop.example', responseHeaders: { 'x-echo': 'Ann' } }
    await world.record(claim, { kind: 'delivered' }, { attempt })
    expect((await store.getDelivery(claim.deliveryId))?.attempts).toMatchObject([
      { responseBody: '', responseHeaders: {}, status: 200 },
    ])
  })

  test('other leads of the same person and the same conversation stay', async () => {
    const { world, store, chatbot, leadId } = await setupLead(suite)
    const other = world.leadEvent({ conversationId: 'own-7' })
    await world.accept(chatbot.id, { events: [other] })
    await store.eraseLead(leadId)
    const found = await store.listLeads({ q: 'own-7' }, PAGE)
    expect(found.map((lead) => lead.id)).toEqual([other.lead?.id])
    expect((await store.getEvent(other.id))?.erased).toBe(false)
  })
}
