import { describe, expect, test } from 'vitest'
import { assert } from '../../src/errors.ts'
import type { Claim } from '../../src/store/road.ts'
import { LEASE_MS, type StoreWorld, type Suite, setup } from './store-world.ts'

const HOUR_MS = 3_600_000

async function setupListener(suite: Suite) {
  const { world, store, chatbot, webhook: other } = await setup(suite)
  await store.deleteWebhook(other.id)
  const webhook = await world.webhook(chatbot.id, { listen: { temporary: true } })
  const listen = async (webhookId = webhook.id) => {
    const listenerId = world.ids.next('listener')
    const joined = await store.joinListener({ webhookId, listenerId, leaseMs: LEASE_MS })
    assert(joined !== null && typeof joined !== 'string', 'a listener joins')
    return { listenerId, webhook: joined }
  }
  const stateOf = async () => (await store.getWebhook(webhook.id))?.state
  return { world, store, chatbot, webhook, listen, stateOf }
}

async function claims(world: StoreWorld, nodeId: string, webhookId: string): Promise<Claim[]> {
  return (await world.store.claimDue({ nodeId, lanes: [{ webhookId, limit: 9 }] })).claims
}

async function firstWaiting(world: StoreWorld, chatbotId: string): Promise<string> {
  await world.accept(chatbotId)
  const page = await world.store.listDeliveries({ chatbotId }, { limit: 1, after: null })
  const [newest] = page
  assert(newest, 'what was accepted is listed')
  return newest.id
}

