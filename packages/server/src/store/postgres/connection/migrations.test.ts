/** A database is brought up to date by the steps that it lacks, all of them or none. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../../../test/support/postgres.ts'
import { webhookValues } from '../../../../test/webhook-values.ts'
import { systemClock } from '../../../clock.ts'
import { FIRST_SCHEMA } from '../../rules/schema-version.ts'
import { openPostgresStore } from '../postgres-store.ts'
import { migrate, SCHEMA_VERSION, STEPS, type Step } from './migrations.ts'
import { SCHEMA } from './schema.ts'

const PAGE = { limit: 9, after: null }
const COLOUR = 'ALTER TABLE chatbots ADD COLUMN colour text'
const postgres = usePostgres()

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

async function open(databaseUrl: string) {
  const encryptionKey = Buffer.alloc(32, 7)
  const store = await openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
  onTestFinished(() => store.close())
  return store
}

/** As a version with more steps sees the database of this one, with a chatbot in it. */
async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const store = await open(databaseUrl)
  await store.createChatbot({
    id: 'bot_1',
    name: 'Shop',
    leadForm: { fields: [], greeting: '', thanks: '' },
    allowedOrigins: [],
  })
  const client = await connect(databaseUrl)
  /** Each over a connection of its own, all at once. */
  const upgrade = async (nodes: number, ...later: Step[]) => {
    const clients = await Promise.all(Array.from({ length: nodes }, () => connect(databaseUrl)))
    await Promise.all(clients.map((each) => migrate(each, 'here', [...STEPS, ...later])))
  }
  const read = async (sql: string) =>
    (await client.query({ text: sql, rowMode: 'array' })).rows.map(([value]) => value)
  const version = async () => (await read('SELECT version FROM chatzuri_schema'))[0]
  return { databaseUrl, client, upgrade, read, version }
}

test('of nodes that start together one makes the steps that are added, and each once', async () => {
  const { upgrade, read, version } = await setup()
  let made = 0
  const paint: Step = async (client) => {
    made += 1
    // In one transaction with the step before it, whose column nobody else sees yet.
    expect(await read(HAS_COLOUR)).toEqual([])
    await client.query(`UPDATE chatbots SET colour = 'of ' || name`)
  }
  await upgrade(3, COLOUR, paint)
  expect(await read('SELECT colour FROM chatbots')).toEqual(['of Shop'])
  expect([made, await version()]).toEqual([1, SCHEMA_VERSION + 2])
  await upgrade(2, COLOUR, paint, 'CREATE TABLE later (at bigint)')
  expect([made, await version()]).toEqual([1, SCHEMA_VERSION + 3])
})

test('a step that breaks leaves the database as it was', async () => {
  const { databaseUrl, upgrade, read, version } = await setup()
  const breaks = async () => {
    throw new Error('no more room')
  }
  for (const step of [breaks, 'CREATE TABLE chatbots (id text)']) {
    await expect(upgrade(1, COLOUR, step)).rejects.toThrow(/no more room|already exists/)
    expect([await version(), await read(HAS_COLOUR)]).toEqual([SCHEMA_VERSION, []])
  }
  const store = await open(databaseUrl)
  expect(await store.listChatbots(PAGE)).toMatchObject([{ name: 'Shop' }])
})

test('nodes that start together on a new database share one schema', async () => {
  const databaseUrl = await postgres.createDatabase()
  const [store] = await Promise.all([open(databaseUrl), open(databaseUrl), open(databaseUrl)])
  expect(await store.listChatbots(PAGE)).toEqual([])
  const client = await connect(databaseUrl)
  const { rows } = await client.query('SELECT version FROM chatzuri_schema')
  expect(rows).toEqual([{ version: SCHEMA_VERSION }])
})

test('a database of the first schema is brought here with what it holds', async () => {
  const databaseUrl = await postgres.createDatabase()
  const client = await connect(databaseUrl)
  await migrate(client, 'here', [SCHEMA])
  await client.query(OLD_ROWS)
  const store = await open(databaseUrl)
  expect(await store.getChatbot('bot_old')).toMatchObject({ name: 'Old' })
  expect(await store.chatbotOf('webhook', 'wh_old')).toBe('bot_old')
  const values = webhookValues({ id: 'wh_new', chatbotId: 'bot_old' })
  expect(await store.createWebhook(values)).toMatchObject({ state: 'active' })
})

test.each([1, FIRST_SCHEMA - 1])(
  'schema %i is refused in one sentence, to every node that starts',
  async (old) => {
    const { databaseUrl, client, version } = await setup()
    await client.query('UPDATE chatzuri_schema SET version = $1', [old])
    const starts = await Promise.allSettled([open(databaseUrl), open(databaseUrl)])
    for (const start of starts) {
      expect(start).toMatchObject({ status: 'rejected' })
      expect(String(start.status === 'rejected' && start.reason)).toMatch(
        new RegExp(
          `^StartError: The database in \\S+ has schema ${old}, of a build from before the first release[^\\n]*store\\.$`,
        ),
      )
    }
    expect(await version()).toBe(old)
  },
)

const HAS_COLOUR = `SELECT 1 FROM information_schema.columns
  WHERE table_name = 'chatbots' AND column_name = 'colour'`

/** Of a chatbot and a webhook that an earlier version made. */
const OLD_ROWS = `
  INSERT INTO chatbots (id, name, lead_form, allowed_origins, created_at, updated_at)
    VALUES ('bot_old', 'Old', '{}', '[]', 1, 1);
  INSERT INTO webhooks (id, chatbot_id, url, event_types, description, headers, state, secret,
      created_at, updated_at)
    VALUES ('wh_old', 'bot_old', '', '[]', '', '', 'active', '', 1, 1)`
