/** What an erasure leaves in PostgreSQL's own files, and what removes it: the words of docs/privacy.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { OwnPostgres } from '../../../../test/support/postgres.ts'
import { systemClock } from '../../src/clock.ts'
import type { Outcome } from '../../src/outcome.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { NO_CONTEXT } from '../../src/wants/formats.ts'
import { StoreWorld } from '../conformance/store-world.ts'

const PEOPLE = 200
const ERASED = 150
/** Where people are: with webhooks, since the last failure's words are in theirs here. The statistics hold samples of columns, emails among them. */
const TABLES =
  'leads, conversations, events, claimed, waiting, finished, attempts, idempotency, webhooks, pg_statistic'
const postgres = new OwnPostgres()
afterAll(() => postgres.close())

/** The numbers of the people who are in some file below it. */
function peopleIn(folder: string): Set<number> {
  const found = new Set<number>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = readFileSync(join(entry.parentPath, entry.name)).toString('latin1')
    for (const [, n] of bytes.matchAll(/mark-(\d+)-of/g)) found.add(Number(n))
  }
  return found
}

async function setup() {
  const databaseUrl = await postgres.createDatabase()
  const store = await openPostgresStore({
    databaseUrl,
    encryptionKey: Buffer.alloc(32, 7),
    clock: systemClock,
  })
  onTestFinished(() => store.close())
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  const nothing = () => Promise.reject(new Error('this world stands still'))
  const parts = { clock: systemClock, advance: nothing, reopen: nothing, close: nothing }
  const world = new StoreWorld({ store, ...parts })
  await store.joinNode(world.nodeId, 600_000)
  const { rows } = await client.query<{ folder: string }>(
    `SELECT current_setting('data_directory') AS folder`,
  )
  return { store, client, world, folder: rows[0]?.folder ?? '' }
}

test('an erased person is out of every table at once, and out of the files when they are rewritten', async () => {
  const { store, client, world, folder } = await setup()
  const chatbot = await world.chatbot()
  await world.webhook(chatbot.id)
  const leadIds: string[] = []
  for (let n = 0; n < PEOPLE; n++) {
    const mark = `mark-${n}-of`
    const event = world.leadEvent({
      conversationId: `${mark}-c`,
      customerName: mark,
      customerPhone: `${mark}-p`,
      customerEmail: `${mark}@erased.example`,
      extras: {
        custom: { note: `${mark}-x` },
        context: { ...NO_CONTEXT, page: `https://a.b/${mark}-y` },
        channel: 'website',
      },
      consent: { given: true, text: `${mark}-t`, at: n, page: `https://a.b/${mark}` },
    })
    leadIds.push(event.lead?.id ?? '')
    const idempotency = { route: 'r', key: `k${n}`, bodyHash: `${mark}-h`, answer: `${mark}-a` }
    const claim = await world.claim(chatbot.id, { events: [event], idempotency })
    const answer = { responseBody: `${mark}-b`.repeat(1 + (n % 20)), error: `${mark}-e` }
    const isOver = n % 3 > 0
    const delayMs = n % 2 === 0 ? 0 : 60_000
    const outcome: Outcome = isOver
      ? { kind: n % 3 === 1 ? 'delivered' : 'exhausted' }
      : { kind: 'retry', delayMs, charged: true }
    await world.record(claim, outcome, { attempt: answer })
    // Wherever it lies: every sixth is on its way once more, with what went wrong before.
    const lanes = [{ webhookId: claim.webhookId, limit: 1 }]
    if (!isOver) await store.claimDue({ nodeId: world.nodeId, lanes })
  }
  await client.query('ANALYZE')
  await client.query('CHECKPOINT')
  const count = (where: string) =>
    [...peopleIn(join(folder, where))].filter((n) => n < ERASED).length
  expect(count('base')).toBe(ERASED)
  for (const id of leadIds.slice(0, ERASED)) await store.eraseLead(id, 'request')
  for (const table of TABLES.split(', ')) {
    const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`)
    const people = rows.flatMap(({ row }) => [...row.matchAll(/mark-(\d+)-of/g)])
    // The samples are those of the last ANALYZE.
    if (table === 'pg_statistic') continue
    expect(people.filter(([, n]) => Number(n) < ERASED)).toEqual([])
  }
  await client.query('CHECKPOINT')
  const told = [`after the commit ${count('base')}`]
  await client.query('VACUUM ANALYZE')
  await client.query('CHECKPOINT')
  told.push(`after VACUUM ANALYZE ${count('base')}`)
  await client.query(`VACUUM (FULL, ANALYZE) ${TABLES.replace(', pg_statistic', '')}`)
  await client.query('VACUUM FULL pg_statistic')
  await client.query('CHECKPOINT')
  told.push(`after VACUUM FULL ${count('base')}; in pg_wal ${count('pg_wal')}`)
  console.log(`of ${ERASED} erased in the files: ${told.join(', ')}`)
  expect(count('base')).toBe(0)
  expect(peopleIn(join(folder, 'base')).size).toBe(PEOPLE - ERASED)
})