export function describeListeners(suite: Suite): void {
  describe('listeners', () => {
    test('what takes a listener begins away, and what comes for it is parked', async () => {
      const { world, store, chatbot, webhook } = await setupListener(suite)
      expect(webhook).toMatchObject({ kind: 'listen', temporary: true, state: 'away' })
      expect(webhook.stateReason).toContain(webhook.id)
      const id = await firstWaiting(world, chatbot.id)
      expect(await world.delivery(id)).toMatchObject({
        state: 'parked',
        stateReason: 'listener_away',
      })
      expect(await store.setWebhookState(webhook.id, 'active', null)).toMatchObject({
        state: 'away',
        stateReason: webhook.stateReason,
      })
    })

    test('only the listener claims: neither a commit nor any node takes its deliveries', async () => {
      const { world, store, chatbot, webhook, listen } = await setupListener(suite)
      const { listenerId, webhook: joined } = await listen()
      expect(joined).toMatchObject({ state: 'active', stateReason: null })
      expect(await world.accept(chatbot.id)).toMatchObject({ claims: [], waiting: [webhook.id] })
      expect(await store.lanesWaiting()).toEqual([])
      const lanes = [{ webhookId: webhook.id, limit: 9 }]
      expect(await store.claimDue({ nodeId: world.nodeId, lanes })).toEqual({
        claims: [],
        left: [{ webhookId: webhook.id, dueInMs: null }],
      })
      const [claim] = await claims(world, listenerId, webhook.id)
      assert(claim, 'the listener claims')
      const recorded = await world.record(claim, { kind: 'delivered' }, { nodeId: listenerId })
      expect(recorded).toMatchObject({ kind: 'recorded', state: 'delivered' })
    })

    test('what was parked comes back in order when somebody listens', async () => {
      const { world, store, chatbot, webhook, listen } = await setupListener(suite)
      const ids = []
      for (let count = 0; count < 5; count++) ids.push(await firstWaiting(world, chatbot.id))
      const { listenerId } = await listen()
      for (let moved = 2; moved === 2; ) moved = (await store.settle(2)).moved
      const found = await claims(world, listenerId, webhook.id)
      expect(found.map(({ deliveryId }) => deliveryId)).toEqual(ids)
    })

    test('the later of two listeners takes over, with what the first had in hand', async () => {
      const { world, store, chatbot, webhook, listen } = await setupListener(suite)
      const first = await listen()
      await world.accept(chatbot.id)
      const [claim] = await claims(world, first.listenerId, webhook.id)
      assert(claim, 'the first claims')
      const second = await listen()
      const lease = { webhookId: webhook.id, leaseMs: LEASE_MS }
      expect(await store.renewListener({ ...lease, listenerId: first.listenerId })).toBe('replaced')
      expect(await store.leaveListener({ ...lease, listenerId: first.listenerId })).toBe(false)
      const late = await world.record(claim, { kind: 'delivered' }, { nodeId: first.listenerId })
      expect(late).toEqual({ kind: 'lease_lost' })
      expect(await claims(world, first.listenerId, webhook.id)).toEqual([])
      expect(await claims(world, second.listenerId, webhook.id)).toEqual([claim])
    })

    test('who asks for more has nothing in hand: what was handed out comes again', async () => {
      const { world, store, chatbot, webhook, listen } = await setupListener(suite)
      const { listenerId } = await listen()
      await world.accept(chatbot.id)
      const [claim] = await claims(world, listenerId, webhook.id)
      expect(await claims(world, listenerId, webhook.id)).toEqual([])
      const lease = { webhookId: webhook.id, listenerId, leaseMs: LEASE_MS }
      expect(await store.renewListener(lease)).toBe('renewed')
      expect(await claims(world, listenerId, webhook.id)).toEqual([claim])
    })

    test('when it leaves, its webhook is away and all that it held is parked', async () => {
      const { world, store, chatbot, webhook, listen, stateOf } = await setupListener(suite)
      const { listenerId } = await listen()
      await world.accept(chatbot.id)
      const [claim] = await claims(world, listenerId, webhook.id)
      assert(claim, 'the listener claims')
      expect(await store.leaveListener({ webhookId: webhook.id, listenerId })).toBe(true)
      expect(await stateOf()).toBe('away')
      await store.settle(100)
      expect(await world.delivery(claim.deliveryId)).toMatchObject({
        state: 'parked',
        stateReason: 'listener_away',
        claimed: false,
      })
      const lease = { webhookId: webhook.id, listenerId, leaseMs: LEASE_MS }
      expect(await store.renewListener(lease)).toBe('lapsed')
    })

    test("a pause is the owner's word: it stays while listeners come and go", async () => {
      const { store, webhook, listen, stateOf } = await setupListener(suite)
      await store.setWebhookState(webhook.id, 'paused', 'by its owner')
      const { listenerId, webhook: joined } = await listen()
      expect(joined).toMatchObject({ state: 'paused', stateReason: 'by its owner' })
      await store.leaveListener({ webhookId: webhook.id, listenerId })
      expect(await stateOf()).toBe('paused')
      await listen()
      await store.setWebhookState(webhook.id, 'active', null)
      expect(await stateOf()).toBe('active')
    })

    test('one that was disabled is brought back by who listens', async () => {
      const { world, store, chatbot, webhook, listen, stateOf } = await setupListener(suite)
      const { listenerId } = await listen()
      await world.accept(chatbot.id)
      const [claim] = await claims(world, listenerId, webhook.id)
      assert(claim, 'the listener claims')
      await world.record(claim, { kind: 'gone' }, { nodeId: listenerId })
      expect(await stateOf()).toBe('disabled')
      await listen()
      expect(await stateOf()).toBe('active')
      await store.settle(100)
      expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'pending' })
    })

    test('nobody listens to what has a URL, or to nothing', async () => {
      const { world, store, chatbot } = await setup(suite)
      const { id: webhookId } = await world.webhook(chatbot.id)
      const lease = { listenerId: world.ids.next('listener'), leaseMs: LEASE_MS }
      expect(await store.joinListener({ ...lease, webhookId })).toBe('has_url')
      expect(await store.joinListener({ ...lease, webhookId: 'wh_none' })).toBeNull()
      expect(await store.renewListener({ ...lease, webhookId: 'wh_none' })).toBeNull()
      expect(await store.leaveListener({ ...lease, webhookId: 'wh_none' })).toBe(false)
    })

    test('a listener is no node that deliveries are shared out to', async () => {
      const { store, listen } = await setupListener(suite)
      const { liveNodes: before } = await store.sweepLeases(HOUR_MS)
      await listen()
      expect((await store.sweepLeases(HOUR_MS)).liveNodes).toBe(before)
    })

    if (!suite.movesTime) return

    test('one that is silent for its lease is away, and an hour later removed', async () => {
      const { world, store, chatbot, webhook, listen, stateOf } = await setupListener(suite)
      const { listenerId } = await listen()
      await world.accept(chatbot.id)
      const [claim] = await claims(world, listenerId, webhook.id)
      assert(claim, 'the listener claims')
      expect(await store.sweepLeases(HOUR_MS)).toMatchObject({ away: [], removed: [] })
      await world.advance(LEASE_MS)
      expect(await store.sweepLeases(HOUR_MS)).toMatchObject({ away: [webhook.id], removed: [] })
      expect(await stateOf()).toBe('away')
      await store.settle(100)
      expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'parked' })
      await world.advance(HOUR_MS - 1_000)
      expect(await store.sweepLeases(HOUR_MS)).toMatchObject({ away: [], removed: [] })
      await world.advance(1_000)
      expect(await store.sweepLeases(HOUR_MS)).toMatchObject({ away: [], removed: [webhook.id] })
      expect(await store.getWebhook(webhook.id)).toBeNull()
      await store.settle(100)
      expect(await world.delivery(claim.deliveryId)).toMatchObject({
        state: 'cancelled',
        stateReason: 'webhook_deleted',
      })
    })

    test('one that comes back in time keeps it, and a lasting one needs nobody', async () => {
      const { world, store, chatbot, webhook, listen } = await setupListener(suite)
      const lasting = await world.webhook(chatbot.id, { listen: { temporary: false } })
      await world.advance(HOUR_MS - 1_000)
      await listen()
      await world.advance(LEASE_MS - 1_000)
      expect(await store.sweepLeases(HOUR_MS)).toMatchObject({ away: [], removed: [] })
      await world.advance(2 * HOUR_MS)
      expect((await store.sweepLeases(HOUR_MS)).away).toEqual([webhook.id])
      expect(await store.getWebhook(lasting.id)).not.toBeNull()
    })
  })
}
