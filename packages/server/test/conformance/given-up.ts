import { expect, test } from 'vitest'
import { type StoreWorld, type Suite, setup } from './store-world.ts'

const PAGE = { limit: 100, after: null }

/** Three that were given up, one that was delivered, one cancelled, a test that failed. */
async function setupGivenUp(suite: Suite) {
  const parts = await setup(suite)
  const { world, store, chatbot, webhook } = parts
  const failed = []
  for (let n = 0; n < 3; n++) failed.push(await giveUp(world, chatbot.id))
  await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
  const cancelled = await world.claim(chatbot.id)
  await store.cancel(cancelled.deliveryId, 'cancelled_by_owner')
  await world.record(cancelled, { kind: 'exhausted' })
  const tested = await store.createTest({
    nodeId: world.nodeId,
    webhookId: webhook.id,
    eventId: world.ids.next('event'),
    eventType: 'lead.submit',
    payload: '{}',
  })
  if (tested) await world.record(tested, { kind: 'exhausted' })
  await world.advance(1)
  const listed = async (filter = {}) =>
    (await store.listDeliveries({ givenUp: true, ...filter }, PAGE)).map(({ id }) => id)
  return { ...parts, failed, listed }
}

async function giveUp(world: StoreWorld, chatbotId: string): Promise<string> {
  const claim = await world.claim(chatbotId)
  await world.record(claim, { kind: 'exhausted' })
  return claim.deliveryId
}

export function describeGivenUp(suite: Suite): void {
  test('what was given up is counted and listed: no test, and nothing that was cancelled', async () => {
    const { store, chatbot, webhook, failed, listed } = await setupGivenUp(suite)
    const found = await store.givenUp({})
    expect(found).toEqual({
      count: 3,
      more: false,
      webhooks: [
        {
          webhookId: webhook.id,
          chatbotId: chatbot.id,
          kind: 'http',
          url: webhook.url,
          format: 'guide',
          count: 3,
          more: false,
          oldestAt: expect.any(Number),
          newestAt: expect.any(Number),
          setAsideUntil: null,
        },
      ],
      moreWebhooks: false,
    })
    expect(await store.givenUp({ chatbotId: chatbot.id })).toEqual(found)
    expect(await store.givenUp({ webhookId: webhook.id })).toEqual(found)
    const newestFirst = failed.toReversed()
    expect(await listed()).toEqual(newestFirst)
    expect(await listed({ chatbotId: chatbot.id })).toEqual(newestFirst)
    expect(await listed({ webhookId: webhook.id, state: 'exhausted' })).toEqual(newestFirst)
    expect(await listed({ webhookId: webhook.id, eventType: 'lead.submit' })).toEqual(newestFirst)
    expect(await listed({ q: failed[1] })).toEqual([failed[1]])
  })

  test('each sees its own, and nothing of what was deleted', async () => {
    const { world, store, chatbot, webhook, listed } = await setupGivenUp(suite)
    const stranger = await world.chatbot()
    const other = await world.webhook(stranger.id)
    const nothing = { count: 0, more: false, webhooks: [], moreWebhooks: false }
    expect(await store.givenUp({ chatbotId: stranger.id })).toEqual(nothing)
    expect(await store.givenUp({ chatbotId: stranger.id, webhookId: webhook.id })).toEqual(nothing)
    const theirs = await giveUp(world, stranger.id)
    expect(await store.givenUp({})).toMatchObject({ count: 4 })
    expect(await store.givenUp({ chatbotId: stranger.id })).toMatchObject({
      count: 1,
      webhooks: [{ webhookId: other.id }],
    })
    await store.deleteWebhook(webhook.id)
    expect(await store.givenUp({ chatbotId: chatbot.id })).toEqual(nothing)
    expect(await listed()).toEqual([theirs])
    await store.deleteChatbot(stranger.id)
    expect(await store.givenUp({})).toEqual(nothing)
    expect(await listed()).toEqual([])
  })

  test('resent is given up no more, until it is again', async () => {
    const { world, store, webhook, failed, listed } = await setupGivenUp(suite)
    const [first = ''] = failed
    await store.resend(first)
    expect(await store.givenUp({})).toMatchObject({ count: 2 })
    expect(await listed()).not.toContain(first)
    const { claims } = await store.claimDue({
      nodeId: world.nodeId,
      lanes: [{ webhookId: webhook.id, limit: 10 }],
    })
    for (const claim of claims) await world.record(claim, { kind: 'exhausted' })
    expect(await store.givenUp({})).toMatchObject({ count: 3 })
    expect(await listed()).toContain(first)
  })

  test("an erased person's can't be resent, and asks for nobody", async () => {
    const { world, store, chatbot, listed } = await setupGivenUp(suite)
    const event = world.leadEvent()
    const claim = await world.claim(chatbot.id, { events: [event] })
    await world.record(claim, { kind: 'exhausted' })
    expect(await store.givenUp({})).toMatchObject({ count: 4 })
    await store.eraseLead(event.lead.id, 'request')
    expect(await store.givenUp({})).toMatchObject({ count: 3 })
    expect(await listed()).not.toContain(claim.deliveryId)
  })

  test('set aside counts no more; what is given up after it does', async () => {
    const { world, store, chatbot, webhook, listed } = await setupGivenUp(suite)
    // In the very millisecond, too: nobody has to wait for the clock.
    expect(await store.setAside(webhook.id, null)).toMatchObject({ count: 3, more: false })
    expect(await store.givenUp({})).toMatchObject({ count: 0, webhooks: [] })
    expect(await listed()).toEqual([])
    expect(await store.setAside('wh_none', null)).toBeNull()
    await world.advance(10)
    const later = await giveUp(world, chatbot.id)
    expect(await store.givenUp({})).toMatchObject({ count: 1 })
    expect(await listed({ webhookId: webhook.id })).toEqual([later])
  })

  test('only what was looked at is set aside, and nothing ever comes back', async () => {
    const { world, store, chatbot, webhook, listed } = await setupGivenUp(suite)
    const lookedAt = world.harness.clock.now()
    const unseen = await giveUp(world, chatbot.id)
    await world.advance(5)
    const done = await store.setAside(webhook.id, lookedAt)
    expect(done).toEqual({ count: 3, more: false, setAsideUntil: lookedAt })
    expect(await listed()).toEqual([unseen])
    expect(await store.setAside(webhook.id, lookedAt - 1_000)).toEqual({
      count: 0,
      more: false,
      setAsideUntil: lookedAt,
    })
    expect(await store.givenUp({})).toMatchObject({
      count: 1,
      webhooks: [{ setAsideUntil: lookedAt }],
    })
    // Nobody sets aside what is still to come.
    await store.setAside(webhook.id, lookedAt + 3_600_000)
    await world.advance(5)
    const next = await giveUp(world, chatbot.id)
    expect(await listed()).toEqual([next])
  })

  test('it is the same after a restart', async () => {
    const { world, webhook, failed } = await setupGivenUp(suite)
    await world.reopen()
    expect(await world.store.givenUp({})).toMatchObject({ count: failed.length })
    await world.store.setAside(webhook.id, null)
    await world.reopen()
    expect(await world.store.givenUp({})).toMatchObject({ count: 0 })
  })

  test('one that failed by a fault of ours for too long was given up, too', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const attempt = { status: null, errorCode: 'our_fault', error: 'Our proxy is down.' }
    await world.record(claim, { kind: 'exhausted' }, { attempt })
    expect(await store.givenUp({})).toMatchObject({ count: 1 })
  })
}
