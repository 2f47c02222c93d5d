/** An older database is brought up to date with what is in it. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../../../test/support/postgres.ts'
import { systemClock } from '../../../clock.ts'
import { openPostgresStore } from '../postgres-store.ts'
import { FIRST_SCHEMA } from './schema-0001.ts'

const PAGE = { limit: 9, after: null }
const postgres = usePostgres()

/** A database as the first schema's program left it, with somebody's data. */
async function makeFirst() {
  const databaseUrl = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(FIRST_SCHEMA)
  await client.query(`
    CREATE TABLE chatzuri_schema (version integer NOT NULL);
    INSERT INTO chatzuri_schema VALUES (1);
    INSERT INTO chatbots VALUES ('bot_1', 'Shop', '{}', '[]', 1, 1, NULL);
    INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
      VALUES ('evt_1', 'bot_1', 'a.b', '{"n":1}', 1);
    INSERT INTO leads (id, chatbot_id, conversation_id, event_id, customer_name, customer_email,
        customer_phone, name_key, email_key, created_at)
      VALUES ('lead_1', 'bot_1', 'conv_1', 'evt_1', 'Ann', '', '', 'ann', '', 1);
    INSERT INTO stats_minutes (webhook_id, minute, shard, chatbot_id, accepted, latency_3)
      VALUES ('wh_1', 60000, 0, 'bot_1', 2, 2), ('wh_1', 60000, 7, 'bot_1', 3, 1),
        ('wh_1', 86400000, 0, 'bot_1', 4, 0);
    UPDATE backlog SET value = 7 WHERE shard = 0`)
  return { databaseUrl, client }
}

async function open(databaseUrl: string) {
  const encryptionKey = Buffer.alloc(32, 7)
  const store = await openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
  onTestFinished(() => store.close())
  return store
}

test('a database of the first schema keeps its data and learns of keys and the log', async () => {
  const { databaseUrl } = await makeFirst()
  // Of nodes that start together one migrates, and the others find it done.
  const [store] = await Promise.all([open(databaseUrl), open(databaseUrl), open(databaseUrl)])
  expect(await store.getChatbot('bot_1')).toMatchObject({ name: 'Shop' })
  expect(await store.getEvent('evt_1')).toMatchObject({ payload: '{"n":1}' })
  expect(await store.listLeads({}, PAGE)).toMatchObject([{ customerName: 'Ann' }])
  expect(await store.backlog()).toBe(7)
  expect(await store.listApiKeys({}, PAGE)).toEqual([])
  const entry = { id: 'aud_1', action: 'key.created', actor: 'root', sessionId: null } as const
  await store.createApiKey(
    { id: 'key_1', name: 'Shop', chatbotId: 'bot_1', hash: 'h' },
    { ...entry, chatbotId: 'bot_1', targetId: 'key_1', fields: ['name'], address: '::1' },
  )
  expect(await store.findApiKey('h')).toMatchObject({ chatbotId: 'bot_1' })
  expect(await store.listAudit({}, PAGE)).toHaveLength(1)
})

test('who was left by an older version is found by what one sees, and erased', async () => {
  const { databaseUrl, client } = await makeFirst()
  await client.query(`
    INSERT INTO leads (id, chatbot_id, conversation_id, event_id, customer_name, customer_email,
        customer_phone, name_key, email_key, created_at)
      SELECT 'lead_' || (1000 + n), 'bot_1', 'conv_1', 'evt_' || n, 'Zoe\u0308\u200b ' || n || '.',
        'Ann' || n || '@example.com\u200b', '\u202a+2547' || n, 'zoë\u200b ' || n || '.',
        'ann' || n || '@example.com\u200b', n FROM generate_series(2, 650) AS n`)
  const store = await open(databaseUrl)
  // More than are read at a time.
  for (const [at, n] of [2, 201, 650].entries()) {
    for (const q of [`ann${n}@example.com`, `+2547${n}`, `zoë ${n}.`, `lead_${1000 + n}`]) {
      const found = await store.listLeads({ q }, PAGE)
      expect(found, q).toMatchObject([{ id: `lead_${1000 + n}` }])
    }
    expect(await store.eraseLead(`lead_${1000 + n}`, 'request')).toBe(true)
    expect(await store.listLeads({ q: `ann${n}@example.com` }, PAGE)).toEqual([])
    expect(await store.listErasures({}, PAGE)).toHaveLength(at + 1)
  }
})

test('a step that breaks leaves the database as it was', async () => {
  const { databaseUrl, client } = await makeFirst()
  await client.query('CREATE TABLE audit_log (in_the_way integer)')
  await expect(open(databaseUrl)).rejects.toThrow(/audit_log/)
  const { rows } = await client.query('SELECT version FROM chatzuri_schema')
  expect(rows).toEqual([{ version: 1 }])
  await client.query('DROP TABLE audit_log')
  const store = await open(databaseUrl)
  expect(await store.getChatbot('bot_1')).toMatchObject({ name: 'Shop' })
})

test('the minutes of an older database are in every chart, before and after they are rolled up', async () => {
  const { databaseUrl, client } = await makeFirst()
  const store = await open(databaseUrl)
  const chart = async () => {
    const { series } = await store.stats({ from: 0, to: 2 * 86_400_000, stepMs: 86_400_000 })
    return series.map(({ at, accepted, latencyMs }) => [at, accepted, latencyMs?.p99])
  }
  const before = await chart()
  expect(before.map(([at, accepted]) => [at, accepted])).toEqual([
    [0, 5],
    [86_400_000, 4],
  ])
  while ((await store.rollUp(0)).more) expect(await chart()).toEqual(before)
  expect(await chart()).toEqual(before)
  const { rows } = await client.query(`SELECT at::int, accepted::int FROM stats_rollups
    WHERE scope = 'all' AND step_ms = 86400000 ORDER BY at`)
  expect(rows).toEqual([
    { at: 0, accepted: 5 },
    { at: 86_400_000, accepted: 4 },
  ])
})
