/** The list of events: leads, other events, and what is left of erased leads, in one order. */
import { expect, test } from 'vitest'
import { canonicalEventType } from '../../src/event.ts'
import { leadIdOf } from '../../src/id.ts'
import type { EventFilter, ListedEvent } from '../../src/store/desk.ts'
import { type Suite, setup } from './store-world.ts'

export function describeEventsList(suite: Suite): void {
  test('events are listed newest first, leads among them, by each filter', async () => {
    const { world, store, chatbot } = await setup(suite)
    const other = await world.chatbot()
    const made: { id: string; chatbotId: string; eventType: string; createdAt: number }[] = []
    for (let turn = 0; turn < 12; turn++) {
      const { id: chatbotId } = turn % 3 === 0 ? other : chatbot
      const event =
        turn % 2 === 0 ? world.leadEvent() : world.event(turn % 4 === 1 ? 'order.paid' : 'a.b')
      await world.accept(chatbotId, { events: [event] })
      const createdAt = (await store.getEvent(event.id))?.createdAt ?? 0
      made.unshift({ id: event.id, chatbotId, eventType: event.eventType, createdAt })
      if (turn === 4) await store.eraseLead(leadIdOf(event.id), 'request')
    }
    const list = async (filter: EventFilter, limit: number): Promise<ListedEvent[]> => {
      const found: ListedEvent[] = []
      for (;;) {
        const page = { limit, after: found.at(-1)?.id ?? null, bytesMax: 1_000_000 }
        const { rows, more } = await store.readPage('events', filter, page)
        found.push(...rows)
        if (!more) return found
      }
    }
    const at = (index: number) => made[index]?.createdAt ?? 0
    const spans = [{}, { from: at(8) }, { to: at(2) }, { from: at(9), to: at(1) }]
    for (const of of [{}, { chatbotId: chatbot.id }, { chatbotId: world.ids.next('chatbot') }]) {
      for (const typed of [undefined, 'lead.submit', 'leads.submit', 'order.paid', 'never.seen']) {
        for (const span of spans) {
          const filter = { ...of, ...span, ...(typed !== undefined && { eventType: typed }) }
          const expected = made.filter((event) => isAsked(event, filter)).map(({ id }) => id)
          for (const limit of [2, 5, 100]) {
            const found = (await list(filter, limit)).map(({ id }) => id)
            expect(found, JSON.stringify({ filter, limit })).toEqual(expected)
          }
        }
      }
    }
    for (const event of await list({}, 5)) {
      expect(await store.getEvent(event.id)).toEqual({
        ...event,
        deliveries: expect.anything(),
        keptBack: [],
      })
    }
    expect((await list({}, 5)).filter(({ erased }) => erased)).toHaveLength(1)
    await store.deleteChatbot(other.id)
    expect(await list({ chatbotId: other.id }, 5)).toEqual([])
    expect(await list({}, 5)).toHaveLength(
      made.filter((event) => event.chatbotId !== other.id).length,
    )
  })
}

function isAsked(
  event: { chatbotId: string; eventType: string; createdAt: number },
  { chatbotId, eventType, from = 0, to = Infinity }: EventFilter,
): boolean {
  return (
    (chatbotId === undefined || event.chatbotId === chatbotId) &&
    (eventType === undefined || event.eventType === canonicalEventType(eventType)) &&
    event.createdAt >= from &&
    event.createdAt < to
  )
}
