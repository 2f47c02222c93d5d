/** What stops a start, and what the database may never hold. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { DEFAULT_LEAD_FORM } from '../../src/chatbot.ts'
import { systemClock } from '../../src/clock.ts'
import { StartError } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { webhookValues } from '../webhook-values.ts'

const postgres = usePostgres()

function open(databaseUrl: string, encryptionKey = Buffer.alloc(32, 7)) {
  return openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

test('a database of a newer version is refused in one sentence', async () => {
  const databaseUrl = await postgres.createDatabase()
  await (await open(databaseUrl)).close()
  const client = await connect(databaseUrl)
  await client.query('UPDATE chatzuri_schema SET version = 99')
  const refused = open(databaseUrl)
  await expect(refused).rejects.toBeInstanceOf(StartError)
  await expect(refused).rejects.toThrow(
    /newer version of Chatzuri \(schema 99; this one knows \d+\)/,
  )
})

test('a database that was written with another key is refused', async () => {
  const databaseUrl = await postgres.createDatabase()
  await (await open(databaseUrl)).close()
  const refused = open(databaseUrl, Buffer.alloc(32, 8))
  await expect(refused).rejects.toBeInstanceOf(StartError)
  await expect(refused).rejects.toThrow(/ENCRYPTION_KEY is not the key/)
  await (await open(databaseUrl)).close()
})

test('a database that is not there is named, without its password', async () => {
  const refused = open('postgres://user:hunter2@127.0.0.1:1/nowhere').catch((error) => error)
  const error: unknown = await refused
  expect(error).toBeInstanceOf(StartError)
  expect(String(error)).toContain('127.0.0.1:1/nowhere')
  expect(String(error)).not.toContain('hunter2')
  await expect(open('nonsense')).rejects.toThrow(/DATABASE_URL must be a URL/)
})

test('no secret is readable in any table', async () => {
  const databaseUrl = await postgres.createDatabase()
  const store = await open(databaseUrl)
  onTestFinished(() => store.close())
  await store.createChatbot({
    id: 'bot_1',
    name: 'Shop',
    leadForm: DEFAULT_LEAD_FORM,
    allowedOrigins: [],
  })
  await store.createWebhook(
    webhookValues({
      id: 'wh_1',
      chatbotId: 'bot_1',
      url: 'https://hidden-user:hidden-pass@hidden-host.example/',
      headers: { 'x-key': 'hidden-header' },
      secret: 'whsec_hidden-first',
    }),
  )
  await store.rotateSecret('wh_1', { secret: 'whsec_hidden-second', overlapMs: 1e6 })
  const client = await connect(databaseUrl)
  const tables = await client.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  expect(tables.rows.length).toBeGreaterThan(10)
  const texts: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await client.query(`SELECT t::text AS row FROM ${name} t`)
    texts.push(...rows.map((row) => row.row))
  }
  expect(texts.join('\n')).toContain('bot_1')
  expect(texts.join('\n')).not.toContain('hidden')
})

test('a text that PostgreSQL cannot keep harms nobody', async () => {
  const store = await open(await postgres.createDatabase())
  onTestFinished(() => store.close())
  expect(await store.getDelivery('dlv_\0')).toBeNull()
  expect(await store.listDeliveries({ q: '\0' }, { limit: 1, after: null })).toEqual([])
})
