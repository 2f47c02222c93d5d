import { expect, test } from 'vitest'
import { ATTEMPTS_SHOWN_MAX } from '../../src/delivery.ts'
import { assert } from '../../src/errors.ts'
import type { BoundedPage, BulkAction, PagedLists, PageRead } from '../../src/store/desk.ts'
import type { Claim } from '../../src/store/road.ts'
import type { Store } from '../../src/store/store.ts'
import { type StoreWorld, type Suite, setup } from './store-world.ts'

const KIB = 1024
/** Three bytes each: what counts is bytes. */
const WIDE = '語'

export function describeBoundedPages(suite: Suite): void {
  test('a page ends where its rows are too many bytes, and its last row leads on', async () => {
    const { world, store, chatbot } = await setup(suite)
    for (let made = 0; made < 7; made++) {
      const customerName = WIDE.repeat(10 * KIB)
      await world.accept(chatbot.id, { events: [world.leadEvent({ customerName })] })
    }
    const filter = { chatbotId: chatbot.id }
    const whole = await store.listLeads(filter, { limit: 100, after: null })
    // 30 KiB each: the row that reaches the bound is the last.
    const pages = await walk(store, 'leads', filter, { limit: 100, bytesMax: 65 * KIB })
    expect(pages.map(({ rows, more }) => [rows.length, more])).toEqual([
      [3, true],
      [3, true],
      [1, false],
    ])
    expect(pages.flatMap(({ rows }) => rows)).toEqual(whole)
  })

  test('a page has one row at least, and never more than its limit', async () => {
    const { world, store, chatbot } = await setup(suite)
    for (let made = 0; made < 3; made++) await world.accept(chatbot.id)
    const filter = { chatbotId: chatbot.id }
    const one = await walk(store, 'leads', filter, { limit: 100, bytesMax: 1 })
    expect(one.map(({ rows, more }) => [rows.length, more])).toEqual([
      [1, true],
      [1, true],
      [1, false],
    ])
    const full = await walk(store, 'leads', filter, { limit: 3, bytesMax: KIB * KIB })
    expect(full.map(({ rows, more }) => [rows.length, more])).toEqual([[3, false]])
    const two = await walk(store, 'leads', filter, { limit: 2, bytesMax: KIB * KIB })
    expect(two.map(({ rows, more }) => [rows.length, more])).toEqual([
      [2, true],
      [1, false],
    ])
    const page = { limit: 2, after: null, bytesMax: 1 }
    expect(await store.readPage('leads', { chatbotId: 'bot_none' }, page)).toEqual({
      rows: [],
      more: false,
    })
  })

  test('every list joins its bounded pages to what it is as a whole', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await attempted(world, chatbot.id, 3)
    const bulks: BulkAction[] = []
    for (let made = 0; made < 3; made++) {
      await world.chatbot()
      await world.webhook(chatbot.id)
      const id = world.ids.next('key')
      const name = `key ${made}`
      await store.createApiKey({ id, name, chatbotId: chatbot.id, hash: id })
      await store.keepAudit({
        id: world.ids.next('audit'),
        action: 'leads.exported',
        actor: id,
        sessionId: null,
        chatbotId: chatbot.id,
        targetId: null,
        fields: ['name'],
        address: '203.0.113.7',
      })
      await world.accept(chatbot.id)
      await store.eraseLead((await leads(store, chatbot.id))[0]?.id ?? '', 'request')
      await world.accept(chatbot.id)
      const noted = {
        kind: 'cancel',
        chatbotId: chatbot.id,
        webhookId: null,
        dryRun: false,
      } as const
      const bulk = { id: world.ids.next('recovery'), filter: { ids: [claim.deliveryId] } }
      bulks.unshift((await store.createBulk({ ...noted, ...bulk })) as BulkAction) // no repeat of any
    }
    const all = { limit: 100, after: null }
    const filter = { chatbotId: chatbot.id }
    const wholes = {
      chatbots: await store.listChatbots(all),
      webhooks: await store.listWebhooks(filter, all),
      deliveries: await store.listDeliveries(filter, all),
      leads: await leads(store, chatbot.id),
      erasures: await store.listErasures(filter, all),
      apiKeys: await store.listApiKeys(filter, all),
      audit: await store.listAudit(filter, all),
      attempts: (await store.getDelivery(claim.deliveryId))?.attempts.toReversed() ?? [],
      events: (await store.readPage('events', filter, { ...all, bytesMax: KIB * KIB })).rows,
      bulks,
    } satisfies { [Name in keyof PagedLists]: PagedLists[Name]['row'][] }
    for (const [name, whole] of Object.entries(wholes)) {
      const list = name as keyof PagedLists
      for (const bytesMax of [1, 400, KIB * KIB]) {
        const narrowed = list === 'attempts' ? { deliveryId: claim.deliveryId } : filter
        const pages = await walk(store, list, narrowed, { limit: 2, bytesMax })
        expect(pages.flatMap(({ rows }) => rows)).toEqual(whole)
        expect(whole.length).toBeGreaterThanOrEqual(3)
      }
    }
  })

  test('of many attempts a delivery shows the newest, and a list has all', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await attempted(world, chatbot.id, ATTEMPTS_SHOWN_MAX + 3)
    const { attempts = [], delivery } = (await store.getDelivery(claim.deliveryId)) ?? {}
    expect(delivery?.attemptCount).toBe(ATTEMPTS_SHOWN_MAX + 3)
    const numbers = Array.from({ length: ATTEMPTS_SHOWN_MAX }, (_, index) => index + 4)
    expect(attempts.map(({ number }) => number)).toEqual(numbers)
    const [lead] = await leads(store, chatbot.id)
    const record = await store.getLeadRecord(lead?.id ?? '')
    expect(record?.deliveries.map((each) => each.attempts)).toEqual([attempts])
    const page = { limit: 50, bytesMax: KIB * KIB }
    const pages = await walk(store, 'attempts', { deliveryId: claim.deliveryId }, page)
    expect(pages.map(({ rows }) => rows.length)).toEqual([50, 50, 3])
    expect(pages.flatMap(({ rows }) => rows.map(({ number }) => number))).toEqual([
      ...numbers.toReversed(),
      3,
      2,
      1,
    ])
  })

  test('a search and a state are bounded as well', async () => {
    const { world, store, chatbot } = await setup(suite)
    for (let made = 0; made < 3; made++) await world.accept(chatbot.id)
    for (const q of ['ann', 'ann@shop.example']) {
      const found = await walk(store, 'leads', { chatbotId: chatbot.id, q }, TINY)
      expect(found.map(({ rows }) => rows.length)).toEqual([1, 1, 1])
      const deliveries = await walk(store, 'deliveries', { states: ['pending'], q }, TINY)
      expect(deliveries.map(({ rows }) => rows.length)).toEqual([1, 1, 1])
    }
  })
}

