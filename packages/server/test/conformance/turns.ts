import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const BATCHES = 5
const BATCH_EVENTS = 20
const PAYLOAD = JSON.stringify({ text: 'x'.repeat(100_000) })

export function describeTurns(suite: Suite): void {
  test('a lead waits for one large batch of somebody else at most, be there many', async () => {
    const { world, store, chatbot } = await setup(suite)
    const stranger = await world.chatbot()
    const order: string[] = []
    const told = (name: string) => () => void order.push(name)
    const all = Array.from({ length: BATCHES }, () => {
      const events = Array.from({ length: BATCH_EVENTS }, () => world.event('a.b', PAYLOAD))
      return world.accept(stranger.id, { events }).then(told('batch'))
    })
    all.push(world.accept(chatbot.id).then(told('lead')))
    await Promise.all(all)
    // Those of one commit.
    expect(order.indexOf('lead')).toBeLessThanOrEqual(2)
    expect(order).toHaveLength(BATCHES + 1)
    expect(await store.backlog()).toBe(1)
  })
}
