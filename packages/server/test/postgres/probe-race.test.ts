import { expect, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { systemClock } from '../../src/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import { setup } from '../conformance/store-world.ts'

const NODES = 6
const PROBES = 80

const encryptionKey = Buffer.alloc(32, 7)
const postgres = usePostgres()

test('of nodes that ask for a probe in the same moment one gets it', async () => {
  const databaseUrl = await postgres.createDatabase()
  const openStore = () => openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
  const nodes = await Promise.all(Array.from({ length: NODES }, openStore))
  const [store] = nodes as [Store]
  const harness = { store, clock: systemClock, advance() {}, reopen: openStore, async close() {} }
  const { world, chatbot, webhook } = await setup({ open: async () => harness, movesTime: false })
  const ids = nodes.map(() => world.ids.next('node'))
  await Promise.all(nodes.map((node, at) => node.joinNode(ids[at] ?? '', 60_000)))
  const claim = await world.claim(chatbot.id)
  const events = Array.from({ length: NODES * 2 }, () => world.leadEvent())
  await world.accept(chatbot.id, { events, lease: null })
  const attempt = { result: 'failed', status: 503, errorCode: 'status', error: 'Busy' } as const
  const outcome = { kind: 'retry', delayMs: 60_000, charged: true } as const
  await world.record(claim, outcome, { attempt, strain: { askedMs: 1, enough: 3, draw: 0 } })
  const lanes = [{ webhookId: webhook.id, limit: 4 }]
  let given = 0
  let held = 0
  const beside: number[] = []
  const ask = async (node: Store, nodeId: string) => {
    while (given < PROBES) {
      const { claims } = await node.claimDue({ nodeId, lanes })
      if (claims.length === 0) continue
      given += claims.length
      held += claims.length
      if (held > 1) beside.push(given)
      // Long enough for a question that was on its way.
      await node.getDelivery(claims[0]?.deliveryId ?? '')
      const deliveryIds = claims.map(({ deliveryId }) => deliveryId)
      held -= claims.length
      await node.release(nodeId, deliveryIds)
    }
  }
  await Promise.all(nodes.map((node, at) => ask(node, ids[at] ?? '')))
  await Promise.all(nodes.map((node) => node.close()))
  expect(beside).toEqual([])
}, 30_000)
