/** A store is brought up to date by the steps that it lacks, each whole or not at all. */
import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { freshFolder, openHere } from '../../../../test/sqlite/folder.ts'
import { webhookValues } from '../../../../test/webhook-values.ts'
import { FIRST_SCHEMA } from '../../rules/schema-version.ts'
import { databasePath } from './database.ts'
import { migrate, SCHEMA_VERSION, STEPS, type Step } from './migrations.ts'
import { SCHEMA } from './schema.ts'

const PAGE = { limit: 9, after: null }
const COLOUR = `ALTER TABLE chatbots ADD COLUMN colour TEXT`

/** As a version with more steps sees the database of this one, with a chatbot in it. */
async function setup() {
  const dataDir = freshFolder()
  const store = await openHere(dataDir)
  await store.createChatbot({
    id: 'bot_1',
    name: 'Shop',
    leadForm: { fields: [], greeting: '', thanks: '' },
    allowedOrigins: [],
  })
  await store.close()
  const db = new DatabaseSync(databasePath(dataDir))
  onTestFinished(() => db.close())
  const upgrade = (...later: Step[]) => migrate(db, dataDir, [...STEPS, ...later])
  const read = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row)[0])
  const version = () => read('PRAGMA user_version')[0]
  return { dataDir, db, upgrade, read, version }
}

test('a step that is added later is made once, with the rows that it rewrites', async () => {
  const { upgrade, read, version } = await setup()
  let made = 0
  const paint: Step = (db) => {
    made += 1
    // In one transaction with what it does: a second one can't begin in it.
    expect(() => db.exec('BEGIN')).toThrow(/within a transaction/)
    db.exec(`UPDATE chatbots SET colour = 'of ' || name`)
  }
  upgrade(COLOUR, paint)
  expect([read('SELECT colour FROM chatbots'), version()]).toEqual([
    ['of Shop'],
    SCHEMA_VERSION + 2,
  ])
  upgrade(COLOUR, paint)
  expect([made, version()]).toEqual([1, SCHEMA_VERSION + 2])
  upgrade(COLOUR, paint, 'CREATE TABLE later (at INTEGER)')
  expect([made, version()]).toEqual([1, SCHEMA_VERSION + 3])
})

test('a step that breaks leaves the database as it was', async () => {
  const { dataDir, db, upgrade, read, version } = await setup()
  const breaks: Step = () => {
    db.exec(COLOUR)
    throw new Error('no more room')
  }
  for (const step of [breaks, `${COLOUR}; CREATE TABLE chatbots (id TEXT)`]) {
    expect(() => upgrade(step)).toThrow(/no more room|already exists/)
    db.exec('ROLLBACK')
    expect(version()).toBe(SCHEMA_VERSION)
    expect(read(`SELECT name FROM pragma_table_info('chatbots')`)).not.toContain('colour')
  }
  const store = await openHere(dataDir)
  expect(await store.listChatbots(PAGE)).toMatchObject([{ name: 'Shop' }])
})

test('a store of the first schema is brought here with what it holds', async () => {
  const dataDir = freshFolder()
  mkdirSync(dataDir)
  const db = new DatabaseSync(databasePath(dataDir))
  migrate(db, dataDir, [SCHEMA])
  db.exec(OLD_ROWS)
  db.close()
  const store = await openHere(dataDir)
  expect(await store.getChatbot('bot_old')).toMatchObject({ name: 'Old' })
  expect(await store.chatbotOf('webhook', 'wh_old')).toBe('bot_old')
  const values = webhookValues({ id: 'wh_new', chatbotId: 'bot_old' })
  expect(await store.createWebhook(values)).toMatchObject({ state: 'active' })
})

test.each([1, FIRST_SCHEMA - 1])('schema %i is refused in one sentence', async (old) => {
  const { dataDir, db, version } = await setup()
  db.exec(`PRAGMA user_version = ${old}`)
  for (const mode of ['inline', 'threads'] as const) {
    await expect(openHere(dataDir, { mode })).rejects.toThrow(
      `The database ${databasePath(dataDir)} has schema ${old}, of a build from before the first release`,
    )
  }
  expect(version()).toBe(old)
})

/** Of a chatbot and a webhook that an earlier version made. */
const OLD_ROWS = `
  INSERT INTO chatbots (id, name, lead_form, allowed_origins, created_at, updated_at)
    VALUES ('bot_old', 'Old', '{}', '[]', 1, 1);
  INSERT INTO webhooks (id, chatbot_id, url, event_types, description, headers, state, secret,
      created_at, updated_at)
    VALUES ('wh_old', 'bot_old', '', '[]', '', '', 'active', '', 1, 1)`
