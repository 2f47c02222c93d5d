import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

/** Seven deliveries that wait in the store, and whatever else the test needs. */
async function setupWaiting(suite: Suite) {
  const parts = await setup(suite)
  const { world, store, chatbot, webhook } = parts
  const events = Array.from({ length: 7 }, () => world.leadEvent())
  await world.accept(chatbot.id, { events, lease: null })
  const states = async () => {
    const page = { limit: 100, after: null }
    const found = await world.store.listDeliveries({ webhookId: webhook.id }, page)
    return [...new Set(found.map((delivery) => `${delivery.state} ${delivery.stateReason}`))].sort()
  }
  const settleAll = async () => {
    let moved = 0
    for (;;) {
      const step = await store.settle(3)
      moved += step.moved
      if (step.moved < 3) return moved
    }
  }
  return { ...parts, events, states, settleAll }
}

export function describeSettle(suite: Suite): void {
  test('with nothing to do nothing is moved', async () => {
    const { store } = await setupWaiting(suite)
    expect(await store.settle(10)).toEqual({ moved: 0 })
  })

  test('pausing parks what waits, in steps', async () => {
    const { store, webhook, states, settleAll } = await setupWaiting(suite)
    await store.setWebhookState(webhook.id, 'paused', null)
    expect(await store.settle(3)).toEqual({ moved: 3 })
    expect(await states()).toEqual(['parked webhook_paused', 'pending null'])
    expect(await settleAll()).toBe(4)
    expect(await states()).toEqual(['parked webhook_paused'])
    expect(await store.settle(3)).toEqual({ moved: 0 })
    expect(await store.backlog()).toBe(7)
  })

  test('resuming brings it back, due now, and names the webhook', async () => {
    const { world, store, webhook, states, settleAll } = await setupWaiting(suite)
    await store.setWebhookState(webhook.id, 'disabled', 'x')
    await settleAll()
    expect(await states()).toEqual(['parked webhook_disabled'])
    const told: string[][] = []
    store.onWaiting((webhookIds) => told.push(webhookIds))
    await store.setWebhookState(webhook.id, 'active', null)
    expect(await store.settle(100)).toEqual({ moved: 7 })
    expect(told).toEqual([[webhook.id]])
    expect(await states()).toEqual(['pending null'])
    const lanes = [{ webhookId: webhook.id, limit: 100 }]
    expect((await store.claimDue({ nodeId: world.nodeId, lanes })).claims).toHaveLength(7)
  })

  test('pausing and resuming before anything was moved leaves all as it was', async () => {
    const { store, webhook, states } = await setupWaiting(suite)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(3)
    await store.setWebhookState(webhook.id, 'active', null)
    const told: string[][] = []
    store.onWaiting((webhookIds) => told.push(webhookIds))
    expect(await store.settle(100)).toEqual({ moved: 3 })
    expect(told).toEqual([[webhook.id]])
    expect(await states()).toEqual(['pending null'])
  })

  test('deleting a webhook cancels what waits, what is parked and what is on its way', async () => {
    const { world, store, chatbot, webhook, states, settleAll } = await setupWaiting(suite)
    const onItsWay = await world.claim(chatbot.id)
    const done = await world.claim(chatbot.id)
    await world.record(done, { kind: 'delivered' })
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(3)
    await store.deleteWebhook(webhook.id)
    expect(await settleAll()).toBe(8)
    expect(await states()).toEqual(['cancelled webhook_deleted', 'delivered null'])
    expect(await store.backlog()).toBe(0)
    expect(await world.record(onItsWay, { kind: 'delivered' })).toMatchObject({
      state: 'cancelled',
    })
    expect(await store.getDelivery(done.deliveryId)).toMatchObject({ webhook: null })
  })

  test('what a crash left unsettled is settled after it', async () => {
    const { world, store, webhook, states } = await setupWaiting(suite)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(3)
    await world.reopen()
    expect(await world.store.settle(100)).toMatchObject({ moved: 4 })
    expect(await states()).toEqual(['parked webhook_paused'])
  })

  test('deleting a chatbot erases its leads and cancels what waits', async () => {
    const { store, chatbot, events, settleAll } = await setupWaiting(suite)
    await store.deleteChatbot(chatbot.id)
    await settleAll()
    const page = { limit: 10, after: null }
    const erasures = await store.listErasures({ chatbotId: chatbot.id }, page)
    const leadIds = events.map((event) => event.lead?.id)
    expect(erasures.map(({ leadId }) => leadId).sort()).toEqual(leadIds.sort())
    // What it had is not there for whoever reads, but it is told how its deliveries ended.
    const { changes } = await store.changesSince(0, 100)
    const ended = changes.flatMap((each) =>
      each.type === 'delivery.updated' ? [each.delivery.state] : [],
    )
    expect([...new Set(ended)]).toEqual(['cancelled'])
    expect(await store.backlog()).toBe(0)
    expect(await store.listLeads({}, page)).toEqual([])
    expect(await store.settle(10)).toEqual({ moved: 0 })
  })
}
