import { expect, test } from 'vitest'
import type { NewLinkSession, NewSession } from '../../src/store/desk.ts'
import { type StoreWorld, type Suite, setup as setupStore } from './store-world.ts'

const HOUR_MS = 3_600_000
const ROOT = 'root:mark'

async function setup(suite: Suite) {
  const parts = await setupStore(suite)
  const { world, store, chatbot } = parts
  const key = async (hash: string, chatbotId: string | null = chatbot.id) => {
    const made = await store.createApiKey({
      id: world.ids.next('key'),
      name: 'Shop',
      chatbotId,
      hash,
    })
    if (typeof made === 'string') throw new Error(made)
    return made
  }
  const link = (hash: string, mintedBy: string, lifeMs = HOUR_MS) =>
    store.createOwnerLink({
      id: world.ids.next('link'),
      chatbotId: chatbot.id,
      hash,
      mintedBy,
      lifeMs,
    })
  return { ...parts, key, link }
}

function session(world: StoreWorld, values: Partial<NewSession> = {}): NewSession {
  return {
    id: world.ids.next('session'),
    hash: 'session',
    chatbotId: null,
    actor: 'root',
    mintedBy: ROOT,
    idleMs: HOUR_MS,
    lifeMs: 3 * HOUR_MS,
    ...values,
  }
}

function byLink(world: StoreWorld, linkHash: string, rootMark = ROOT): NewLinkSession {
  const { id, idleMs, lifeMs } = session(world)
  return { id, hash: `by ${linkHash}`, idleMs, lifeMs, linkHash, rootMark }
}

