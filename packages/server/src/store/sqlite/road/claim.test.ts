import { expect, test } from 'vitest'
import { openWithEngine } from '../../../../test/sqlite/folder.ts'
import { createIds } from '../../../id.ts'
import { systemRandom } from '../../../random.ts'
import { Core } from '../core.ts'
import { claimDue } from './claim.ts'
import { setLease } from './nodes.ts'

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
