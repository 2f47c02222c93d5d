import { expect, test } from 'vitest'
import type { BoundedPage, WebhookFilter } from '../../src/store/desk.ts'
import { type Suite, setup } from './store-world.ts'

const NAMES = ['a', 'a.b', '0', '12', '-', '_', 'constructor']
/** What would be found in the text of others, were it looked for carelessly. */
const TEXTS = [
  '',
  'x',
  'X',
  '"',
  '\\',
  '\\"',
  '"a":"x"',
  '","a":"x',
  "'",
  '%',
  '😀',
  '\u2028',
  '\n',
]

type Metadata = Record<string, string>

/** Each of the texts under some name, and under others others. */
async function setupNotes(suite: Suite) {
  const parts = await setup(suite)
  const { world, store, chatbot } = parts
  const all = new Map<string, Metadata>()
  for (const [place, text] of TEXTS.entries()) {
    const name = NAMES[place % NAMES.length] ?? ''
    const next = NAMES[(place + 1) % NAMES.length] ?? ''
    const metadata = { [next]: TEXTS[(place * 5) % TEXTS.length] ?? '', [name]: text }
    all.set((await world.webhook(chatbot.id, { metadata, webhooksMax: 99 })).id, metadata)
  }
  const matching = ({ metadata = [] }: WebhookFilter) =>
    [...all.keys()]
      .filter((id) => metadata.every(([name, text]) => all.get(id)?.[name] === text))
      .sort()
      .reverse()
  const walk = async (filter: WebhookFilter, page: Omit<BoundedPage, 'after'>) => {
    const pages: string[][] = []
    for (let after: string | null = null; ; after = pages.at(-1)?.at(-1) ?? null) {
      const { rows, more } = await store.readPage('webhooks', filter, { ...page, after })
      pages.push(rows.map(({ id }) => id))
      expect(pages.length).toBeLessThan(99)
      if (!more) return pages
    }
  }
  return { ...parts, all, matching, walk }
}

export function describeMetadata(suite: Suite): void {
  test('webhooks are found by a text of their metadata, under its name and to the letter', async () => {
    const { store, matching } = await setupNotes(suite)
    const found = async (filter: WebhookFilter) =>
      (await store.listWebhooks(filter, { limit: 100, after: null })).map(({ id }) => id)
    for (const name of NAMES) {
      for (const text of TEXTS) {
        const filter = { metadata: [[name, text]] as const }
        expect([name, text, await found(filter)]).toEqual([name, text, matching(filter)])
      }
    }
  })

  test('all texts that are asked for must be there, and of the chatbot that is asked for', async () => {
    const { world, store, chatbot, webhook } = await setupNotes(suite)
    const stranger = await world.chatbot()
    const metadata = { env: 'prod', team: 'a' }
    const own = await world.webhook(chatbot.id, { metadata, webhooksMax: 99 })
    const strange = await world.webhook(stranger.id, { metadata: { team: 'a', env: 'prod' } })
    const found = async (filter: WebhookFilter) =>
      (await store.listWebhooks(filter, { limit: 100, after: null })).map(({ id }) => id)
    const both = [
      ['env', 'prod'],
      ['team', 'a'],
    ] as const
    expect(await found({ metadata: both })).toEqual([strange.id, own.id])
    expect(await found({ metadata: both, chatbotId: chatbot.id })).toEqual([own.id])
    expect(await found({ metadata: [...both, ['a', 'x']] })).toEqual([])
    await store.updateWebhook(own.id, { metadata: { env: 'prod' } })
    expect(await found({ metadata: both })).toEqual([strange.id])
    expect(await found({ metadata: [], chatbotId: chatbot.id })).toContain(webhook.id)
  })

  test('pages of what is found join without a gap, whatever lies between', async () => {
    const { world, store, chatbot, all, walk } = await setupNotes(suite)
    const found: string[] = []
    for (const id of all.keys()) {
      await world.webhook(chatbot.id, { webhooksMax: 99 })
      await store.updateWebhook(id, { metadata: { ...all.get(id), env: 'prod' } })
      found.unshift(id)
    }
    const filter = { metadata: [['env', 'prod']] as const }
    const whole = { limit: 100, bytesMax: 1_000_000 }
    expect(await walk(filter, whole)).toEqual([found])
    for (const page of [
      { ...whole, limit: 1 },
      { ...whole, limit: 5 },
      { ...whole, bytesMax: 1 },
    ]) {
      expect((await walk(filter, page)).flat()).toEqual(found)
    }
    expect(await walk({ ...filter, chatbotId: 'bot_none' }, whole)).toEqual([[]])
  })

  test('metadata counts for the size of a page', async () => {
    const { world, store, chatbot } = await setup(suite)
    const metadata = { a: '語'.repeat(500), b: '語'.repeat(500) }
    for (let made = 0; made < 4; made++) await world.webhook(chatbot.id, { metadata })
    const filter = { metadata: Object.entries(metadata) }
    const page = { limit: 100, after: null, bytesMax: 5_000 }
    const { rows, more } = await store.readPage('webhooks', filter, page)
    expect([rows.length, more]).toEqual([2, true])
  })
}
