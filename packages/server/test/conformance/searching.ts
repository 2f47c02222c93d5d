/** Searching for people: what is found is what the rule of terms says, wherever a lead lies. */
import { expect, test } from 'vitest'
import { matches, type Person, soughtIn } from '../../src/store/reading/searching/terms.ts'
import { sharedOf } from '../../src/store/rules/search-buckets.ts'
import type { Store } from '../../src/store/store.ts'
import { type Suite, setup } from './store-world.ts'

const FIRST = ['Ann', 'Bob', 'Carla', 'José', 'Wei', '王小明', "Sinéad O'Brien", 'Müller-Ann']
const LAST = ['Smith', 'Smythe', 'Annan', 'Bobson', 'García', '']
const DOMAINS = ['shop.example', 'mail.shop.example', 'example.co.ke']
const QUESTIONS = [
  ...['a', 'ann', 'smi', 'smith ann', 'garcia', 'bob s', '小明', 'obrien', 'zzz', 'ann zzz'],
  ...['@shop.example', 'shop', 'example.co', 'ann.1', 'ann.1@shop.example'],
  ...['0712000', '+254 712 000', '0003', '2547', '712000003'],
]
/** So that a few dozen leads lie in many buckets. */
const BUCKET_LEADS = 5

function personOf(index: number): Person {
  const first = FIRST[index % FIRST.length] ?? ''
  const phone = String(index).padStart(4, '0')
  const local = index % 3 === 0 ? `ann.${index}` : `x${index}`
  return {
    customerName: `${first} ${LAST[(index * 7) % LAST.length]}`.trim(),
    customerEmail: `${local}@${DOMAINS[index % DOMAINS.length]}`,
    customerPhone: index % 2 === 0 ? `+254712 00 ${phone}` : `071200${phone}`,
  }
}

async function indexAll(store: Store, limit = 7) {
  while ((await store.indexLeads(limit, BUCKET_LEADS)).moved > 0);
}

/** Leads of two chatbots in turn, their ids newest first; `at`: after so many all was indexed. */
async function setupPeople(suite: Suite, count: number, indexedAt: readonly number[]) {
  const parts = await setup(suite)
  const { world, store, chatbot } = parts
  const other = await world.chatbot()
  await world.webhook(other.id)
  const made: { id: string; chatbotId: string; person: Person }[] = []
  for (let index = 0; index < count; index++) {
    if (indexedAt.includes(index)) await indexAll(store)
    const chatbotId = index % 4 === 0 ? other.id : chatbot.id
    const person = personOf(index)
    const event = world.leadEvent(person)
    await world.accept(chatbotId, { events: [event], lease: null })
    made.unshift({ id: event.lead.id, chatbotId, person })
  }
  return { ...parts, other, made }
}

export function describeSearching(suite: Suite): void {
  test.each([
    ['nothing is in the index yet', []],
    ['all is in the index', [60]],
    ['a part is in it', [20, 45]],
  ])('%s: what matches is found, newest first, page by page', async (_, indexedAt) => {
    const { store, chatbot, made } = await setupPeople(suite, 60, indexedAt)
    if (indexedAt.includes(60)) await indexAll(store)
    for (const q of QUESTIONS) {
      const sought = soughtIn(q)
      for (const of of [{}, { chatbotId: chatbot.id }]) {
        const expected = made
          .filter(({ chatbotId }) => of.chatbotId === undefined || chatbotId === of.chatbotId)
          .filter(({ person }) => matches(person, sought))
          .map(({ id }) => id)
        for (const limit of [3, 100]) {
          const found: string[] = []
          for (;;) {
            const page = { limit, after: found.at(-1) ?? null }
            const rows = await store.listLeads({ q, ...of }, page)
            found.push(...rows.map(({ id }) => id))
            if (rows.length < limit) break
          }
          expect(found, JSON.stringify({ q, of, limit })).toEqual(expected)
        }
        const deliveries = await store.listDeliveries({ q, ...of }, { limit: 100, after: null })
        expect(
          deliveries.map(({ eventId }) => `lead_${eventId.slice(4)}`),
          q,
        ).toEqual(expected)
      }
    }
  })

  test('other filters narrow what is found', async () => {
    const { world, store, chatbot, made } = await setupPeople(suite, 30, [20])
    const page = { limit: 100, after: null }
    const ids = async (filter: Parameters<Store['listLeads']>[0]) =>
      (await store.listLeads({ q: 'ann', ...filter }, page)).map(({ id }) => id)
    const all = await ids({})
    const [newest = '', , third = ''] = all
    const at = async (id: string) => (await store.getLead(id))?.createdAt ?? 0
    expect(await ids({ to: await at(newest) })).toEqual(
      await filtered(all, async (id) => (await at(id)) < (await at(newest))),
    )
    expect(await ids({ from: await at(third) })).toEqual(
      await filtered(all, async (id) => (await at(id)) >= (await at(third))),
    )
    expect(await ids({ deliveryStates: ['pending'] })).toEqual(all)
    expect(await ids({ deliveryStates: ['delivered'] })).toEqual([])
    const { id: cancelled = '' } =
      (
        await store.listDeliveries({ q: 'ann', chatbotId: chatbot.id }, { limit: 1, after: null })
      )[0] ?? {}
    await store.cancel(cancelled, 'cancelled_by_owner')
    const found = await store.listDeliveries({ q: 'ann', states: ['cancelled'] }, page)
    expect(found.map(({ id }) => id)).toEqual([cancelled])
    expect(await store.listDeliveries({ q: 'ann', eventType: 'order.paid' }, page)).toEqual([])
    expect(await ids({ deliveryStates: ['cancelled'] })).toEqual([
      made.find(({ id }) => sharedOf(id) === cancelled.slice(4, 27))?.id,
    ])
    await world.accept(chatbot.id, { events: [world.event('order.paid')] })
    expect(await ids({})).toEqual(all)
  })

  test('who is erased is in no part of the index, whenever it happens', async () => {
    const { store, made } = await setupPeople(suite, 24, [8, 16])
    for (const { id } of made.filter((_, index) => index % 2 === 0))
      await store.eraseLead(id, 'request')
    await indexAll(store)
    const page = { limit: 100, after: null }
    for (const q of ['a', '@example.co.ke', '2547']) {
      const expected = made.filter(
        ({ person }, index) => index % 2 === 1 && matches(person, soughtIn(q)),
      )
      const found = await store.listLeads({ q }, page)
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    }
  })

  test('what comes with an older id lies in an older bucket', async () => {
    const { world, store, chatbot } = await setup(suite)
    const late = world.leadEvent({ customerName: 'Late Ann' })
    for (let made = 0; made < 20; made++) {
      await world.accept(chatbot.id, {
        events: [world.leadEvent({ customerName: 'Ann' })],
        lease: null,
      })
    }
    await indexAll(store)
    await world.accept(chatbot.id, { events: [late], lease: null })
    await indexAll(store)
    const found = await store.listLeads({ q: 'ann' }, { limit: 100, after: null })
    expect(found).toHaveLength(21)
    expect(found.at(-1)?.id).toBe(late.lead.id)
    expect(await store.listLeads({ q: 'late' }, { limit: 1, after: null })).toHaveLength(1)
  })
}

async function filtered(ids: string[], isKept: (id: string) => Promise<boolean>) {
  const kept: string[] = []
  for (const id of ids) if (await isKept(id)) kept.push(id)
  return kept
}
