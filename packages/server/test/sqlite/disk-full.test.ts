import { expect, test } from 'vitest'
import { StoreUnavailable } from '../../src/errors.ts'
import { openWithEngine } from './folder.ts'

/** A world whose database may not grow any more. */
async function setup() {
  const parts = await openWithEngine()
  const { engine, world } = parts
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  const pages = () => Number(engine.db.prepare('PRAGMA page_count').get()?.page_count)
  return {
    ...parts,
    chatbot,
    webhook,
    fill: () => engine.db.exec(`PRAGMA max_page_count = ${pages()}`),
    free: () => engine.db.exec('PRAGMA max_page_count = 1000000'),
    large: () => world.leadEvent({ customerName: 'x'.repeat(60_000) }),
  }
}

test('a full disk rejects every call of the commit, and nothing of it is written', async () => {
  const { world, store, chatbot, webhook, fill, large } = await setup()
  const heard: unknown[] = []
  store.onChange((change) => heard.push(change))
  const claim = await world.claim(chatbot.id)
  heard.length = 0
  fill()
  const [small, big] = [world.leadEvent(), large()]
  const results = await Promise.allSettled([
    store.accept(world.acceptInput(chatbot.id, { events: [small] })),
    store.setWebhookState(webhook.id, 'paused', 'x'),
    store.accept(world.acceptInput(chatbot.id, { events: [big] })),
    world.record(claim, { kind: 'delivered' }),
  ])
  for (const result of results) {
    expect(result.status).toBe('rejected')
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailable)
  }
  expect(heard).toEqual([])
  expect(await store.getEvent(small.id)).toBeNull()
  expect(await store.getEvent(big.id)).toBeNull()
  expect(await store.getWebhook(webhook.id)).toMatchObject({ state: 'active' })
  expect(await world.delivery(claim.deliveryId)).toMatchObject({ attemptCount: 0, claimed: true })
  expect(await store.backlog()).toBe(1)
})

test('when there is room again the store goes on by itself', async () => {
  const { world, store, chatbot, fill, free, large } = await setup()
  fill()
  const event = large()
  const input = world.acceptInput(chatbot.id, { events: [event] })
  await expect(store.accept(input)).rejects.toThrow(StoreUnavailable)
  await expect(store.accept(input)).rejects.toThrow('the disk is full')
  free()
  expect(await store.accept(input)).toMatchObject({ kind: 'accepted' })
  expect(await store.backlog()).toBe(1)
  expect((await store.getEvent(event.id))?.deliveries).toHaveLength(1)
})

test('a node that joined in a commit that failed has not joined', async () => {
  const { world, store, chatbot, fill, large } = await setup()
  fill()
  const join = store.joinNode('node_late', 10_000)
  const full = store.accept(world.acceptInput(chatbot.id, { events: [large()] }))
  await expect(full).rejects.toThrow(StoreUnavailable)
  await expect(join).rejects.toThrow(StoreUnavailable)
  expect(await store.renewLease('node_late', 10_000)).toBe(false)
})