export function describeAccess(suite: Suite): void {
  test('a key is found by its hash until it is deleted', async () => {
    const { world, store, chatbot, key } = await setup(suite)
    const [own, operators] = [await key('one'), await key('two', null)]
    expect(own).toMatchObject({ name: 'Shop', chatbotId: chatbot.id, lastUsedAt: null })
    expect(await store.findApiKey('one')).toEqual(own)
    expect(await store.findApiKey('none')).toBeNull()
    const page = { limit: 9, after: null }
    expect(await store.listApiKeys({}, page)).toEqual([operators, own])
    expect(await store.listApiKeys({ chatbotId: chatbot.id }, page)).toEqual([own])
    expect(await store.chatbotOf('key', own.id)).toBe(chatbot.id)
    expect(await store.chatbotOf('key', operators.id)).toBeNull()
    expect(await store.deleteApiKey(own.id)).toBe(true)
    expect(await store.deleteApiKey(own.id)).toBe(false)
    expect(await store.findApiKey('one')).toBeNull()
    const gone = { id: world.ids.next('key'), name: 'x', chatbotId: 'bot_none', hash: 'h' }
    expect(await store.createApiKey(gone)).toBe('chatbot_not_found')
  })

  test('a session lives until it is ended', async () => {
    const { world, store, chatbot, key } = await setup(suite)
    const { id: mintedBy } = await key('one')
    const values = { chatbotId: chatbot.id, actor: mintedBy, mintedBy }
    const started = await store.startSession(session(world, values))
    expect(started).toMatchObject(values)
    expect(await store.findSession('session')).toEqual(started)
    expect(await store.endSession(started?.id ?? '')).toBe(true)
    expect(await store.endSession(started?.id ?? '')).toBe(false)
    expect(await store.findSession('session')).toBeNull()
    const orphan = session(world, { ...values, mintedBy: 'key_none' })
    expect(await store.startSession(orphan)).toBeNull()
  })

  test('a link starts one session, limited to its chatbot', async () => {
    const { world, store, chatbot, link } = await setup(suite)
    const made = await link('once', ROOT)
    expect(made).toMatchObject({ chatbotId: chatbot.id })
    const actor = typeof made === 'string' ? '' : made.id
    const both = await Promise.all([
      store.startSessionByLink(byLink(world, 'once')),
      store.startSessionByLink({ ...byLink(world, 'once'), hash: 'other' }),
    ])
    const started = both.filter((each) => each !== null)
    expect(started).toMatchObject([{ chatbotId: chatbot.id, actor, mintedBy: ROOT }])
    expect(await store.startSessionByLink(byLink(world, 'once'))).toBeNull()
    const found = [await store.findSession('by once'), await store.findSession('other')]
    expect(found.filter((each) => each !== null)).toEqual(started)
  })

  test('with a key go its sessions and links, and the sessions of its links', async () => {
    const { world, store, key, link } = await setup(suite)
    const [mine, other] = [await key('mine', null), await key('other', null)]
    for (const { id } of [mine, other]) {
      await store.startSession(session(world, { hash: id, actor: id, mintedBy: id }))
      await link(`used ${id}`, id)
      await link(`unused ${id}`, id)
      await store.startSessionByLink(byLink(world, `used ${id}`))
    }
    await store.deleteApiKey(mine.id)
    expect(await store.findSession(mine.id)).toBeNull()
    expect(await store.findSession(`by used ${mine.id}`)).toBeNull()
    expect(await store.startSessionByLink(byLink(world, `unused ${mine.id}`))).toBeNull()
    expect(await store.findSession(other.id)).not.toBeNull()
    expect(await store.findSession(`by used ${other.id}`)).not.toBeNull()
    expect(await store.startSessionByLink(byLink(world, `unused ${other.id}`))).not.toBeNull()
  })

  test('what is started while its key or chatbot goes is not left behind', async () => {
    const { world, store, key, link } = await setup(suite)
    for (let round = 0; round < 8; round += 1) {
      const { id } = await key(`key ${round}`, null)
      await link(`link ${round}`, id)
      await Promise.all([
        store.startSession(session(world, { hash: `s ${round}`, actor: id, mintedBy: id })),
        store.startSessionByLink(byLink(world, `link ${round}`)),
        store.deleteApiKey(id),
      ])
      expect(await store.findSession(`s ${round}`)).toBeNull()
      expect(await store.findSession(`by link ${round}`)).toBeNull()
      const { id: chatbotId } = await world.chatbot()
      const made = { id: world.ids.next('link'), chatbotId, mintedBy: ROOT, lifeMs: HOUR_MS }
      await store.createOwnerLink({ ...made, hash: `owner ${round}` })
      const late = { id: world.ids.next('key'), name: 'Late', chatbotId, hash: `late ${round}` }
      await Promise.all([
        store.startSessionByLink(byLink(world, `owner ${round}`)),
        store.createApiKey(late),
        store.deleteChatbot(chatbotId),
      ])
      expect(await store.findSession(`by owner ${round}`)).toBeNull()
      expect(await store.findApiKey(late.hash)).toBeNull()
    }
  })

  test('a link of another root key starts nothing', async () => {
    const { world, store, link } = await setup(suite)
    await link('old', ROOT)
    expect(await store.startSessionByLink(byLink(world, 'old', 'root:new'))).toBeNull()
    expect(await store.findSession('by old')).toBeNull()
  })

  test('with a chatbot go its keys, sessions and links', async () => {
    const { world, store, chatbot, key, link } = await setup(suite)
    await key('one')
    await store.startSession(session(world, { chatbotId: chatbot.id }))
    await link('link', ROOT)
    await store.deleteChatbot(chatbot.id)
    expect(await store.findApiKey('one')).toBeNull()
    expect(await store.findSession('session')).toBeNull()
    expect(await store.startSessionByLink(byLink(world, 'link'))).toBeNull()
    expect(await link('late', ROOT)).toBe('chatbot_not_found')
  })

  test('it is told whose a thing is', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const event = world.leadEvent()
    const claim = await world.claim(chatbot.id, { events: [event] })
    const recovery = { id: world.ids.next('recovery'), webhookId: webhook.id, since: 0 }
    await store.createRecovery({ ...recovery, until: 1, states: ['exhausted'], dryRun: false })
    const things = [
      ['chatbot', chatbot.id],
      ['webhook', webhook.id],
      ['event', event.id],
      ['delivery', claim.deliveryId],
      ['lead', event.lead?.id ?? ''],
      ['recovery', recovery.id],
    ] as const
    for (const [kind, id] of things) {
      expect([kind, await store.chatbotOf(kind, id)]).toEqual([kind, chatbot.id])
      expect([kind, await store.chatbotOf(kind, `${id}0`)]).toEqual([kind, null])
    }
  })

  if (!suite.movesTime) return

  test('a session ends when it is not used, moves on when it is, but not past its end', async () => {
    const { world, store } = await setup(suite)
    const started = await store.startSession(session(world))
    if (!started) throw new Error('it is started')
    await world.advance(30_000)
    await store.touchSession(started.id, HOUR_MS)
    expect(await store.findSession('session')).toEqual(started)
    for (let hour = 0; hour < 2.5; hour += 0.5) {
      await world.advance(HOUR_MS / 2)
      await store.touchSession(started.id, HOUR_MS)
    }
    const moved = await store.findSession('session')
    expect(moved?.expiresAt).toBe(started.endsAt)
    await world.advance(HOUR_MS / 2)
    expect(await store.findSession('session')).toBeNull()
    await store.touchSession(started.id, HOUR_MS)
    expect(await store.findSession('session')).toBeNull()
  })

  test('of a key that is used all the time a use is written once a minute', async () => {
    const { world, store, key } = await setup(suite)
    const { id } = await key('one')
    const lastUse = async () => (await store.findApiKey('one'))?.lastUsedAt
    await store.touchApiKey(id)
    const first = await lastUse()
    expect(first).toBe(world.harness.clock.now())
    await world.advance(59_000)
    await store.touchApiKey(id)
    expect(await lastUse()).toBe(first)
    await world.advance(1_000)
    await store.touchApiKey(id)
    expect(await lastUse()).toBe(world.harness.clock.now())
  })

  test('a link that has run out starts nothing, and what has run out is deleted', async () => {
    const { world, store, link } = await setup(suite)
    await link('late', ROOT, 60_000)
    await store.startSession(session(world))
    await world.advance(60_000)
    expect(await store.startSessionByLink(byLink(world, 'late'))).toBeNull()
    const policy = { retentionMs: 1e10, leadRetentionMs: null, limit: 100 }
    expect(await store.prune(policy)).toEqual({ deleted: 1 })
    await world.advance(HOUR_MS)
    expect((await store.prune(policy)).deleted).toBeGreaterThanOrEqual(1)
    expect(await store.prune(policy)).toEqual({ deleted: 0 })
  })
}
