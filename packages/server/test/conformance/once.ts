import { expect, test } from 'vitest'
import { DEFAULT_LEAD_FORM } from '../../src/chatbot.ts'
import type { NewAuditEntry, Once } from '../../src/store/desk.ts'
import { done, type Suite, setup as setupStore, testOverTime } from './store-world.ts'

/** The key that every store of the suite is opened with, and another. */
const FIRST = Buffer.alloc(32, 7)
const SECOND = Buffer.alloc(32, 8)

async function setup(suite: Suite) {
  const made = await setupStore(suite)
  const { world, chatbot, webhook } = made
  const { ids } = world
  let secrets = 0
  const entry = (action: NewAuditEntry['action']): NewAuditEntry => ({
    id: ids.next('audit'),
    action,
    actor: 'root',
    sessionId: null,
    chatbotId: chatbot.id,
    targetId: null,
    fields: [],
    address: '127.0.0.1',
  })
  const asked = (body: string, key: string, scope = chatbot.id): Once => {
    return { scope, route: '/r', key, body }
  }
  const hash = () => `hash${secrets++}`
  /** Each makes one of another kind; `once` is all that a repeat has in common with the first. */
  const makers = {
    chatbot: (body: string, key = 'k') => {
      const id = ids.next('chatbot')
      const settings = { name: 'B', leadForm: DEFAULT_LEAD_FORM, allowedOrigins: [] }
      const once = asked(body, key, '')
      return world.store.createChatbot({ id, ...settings, once }, entry('chatbot.created'))
    },
    webhook: (body: string, key = 'k') => {
      const values = world.webhookValues(chatbot.id, { once: asked(body, `w${key}`) })
      return world.store.createWebhook(values, entry('webhook.created'))
    },
    apiKey: (body: string, key = 'k') => {
      const id = ids.next('key')
      const once = asked(body, `k${key}`)
      const values = { id, name: 'K', chatbotId: chatbot.id, hash: hash(), once }
      return world.store.createApiKey(values, entry('key.created'))
    },
    link: (body: string, key = 'k') => {
      const id = ids.next('link')
      const once = asked(body, `l${key}`)
      const values = { id, chatbotId: chatbot.id, hash: hash(), mintedBy: 'root:a', lifeMs: 60_000 }
      return world.store.createOwnerLink({ ...values, once }, entry('owner_link.created'))
    },
    recovery: (body: string, key = 'k') => {
      const once = asked(body, `r${key}`)
      const span = { since: 0, until: 1, states: ['exhausted' as const], dryRun: false }
      const values = { id: ids.next('recovery'), webhookId: webhook.id, ...span, once }
      return world.store.createRecovery(values, entry('webhook.recovery_started'))
    },
  }
  const logged = async () => (await world.store.listAudit({}, { limit: 100, after: null })).length
  return { ...made, makers, kinds: Object.values(makers), logged }
}

export function describeOnce(suite: Suite): void {
  test('what is asked again makes nothing, and is answered with what is there', async () => {
    const { kinds, logged } = await setup(suite)
    for (const make of kinds) {
      const first = done(await make('a'))
      const before = await logged()
      expect(await make('a')).toEqual(first)
      expect(await make('b')).toBe('idempotency_conflict')
      expect(await logged()).toBe(before)
      expect(done(await make('a', 'other')).id).not.toBe(first.id)
    }
  })

  test('of several that are asked at once, one is made', async () => {
    const { kinds, logged } = await setup(suite)
    for (const [round, make] of kinds.entries()) {
      const all = await Promise.all(['a', 'a', 'a', 'b', 'a'].map((body) => make(body)))
      const ids = new Set(all.flatMap((one) => (typeof one === 'string' ? [] : [one?.id])))
      expect(ids.size).toBe(1)
      expect(all.some((one) => one === 'idempotency_conflict')).toBe(true)
      expect(await logged()).toBe(round + 1)
    }
  })

  test('what could not be made leaves its key free', async () => {
    const { world, store, chatbot } = await setup(suite)
    const once: Once = { scope: chatbot.id, route: '/r', key: 'k', body: 'a' }
    const full = world.webhookValues(chatbot.id, { webhooksMax: 1, once })
    expect(await store.createWebhook(full)).toBe('too_many_webhooks')
    const values = world.webhookValues(chatbot.id, { once: { ...once, body: 'b' } })
    expect(await store.createWebhook(values)).toMatchObject({ id: values.id })
  })

  test('what was deleted since is not made again, and not told as if it were there', async () => {
    const { store, makers } = await setup(suite)
    const bot = done(await makers.chatbot('a'))
    const hook = done(await makers.webhook('a'))
    const key = done(await makers.apiKey('a'))
    await store.deleteWebhook(hook.id)
    await store.deleteApiKey(key.id)
    await store.deleteChatbot(bot.id)
    for (const make of [makers.chatbot, makers.webhook, makers.apiKey]) {
      expect(await make('a')).toBe('already_deleted')
    }
  })

  test('a repeat is answered as it is now, and known over a new key and a new start', async () => {
    const { world, store, makers } = await setup(suite)
    const made = done(await makers.webhook('a'))
    await store.rotateSecret(made.id, { secret: 'whsec_new', overlapMs: 0 })
    expect(done(await makers.webhook('a')).secret).toBe('whsec_new')
    await world.reopen()
    expect(done(await makers.webhook('a')).id).toBe(made.id)
    await world.store.useKeys({ seals: SECOND, opens: [FIRST] })
    expect(done(await makers.webhook('a')).id).toBe(made.id)
    expect(await makers.webhook('b')).toBe('idempotency_conflict')
  })

  testOverTime(suite, 'after a day its key makes another', async () => {
    const { world, kinds } = await setup(suite)
    const first = await Promise.all(kinds.map((make) => make('a')))
    await world.advance(24 * 3_600_000)
    for (const [at, make] of kinds.entries()) {
      expect(done(await make('b')).id).not.toBe(done(first[at] ?? null).id)
    }
  })
}
