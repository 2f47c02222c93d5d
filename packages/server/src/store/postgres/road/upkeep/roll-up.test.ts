/** Minutes are final only when nobody is left who may count in them. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../../../../test/support/postgres.ts'
import { until } from '../../../../../../../test/support/until.ts'
import { systemClock } from '../../../../clock.ts'
import type { Store } from '../../../store.ts'
import { openPostgresStore } from '../../postgres-store.ts'

const MINUTE_MS = 60_000
const postgres = usePostgres()

async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const open = async () => {
    const encryptionKey = Buffer.alloc(32, 7)
    const store = await openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
    onTestFinished(() => store.close())
    return store
  }
  const store = await open()
  const connect = async () => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  const now = systemClock.now()
  const minute = now - (now % MINUTE_MS) - 2 * MINUTE_MS
  const count = (client: pg.Client, webhookId: string) =>
    client.query(
      `INSERT INTO stats_minutes (webhook_id, minute, shard, chatbot_id, accepted)
        VALUES ($1, $2, 0, 'bot_1', 1)`,
      [webhookId, minute],
    )
  const accepted = async () =>
    (await store.stats({ from: 0, to: 9e12, stepMs: MINUTE_MS })).totals.accepted
  return { store, open, connect, count, accepted }
}

async function rollUpAll(store: Store): Promise<void> {
  while ((await store.rollUp(100)).more);
}

const ROLLED = `SELECT coalesce(sum(accepted), 0)::int AS sum FROM stats_rollups
  WHERE scope = 'all' AND step_ms = ${MINUTE_MS}`

test('a minute is not rolled up while a transaction is open that may count in it', async () => {
  const { store, connect, count, accepted } = await setup()
  const [slow, other] = [await connect(), await connect()]
  const rolled = async () => (await other.query<{ sum: number }>(ROLLED)).rows[0]?.sum
  await count(other, 'wh_1')
  await slow.query('BEGIN')
  await slow.query('SELECT pg_current_xact_id()')
  await rollUpAll(store)
  expect(await rolled()).toBe(0)
  await count(slow, 'wh_2')
  await slow.query('COMMIT')
  expect(await accepted()).toBe(2)
  const both = async () => {
    await rollUpAll(store)
    return (await rolled()) === 2 || null
  }
  await until(both, { what: 'the roll-up', withinMs: 60_000 })
  expect(await accepted()).toBe(2)
})

test('nodes that roll up at the same time count nothing twice', async () => {
  const { store, open, connect, count, accepted } = await setup()
  const client = await connect()
  for (let webhook = 0; webhook < 50; webhook++) await count(client, `wh_${webhook}`)
  const stores = [store, await open(), await open()]
  // An open transaction of another database of the same server holds a minute up, too.
  const rolled = async () => {
    await Promise.all(stores.map(rollUpAll))
    return (await client.query<{ sum: number }>(ROLLED)).rows[0]?.sum || null
  }
  expect(await until(rolled, { what: 'the roll-up', withinMs: 60_000 })).toBe(50)
  expect(await accepted()).toBe(50)
})
