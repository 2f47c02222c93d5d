import { expect, test } from 'vitest'
import { LEASE_MS, type Suite, setup } from './store-world.ts'

export function describeLeases(suite: Suite): void {
  test('a node that leaves gives back all that it held', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.leaveNode(world.nodeId)
    expect(await store.renewLease(world.nodeId, LEASE_MS)).toBe(false)
    const nodeId = await world.join()
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    expect((await store.claimDue({ nodeId, lanes })).claims).toEqual([claim])
  })

  test('a live node records and releases nothing that another holds', async () => {
    const { world, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const holder = world.nodeId
    const other = await world.join()
    expect(await world.record(claim, { kind: 'exhausted' }, { nodeId: other })).toEqual({
      kind: 'lease_lost',
    })
    await world.store.release(other, [claim.deliveryId])
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ claimed: true, attemptCount: 0 })
    expect(await world.record(claim, { kind: 'delivered' }, { nodeId: holder })).toMatchObject({
      state: 'delivered',
    })
  })

  test('a node that never joined has nothing to renew', async () => {
    const { store } = await setup(suite)
    expect(await store.renewLease('node_stranger', LEASE_MS)).toBe(false)
  })

  test('what a process held that is gone can be claimed after a restart', async () => {
    const { world, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const before = world.nodeId
    await world.reopen()
    expect(await world.record(claim, { kind: 'delivered' }, { nodeId: before })).toEqual({
      kind: 'lease_lost',
    })
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    const { claims } = await world.store.claimDue({ nodeId: world.nodeId, lanes })
    expect(claims).toEqual([claim])
  })

  test('what a process held of a paused webhook is parked after a restart', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await store.setWebhookState(webhook.id, 'paused', null)
    await store.settle(100)
    await world.reopen()
    await world.store.settle(100)
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ state: 'parked' })
  })

  if (!suite.movesTime) return

  test('a lapsed node holds nothing: it records, claims and renews no more', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.advance(LEASE_MS)
    expect(await store.renewLease(world.nodeId, LEASE_MS)).toBe(false)
    expect(await world.record(claim, { kind: 'delivered' })).toEqual({ kind: 'lease_lost' })
    await world.accept(chatbot.id, { lease: null })
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    expect((await store.claimDue({ nodeId: world.nodeId, lanes })).claims).toEqual([])
    expect((await world.accept(chatbot.id)).waiting).toEqual([webhook.id])
    expect(await world.delivery(claim.deliveryId)).toMatchObject({ attemptCount: 0 })
  })

  test('a renewed lease lives on', async () => {
    const { world, store, chatbot } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    await world.advance(LEASE_MS - 1)
    expect(await store.renewLease(world.nodeId, LEASE_MS)).toBe(true)
    await world.advance(LEASE_MS - 1)
    expect(await world.record(claim, { kind: 'delivered' })).toMatchObject({ kind: 'recorded' })
  })

  test('what a lapsed node held is taken back and goes to another', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const claim = await world.claim(chatbot.id)
    const zombie = world.nodeId
    expect((await store.sweepLeases(3_600_000)).rescued).toBe(0)
    await world.advance(LEASE_MS)
    expect((await store.sweepLeases(3_600_000)).rescued).toBe(1)
    expect((await store.sweepLeases(3_600_000)).rescued).toBe(0)
    const nodeId = await world.join()
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    const { claims } = await store.claimDue({ nodeId, lanes })
    expect(claims).toEqual([claim])
    expect(await world.record(claim, { kind: 'exhausted' }, { nodeId: zombie })).toEqual({
      kind: 'lease_lost',
    })
    await store.release(zombie, [claim.deliveryId])
    expect(await world.record(claim, { kind: 'delivered' })).toMatchObject({ state: 'delivered' })
  })

  test('a node that joins takes back what dead ones held', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    await world.claim(chatbot.id)
    await world.advance(LEASE_MS)
    const nodeId = await world.join()
    const lanes = [{ webhookId: webhook.id, limit: 9 }]
    expect((await store.claimDue({ nodeId, lanes })).claims).toHaveLength(1)
  })
}
