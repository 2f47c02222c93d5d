/** Retention beside traffic, on the real embedded store: what it takes from a lead that comes in. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { StoreWorld } from '../../test/conformance/store-world.ts'
import { settled } from '../../test/settled.ts'
import { systemClock } from '../clock.ts'
import { silentLog } from '../log.ts'
import type { Road } from '../store/road.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { Upkeep } from './upkeep.ts'

const OLD = 4_000
const RETENTION_MS = 1

async function setup() {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri retention '))
  const options = { dataDir, encryptionKey: Buffer.alloc(32, 7), clock: systemClock }
  const store = await openSqliteStore({ ...options, mode: 'threads' })
  onTestFinished(async () => {
    await store.close()
    rmSync(dataDir, { recursive: true })
  })
  const nothing = () => Promise.reject(new Error('this world stands still'))
  const parts = { clock: systemClock, advance: nothing, reopen: nothing, close: nothing }
  const world = new StoreWorld({ store, ...parts })
  await store.joinNode(world.nodeId, 600_000)
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  return { store, world, chatbot, webhook }
}

test('thousands that are past their retention go in small steps, and leads are taken in between', async () => {
  const { store, world, chatbot } = await setup()
  const paused = await world.webhook(chatbot.id)
  await store.setWebhookState(paused.id, 'paused', null)
  for (let made = 0; made < OLD; made += 200) {
    const { claims } = await world.accept(chatbot.id, {
      events: Array.from({ length: 200 }, () => world.leadEvent()),
    })
    await Promise.all(claims.map((claim) => world.record(claim, { kind: 'delivered' })))
  }
  const madeAt = systemClock.now()
  while (systemClock.now() <= madeAt + RETENTION_MS) await settled(1)
  const steps: { deleted: number; at: number }[] = []
  const watched = {
    ...store,
    prune: async (policy: Parameters<Road['prune']>[0]) => {
      const step = await store.prune(policy)
      steps.push({ deleted: step.deleted, at: performance.now() })
      return step
    },
  }
  const upkeep = new Upkeep({
    store: watched,
    clock: systemClock,
    log: silentLog,
    retentionMs: RETENTION_MS,
    leadRetentionMs: RETENTION_MS,
    onAway() {},
    onLiveNodes() {},
  })
  let pruning = true
  const pruned = upkeep.pruneOnce().finally(() => {
    pruning = false
  })
  const waits: number[] = []
  while (pruning) {
    const startedAt = performance.now()
    await world.accept(chatbot.id)
    waits.push(performance.now() - startedAt)
  }
  await pruned
  // Leads, parked and finished deliveries: each row counts once for each thing that is done to it.
  expect(steps.length).toBeGreaterThan((3 * OLD) / 200)
  for (const { deleted } of steps) expect(deleted).toBeLessThanOrEqual(200)
  // Leads came in between the steps, not after them.
  expect(waits.length).toBeGreaterThan(steps.length / 2)
  waits.sort((a, b) => a - b)
  const worst = waits.at(-1) ?? 0
  console.log(
    `${steps.length} steps, ${waits.length} leads meanwhile, p50 ${waits[waits.length >> 1]?.toFixed(1)} ms, worst ${worst.toFixed(0)} ms`,
  )
  expect(worst).toBeLessThan(5_000)
  const page = { limit: 100, after: null }
  const erased = await store.listErasures({ chatbotId: chatbot.id }, page)
  expect(erased.every(({ reason }) => reason === 'retention')).toBe(true)
})
