import { expect, test } from 'vitest'
import { type Suite, setup } from './store-world.ts'

const ALL = { limit: 100, skip: 0 }

export function describeCountedPages(suite: Suite): void {
  test('counted pages of leads join without gap or repeat, and end', async () => {
    const { world, store, chatbot } = await setup(suite)
    const stranger = await world.chatbot()
    for (let made = 0; made < 5; made++) {
      await world.accept(chatbot.id)
      await world.accept(stranger.id)
    }
    const filter = { chatbotId: chatbot.id }
    const whole = await store.listLeads(filter, { limit: 100, after: null })
    expect(whole).toHaveLength(5)
    const pages = []
    for (const skip of [0, 2, 4, 6]) pages.push(await store.listLeads(filter, { limit: 2, skip }))
    expect(pages.flat()).toEqual(whole)
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1, 0])
    const named = { ...filter, q: whole[0]?.customerName ?? '' }
    expect(await store.listLeads(named, { limit: 2, skip: 4 })).toEqual(whole.slice(4))
  })

  test('a conversation is there once, however many leads were left in it', async () => {
    const { world, store, chatbot } = await setup(suite)
    const stranger = await world.chatbot()
    const lead = () => world.leadEvent({ conversationId: 'own-1' })
    for (const chatbotId of [chatbot.id, chatbot.id, stranger.id]) {
      await world.accept(chatbotId, { events: [lead()] })
    }
    const [found, ...others] = await store.listConversations({ chatbotId: chatbot.id }, ALL)
    expect(found).toMatchObject({ id: 'own-1', chatbotId: chatbot.id })
    expect(others).toEqual([])
    expect(await store.listConversations({ chatbotId: 'bot_none' }, ALL)).toEqual([])
  })

  test('a conversation goes with its last lead, and with its chatbot', async () => {
    const { world, store, chatbot } = await setup(suite)
    const leads = [world.leadEvent(), world.leadEvent()]
    for (const event of leads) await world.accept(chatbot.id, { events: [event] })
    const left = () => store.listConversations({ chatbotId: chatbot.id }, ALL)
    expect(await left()).toHaveLength(2)
    await store.eraseLead(leads[0]?.lead?.id ?? '', 'request')
    expect((await left()).map(({ id }) => id)).toEqual([leads[1]?.lead?.conversationId])
    await store.deleteChatbot(chatbot.id)
    expect(await left()).toEqual([])
  })

  if (!suite.movesTime) return

  test('conversations are newest first by their age, whatever their ids are', async () => {
    const { world, store, chatbot } = await setup(suite)
    const instants: number[] = []
    for (const conversationId of ['b', 'c', 'a', 'B']) {
      await world.advance(1_000)
      await world.join()
      instants.push(world.harness.clock.now())
      await world.accept(chatbot.id, { events: [world.leadEvent({ conversationId })] })
    }
    const ids = async (span: { from?: number; to?: number }, page = ALL) =>
      (await store.listConversations({ chatbotId: chatbot.id, ...span }, page)).map(({ id }) => id)
    expect(await ids({})).toEqual(['B', 'a', 'c', 'b'])
    expect(await ids({}, { limit: 2, skip: 1 })).toEqual(['a', 'c'])
    expect(await ids({}, { limit: 2, skip: 4 })).toEqual([])
    const [, second = 0, third = 0] = instants
    expect(await ids({ from: second, to: third })).toEqual(['c'])
    expect(await ids({ from: third })).toEqual(['B', 'a'])
    expect(await ids({ to: second })).toEqual(['b'])
  })
}
