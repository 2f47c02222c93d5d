import { expect, test } from 'vitest'
import type { Change, ChangePage, ChangePlace } from '../../src/store/road.ts'
import type { Store } from '../../src/store/store.ts'
import { type Suite, setup } from './store-world.ts'

/** Without the instant, in short. */
function brief(change: Change): string {
  if (change.type === 'lead.created') return `lead ${change.leadId}`
  if (change.type === 'webhook.updated') return `webhook ${change.webhookId}`
  const { id, state, attemptCount } = change.delivery
  return `delivery ${id} ${state} ${attemptCount}`
}

/** All pages from an instant on. */
async function walk(
  store: Store,
  { since, limit }: { since: number; limit: number },
): Promise<Change[][]> {
  const pages: Change[][] = []
  for (let place: number | ChangePlace | null = since; place !== null; ) {
    const page: ChangePage = await store.changesSince(place, limit)
    pages.push(page.changes)
    place = page.next
  }
  return pages
}

export function describeChanges(suite: Suite): void {
  test('a listener hears of each thing that a commit changed, once', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const heard: Change[] = []
    const leave = store.onChange((change) => heard.push(change), { everywhere: true })
    const event = world.leadEvent()
    const claim = await world.claim(chatbot.id, { events: [event] })
    const id = claim.deliveryId
    expect(heard.map(brief)).toEqual([`lead ${event.lead?.id}`, `delivery ${id} pending 0`])
    heard.length = 0
    await world.record(claim, { kind: 'exhausted' })
    expect(heard.map(brief)).toContain(`delivery ${id} exhausted 1`)
    heard.length = 0
    await store.resend(id)
    await store.cancel(id, 'cancelled_by_owner')
    await store.setWebhookState(webhook.id, 'paused', null)
    expect(heard.map(brief)).toEqual([
      `delivery ${id} pending 1`,
      `delivery ${id} cancelled 1`,
      `webhook ${webhook.id}`,
    ])
    expect(heard.every((change) => change.chatbotId === chatbot.id)).toBe(true)
    leave()
    await store.setWebhookState(webhook.id, 'active', null)
    expect(heard).toHaveLength(3)
  })

  test('who follows no traffic hears of what moves otherwise, and of webhooks', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const heard: Change[] = []
    store.onChange((change) => heard.push(change))
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'exhausted' })
    expect(heard.map(brief)).toEqual([`webhook ${webhook.id}`])
    const leave = store.onChange(() => {}, { everywhere: true })
    leave()
    leave()
    await world.claim(chatbot.id)
    await store.resend(claim.deliveryId)
    await store.cancel(claim.deliveryId, 'cancelled_by_owner')
    expect(heard.map(brief).slice(1)).toEqual([
      `delivery ${claim.deliveryId} pending 1`,
      `delivery ${claim.deliveryId} cancelled 1`,
    ])
  })

  test('a webhook that begins or ceases to fail is a change, each failure is not', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const heard: string[] = []
    store.onChange((change) => change.type === 'webhook.updated' && heard.push(change.type))
    const failed = async () =>
      world.record(await world.claim(chatbot.id), { kind: 'retry', delayMs: 1, charged: true })
    await failed()
    await failed()
    expect(heard).toHaveLength(1)
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    expect(heard).toHaveLength(2)
    expect((await store.getWebhook(webhook.id))?.health.failingSince).toBeNull()
  })

  test('nothing is heard of what was not written', async () => {
    const { world, store } = await setup(suite)
    const heard: Change[] = []
    store.onChange((change) => heard.push(change), { everywhere: true })
    await store.accept(world.acceptInput('bot_none'))
    await store.cancel('dlv_none', 'cancelled_by_owner')
    expect(heard).toEqual([])
  })

  test('a listener that throws harms neither the call nor the others', async () => {
    const { world, store, chatbot } = await setup(suite)
    const heard: Change[] = []
    store.onChange(() => {
      throw new Error('listener')
    })
    store.onChange((change) => heard.push(change), { everywhere: true })
    await world.accept(chatbot.id)
    expect(heard).toHaveLength(2)
  })

  test('who waits is told when a delivery became claimable by other means', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const told: string[][] = []
    store.onWaiting((webhookIds) => told.push(webhookIds))
    await world.accept(chatbot.id, { lease: null })
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'exhausted' })
    expect(told).toEqual([])
    await store.resend(claim.deliveryId)
    expect(told).toEqual([[webhook.id]])
    await world.claim(chatbot.id)
    await store.leaveNode(world.nodeId)
    expect(told).toEqual([[webhook.id], [webhook.id]])
  })

  test('a stream resumes from an instant with what came after it', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const heard: Change[] = []
    store.onChange((change) => heard.push(change), { everywhere: true })
    const claim = await world.claim(chatbot.id)
    await world.record(claim, { kind: 'exhausted' })
    await store.resend(claim.deliveryId)
    await store.cancel(claim.deliveryId, 'cancelled_by_owner')
    await store.updateWebhook(webhook.id, { description: 'x' })
    const { changes: missed, next } = await store.changesSince(heard[0]?.at ?? 0, 1_000)
    expect(next).toBeNull()
    expect(missed.map((change) => change.at)).toEqual(missed.map((c) => c.at).sort((a, b) => a - b))
    const things = (changes: Change[]) =>
      new Set(changes.map((change) => brief(change).split(' ', 2).join(' ')))
    expect(things(missed)).toEqual(things(heard))
    // Of a delivery it tells the state that it is in now.
    expect(missed.map(brief)).toContain(`delivery ${claim.deliveryId} cancelled 1`)
    const later = await store.changesSince(world.harness.clock.now() + 60_000, 10)
    expect(later).toEqual({ changes: [], next: null })
    for (const limit of [1, 2, 3]) {
      const pages = await walk(store, { since: heard[0]?.at ?? 0, limit })
      expect(pages.flat()).toEqual(missed)
      expect(Math.max(...pages.map((page) => page.length))).toBe(limit)
    }
  })

  test('one instant is read page by page, each change of it once', async () => {
    const { world, store, chatbot } = await setup(suite)
    await world.webhook(chatbot.id)
    const since = world.harness.clock.now()
    const events = Array.from({ length: 40 }, () => world.leadEvent())
    await world.accept(chatbot.id, { events })
    const [whole = []] = await walk(store, { since, limit: 1_000 })
    const wanted = events.flatMap(({ id, lead }) => [`lead ${lead?.id}`, ...[id, id].map(String)])
    const told = whole.map((change) =>
      change.type === 'delivery.updated' ? change.delivery.eventId : brief(change),
    )
    const ofBatch = told.filter((thing) => wanted.includes(thing))
    expect(ofBatch.sort()).toEqual(wanted.sort())
    const pages = await walk(store, { since, limit: 7 })
    expect(pages.flat()).toEqual(whole)
    expect(pages.every((page) => page.length <= 7)).toBe(true)
  })

  test('what is written late is in its place, though its id was made early', async () => {
    const { world, store, chatbot } = await setup(suite)
    const since = world.harness.clock.now()
    const early = Array.from({ length: 3 }, () => world.leadEvent())
    const late = Array.from({ length: 2 }, () => world.leadEvent())
    await world.accept(chatbot.id, { events: late })
    if (suite.movesTime) await world.advance(10)
    await world.accept(chatbot.id, { events: early })
    const pages = await walk(store, { since, limit: 2 })
    const leads = pages
      .flat()
      .flatMap((change) => (change.type === 'lead.created' ? [change.leadId] : []))
    const wanted = [...late, ...early].map(({ lead }) => lead?.id)
    expect(leads.toSorted()).toEqual(wanted.toSorted())
    const instants = pages.flat().map((change) => change.at)
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
  })

  if (!suite.movesTime) return

  test('what came before the instant is left out', async () => {
    const { world, store, chatbot } = await setup(suite)
    const early = await world.claim(chatbot.id)
    const cancelled = await world.claim(chatbot.id)
    await world.advance(60_000)
    await world.join()
    const since = world.harness.clock.now()
    const late = await world.claim(chatbot.id)
    await store.cancel(cancelled.deliveryId, 'cancelled_by_owner')
    const seen = JSON.stringify(await store.changesSince(since, 1_000))
    expect(seen).not.toContain(early.deliveryId)
    expect(seen).toContain(late.deliveryId)
    expect(seen).toContain(cancelled.deliveryId)
  })
}
