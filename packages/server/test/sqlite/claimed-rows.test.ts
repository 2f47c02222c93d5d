import { expect, test } from 'vitest'
import { createIds } from '../../src/id.ts'
import { systemRandom } from '../../src/random.ts'
import { Core } from '../../src/store/sqlite/core.ts'
import { claimDue } from '../../src/store/sqlite/road/claim.ts'
import { setLease } from '../../src/store/sqlite/road/nodes.ts'
import { openWithEngine } from './folder.ts'

test('of what is claimed memory holds the delivery, and neither payload nor person', async () => {
  const { clock, engine, world } = await openWithEngine()
  const chatbot = await world.chatbot()
  const eventTypes = ['lead.submit', 'order.paid']
  const { id: webhookId } = await world.webhook(chatbot.id, { eventTypes })
  const events = [world.leadEvent(), world.event('order.paid', '{"of":"Ann Lee"}')]
  await world.accept(chatbot.id, { events, lease: null })
  const core = new Core({ db: engine.db, clock, ids: createIds(clock, systemRandom) })
  const { value } = core.transact(() => {
    setLease(core, { nodeId: 'node', leaseMs: 1_000 })
    return claimDue(core, { nodeId: 'node', lanes: [{ webhookId, limit: 9 }] })
  })
  expect(value.claims.map(({ payload }) => payload)).toEqual(events.map(({ payload }) => payload))
  expect([...core.claimed.keys()]).toEqual(value.claims.map(({ deliveryId }) => deliveryId))
  expect(JSON.stringify([...core.claimed.values()])).not.toMatch(/Ann|ann@|254700/)
})