/** A delivery that was attempted so often, and its last claim. */
async function attempted(world: StoreWorld, chatbotId: string, times: number): Promise<Claim> {
  let claim = await world.claim(chatbotId)
  for (let made = 0; made < times; made++) {
    if (made > 0) {
      await world.store.resend(claim.deliveryId)
      const lanes = [{ webhookId: claim.webhookId, limit: 1 }]
      const [next] = (await world.store.claimDue({ nodeId: world.nodeId, lanes })).claims
      assert(next, 'it is claimed again')
      claim = next
    }
    await world.record(claim, { kind: 'delivered' })
  }
  return claim
}

const TINY = { limit: 10, bytesMax: 1 }

function leads(store: Store, chatbotId: string) {
  return store.listLeads({ chatbotId }, { limit: 100, after: null })
}

/** All pages up to the last. */
async function walk<Name extends keyof PagedLists>(
  store: Store,
  list: Name,
  filter: PagedLists[Name]['filter'],
  page: Omit<BoundedPage, 'after'>,
): Promise<PageRead<PagedLists[Name]['row']>[]> {
  const pages: PageRead<PagedLists[Name]['row']>[] = []
  for (let after: string | null = null; ; ) {
    const read: PageRead<PagedLists[Name]['row']> = await store.readPage(list, filter, {
      ...page,
      after,
    })
    pages.push(read)
    if (!read.more) return pages
    after = read.rows.at(-1)?.id ?? null
    if (after === null) throw new Error('a page that leads on has a row')
  }
}
