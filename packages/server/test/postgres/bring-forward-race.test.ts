import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { until } from '../../../../test/support/until.ts'
import { systemClock } from '../../src/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { setup } from '../conformance/store-world.ts'

const encryptionKey = Buffer.alloc(32, 7)
const postgres = usePostgres()
/** Who waits for the connection that asks. */
const WAITS = `SELECT pid FROM pg_locks
  WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))`

test('what is brought forward is not passed by while an attempt of it is recorded', async () => {
  const databaseUrl = await postgres.createDatabase()
  const openStore = () => openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
  const store = await openStore()
  onTestFinished(() => store.close())
  const harness = { store, clock: systemClock, advance() {}, reopen: openStore, async close() {} }
  const { world, chatbot, webhook } = await setup({ open: async () => harness, movesTime: false })
  const claim = await world.claim(chatbot.id)
  const later = { kind: 'retry', delayMs: 3_600_000, charged: true } as const
  await world.record(claim, later)
  expect(await store.sendWaiting(webhook.id)).toEqual({ count: 1 })
  const recording = new pg.Client({ connectionString: databaseUrl })
  await recording.connect()
  onTestFinished(() => recording.end())
  await recording.query('BEGIN')
  await recording.query('SELECT 1 FROM webhooks WHERE id = $1 FOR NO KEY UPDATE', [webhook.id])
  const step = store.bringForward(10)
  const passedBy = step.then(({ moved }) => moved === 0)
  const look = async () => (await recording.query(WAITS)).rows[0] ?? null
  const waits = until(look, { what: 'the step to wait' })
  expect(await Promise.race([passedBy, waits])).not.toBe(true)
  await recording.query('COMMIT')
  expect(await step).toEqual({ moved: 1 })
  const lanes = [{ webhookId: webhook.id, limit: 4 }]
  const { claims } = await store.claimDue({ nodeId: world.nodeId, lanes })
  expect(claims.map((each) => each.deliveryId)).toEqual([claim.deliveryId])
}, 30_000)
