/** An older database is brought up to date with what is in it. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { freshFolder, openHere } from '../../../../test/sqlite/folder.ts'
import { databasePath, makeFolder, openForWriting } from './database.ts'
import { FIRST_SCHEMA } from './schema-0001.ts'

const PAGE = { limit: 9, after: null }

/** A database as the first schema's program left it, with somebody's data. */
function makeFirst(): string {
  const dataDir = freshFolder()
  makeFolder(dataDir)
  const db = openForWriting(databasePath(dataDir))
  db.exec(`BEGIN IMMEDIATE; ${FIRST_SCHEMA}; PRAGMA user_version = 1; COMMIT`)
  db.exec(`
    INSERT INTO chatbots VALUES ('bot_1', 'Shop', '{}', '[]', 1, 1, NULL);
    INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
      VALUES ('evt_1', 'bot_1', 'a.b', '{"n":1}', 1);
    INSERT INTO leads (id, chatbot_id, conversation_id, event_id, customer_name, customer_email,
        customer_phone, name_key, email_key, created_at)
      VALUES ('lead_1', 'bot_1', 'conv_1', 'evt_1', 'Ann', '', '', 'ann', '', 1);
    INSERT INTO stats_minutes (webhook_id, minute, chatbot_id, accepted, latency_3)
      VALUES ('wh_1', 60000, 'bot_1', 2, 2), ('wh_2', 60000, 'bot_1', 3, 1),
        ('wh_1', 86400000, 'bot_1', 4, 0);
    UPDATE meta SET value = 7 WHERE key = 'backlog'`)
  db.close()
  return dataDir
}

test('a database of the first schema keeps its data and learns of keys and the log', async () => {
  const dataDir = makeFirst()
  const store = await openHere(dataDir)
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
  const dataDir = makeFirst()
  const db = new DatabaseSync(databasePath(dataDir))
  db.exec(`
    WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < 650)
    INSERT INTO leads (id, chatbot_id, conversation_id, event_id, customer_name, customer_email,
        customer_phone, name_key, email_key, created_at)
      SELECT 'lead_' || (1000 + n), 'bot_1', 'conv_1', 'evt_' || n, 'Zoe\u0308\u200b ' || n || '.',
        'Ann' || n || '@example.com\u200b', '\u202a+2547' || n, 'zoë\u200b ' || n || '.',
        'ann' || n || '@example.com\u200b', n FROM number`)
  db.close()
  const store = await openHere(dataDir)
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
  const dataDir = makeFirst()
  const db = new DatabaseSync(databasePath(dataDir))
  db.exec('CREATE TABLE audit_log (in_the_way INTEGER)')
  await expect(openHere(dataDir)).rejects.toThrow()
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
  const made = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'api_keys'`).all()
  expect(made).toEqual([])
  db.exec('DROP TABLE audit_log')
  db.close()
  const store = await openHere(dataDir)
  expect(await store.getChatbot('bot_1')).toMatchObject({ name: 'Shop' })
})

test('the minutes of an older database are in every chart, before and after they are rolled up', async () => {
  const dataDir = makeFirst()
  const store = await openHere(dataDir)
  const chart = async () => {
    const { series } = await store.stats({ from: 0, to: 2 * 86_400_000, stepMs: 86_400_000 })
    return series.map(({ at, accepted, latencyMs }) => [at, accepted, latencyMs?.p99])
  }
  const before = await chart()
  expect(before.map(([at, accepted]) => [at, accepted])).toEqual([
    [0, 5],
    [86_400_000, 4],
  ])
  let steps = 0
  do {
    steps += 1
    expect(await chart()).toEqual(before)
  } while ((await store.rollUp(0)).more)
  expect(steps).toBe(2)
  expect(await chart()).toEqual(before)
  const db = new DatabaseSync(databasePath(dataDir))
  const rolled = db.prepare(`SELECT at, accepted FROM stats_rollups
    WHERE scope = 'all' AND step_ms = 86400000`)
  expect(rolled.all()).toMatchObject([
    { at: 0, accepted: 5 },
    { at: 86_400_000, accepted: 4 },
  ])
  db.close()
})
