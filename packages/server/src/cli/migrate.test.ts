import { type ChildProcess, spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { StoreWorld } from '../../test/conformance/store-world.ts'
import { manualClock } from '../../test/manual-clock.ts'
import { systemClock } from '../clock.ts'
import { openPostgresTarget } from '../store/copying/copy-postgres.ts'
import { freshRelations } from '../store/copying/copy-sqlite.ts'
import { openPostgresStore } from '../store/postgres/postgres-store.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'
import { NO_CONTEXT } from '../wants/formats.ts'

const KEY = Buffer.alloc(32, 7)
const OTHER_KEY = Buffer.alloc(32, 8)
const PROGRAM = fileURLToPath(new URL('../../bin/serve.js', import.meta.url))
/** Longer than PostgreSQL's index takes, however well it is compressed. */
const LONG = Array.from({ length: 400 }, (_, n) => hash('sha1', String(n))).join('')
const PAGE = { limit: 1_000, after: null }
const postgres = usePostgres()

function freshFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'chatzuri migrate '))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  return join(parent, 'data')
}

async function openFile(dataDir: string): Promise<StoreWorld> {
  const clock = manualClock()
  const store = await openSqliteStore({ dataDir, encryptionKey: KEY, clock, mode: 'inline' })
  return worldOf(store, clock, clock.advance)
}

async function openDatabase(databaseUrl: string, encryptionKey = KEY): Promise<StoreWorld> {
  const store = await openPostgresStore({ databaseUrl, encryptionKey, clock: systemClock })
  onTestFinished(() => store.close().catch(() => {}))
  return worldOf(store, systemClock, nothing)
}

const nothing = () => Promise.reject(new Error('this world stands still'))

function worldOf(
  store: Store,
  clock: StoreWorld['harness']['clock'],
  advance: StoreWorld['harness']['advance'],
): StoreWorld {
  return new StoreWorld({ store, clock, advance, reopen: nothing, close: nothing })
}

/** Something in every table, a delivery in every state, and claims that were never given back. */
async function fill(world: StoreWorld): Promise<string[]> {
  const { store } = world
  await world.join()
  const chatbot = await world.chatbot()
  const headers = { 'x-api-key': 'sealed' }
  const webhook = await world.webhook(chatbot.id, { headers, eventTypes: ['lead.submit'] })
  await world.webhook(chatbot.id, { eventTypes: ['delivery.failed'] })
  await store.rotateSecret(webhook.id, { secret: 'whsec-second-secret-0000', overlapMs: 60_000 })
  const idempotency = { route: 'leads', key: 'k 1', bodyHash: 'h', answer: '{"leadId":"x"}' }
  const emoji = world.leadEvent({
    customerName: `Zoë 🦩 "\\{},NULL' ${LONG}`,
    consent: { given: false, text: `May we? "\\{},NULL'`, at: 5, page: 'https://a.b/c' },
    extras: {
      custom: { note: `"\\{},NULL' 🦩\n`, seats: 3, news: false },
      context: { ...NO_CONTEXT, title: `"\\{},NULL'` },
      channel: 'whatsapp',
    },
  })
  const delivered = await world.claim(chatbot.id, { events: [emoji], idempotency })
  await world.record(delivered, { kind: 'delivered' }, { attempt: { responseBody: 'a\0b 👋' } })
  // What comes after it is not rolled up yet.
  await world.advance(60_000)
  while ((await store.rollUp(100)).more);
  await world.join()
  const retried = await world.claim(chatbot.id)
  await world.record(retried, { kind: 'retry', delayMs: 60_000, charged: true })
  while ((await store.indexLeads(100)).moved > 0);
  const exhausted = await world.claim(chatbot.id)
  await world.record(exhausted, { kind: 'exhausted' })
  const cancelled = await world.claim(chatbot.id)
  await store.cancel(cancelled.deliveryId, 'cancelled_by_owner')
  const erased = await world.claim(chatbot.id)
  await world.record(erased, { kind: 'delivered' })
  await store.eraseLead((await store.listLeads({}, PAGE)).at(0)?.id ?? '', 'request')
  const gone = await world.webhook(chatbot.id, { eventTypes: ['a.b'] })
  await world.accept(chatbot.id, { events: [world.event('a.b', '{"n":1.5}')], lease: null })
  await store.deleteWebhook(gone.id)
  const wants = { eventTypes: ['e.f'], format: 'event' as const, filter: null }
  await world.webhook(chatbot.id, wants)
  await world.webhook(chatbot.id, { ...wants, filter: { payload: { n: 2 } } })
  await world.accept(chatbot.id, { events: [world.event('e.f', '{"n":1}')], lease: null })
  const recovery = { id: world.ids.next('recovery'), webhookId: webhook.id, dryRun: false }
  await store.createBulk({
    id: world.ids.next('recovery'),
    kind: 'cancel',
    chatbotId: chatbot.id,
    webhookId: null,
    filter: { states: ['parked'], q: 'Zoë' },
    dryRun: false,
  })
  await store.createRecovery({ ...recovery, since: 0, until: 9e12, states: ['exhausted'] })
  const paused = await world.webhook(chatbot.id, { eventTypes: ['c.d'] })
  await world.accept(chatbot.id, { events: [world.event('c.d')], lease: null })
  await store.setWebhookState(paused.id, 'paused', null)
  while ((await store.settle(100)).moved === 100);
  await store.updateWebhook(webhook.id, { description: 'moved' })
  await store.deleteChatbot((await world.chatbot()).id)
  await fillAccess(world, chatbot.id)
  return [recovery.id]
}

async function fillAccess(world: StoreWorld, chatbotId: string): Promise<void> {
  const { store, ids } = world
  await world.useAccess(chatbotId)
  const mintedBy = ids.next('key')
  await store.createApiKey({ id: mintedBy, name: 'Zoë', chatbotId: null, hash: 'kept key' })
  // The two stores' clocks are years apart here.
  const life = { idleMs: 4e12, lifeMs: 4e12 }
  const session = { ...life, id: ids.next('session'), hash: 'kept session' }
  await store.startSession({ ...session, chatbotId, actor: mintedBy, mintedBy })
  const link = { id: ids.next('link'), chatbotId, hash: 'kept link', mintedBy }
  await store.createOwnerLink({ ...link, lifeMs: 6e6 })
}

/** All that users can see, newest first. */
async function readAll(store: Store, recoveryIds: string[]) {
  const deliveries = await store.listDeliveries({}, PAGE)
  const chatbots = await store.listChatbots(PAGE)
  const webhooks = chatbots.map(({ id }) => store.listWebhooks({ chatbotId: id }, PAGE))
  const ends = { from: 0, to: 9e12, stepMs: 9e12 }
  return {
    deliveries,
    chatbots,
    details: await Promise.all(deliveries.map(({ id }) => store.getDelivery(id))),
    events: await Promise.all(deliveries.map(({ eventId }) => store.getEvent(eventId))),
    webhooks: await Promise.all(webhooks),
    leads: await store.listLeads({}, PAGE),
    stats: await store.stats(ends),
    backlog: await store.backlog(),
    keys: await store.listApiKeys({}, PAGE),
    audit: await store.listAudit({}, PAGE),
    session: await store.findSession('kept session'),
    recoveries: await Promise.all(recoveryIds.map((id) => store.getRecovery(id))),
    erasures: await store.listErasures({}, PAGE),
    notices: await store.noticesDue(100),
  }
}

/** Many plain rows, so that a copy takes a while. */
async function fillMany(world: StoreWorld, batches: number): Promise<void> {
  const chatbot = await world.chatbot()
  await world.webhook(chatbot.id, { eventTypes: ['n.n'] })
  for (let batch = 0; batch < batches; batch++) {
    const events = Array.from({ length: 500 }, (_, n) => world.event('n.n', `{"n":${n}}`))
    await world.accept(chatbot.id, { events, lease: null })
  }
}

function start(from: string, to: string, key: Buffer | null = KEY): ChildProcess {
  const child = spawn(
    process.execPath,
    [PROGRAM, 'migrate', '--from', from, '--to', to, '--json'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ENCRYPTION_KEY: key?.toString('base64') ?? '' },
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function migrate(from: string, to: string, key: Buffer | null = KEY) {
  const child = start(from, to, key)
  const texts = { out: '', err: '' }
  child.stdout?.on('data', (chunk) => {
    texts.out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    texts.err += chunk
  })
  const [code] = await once(child, 'close')
  return { code, report: JSON.parse(texts.out || '{}'), said: texts.err }
}

async function setup() {
  const dataDir = freshFolder()
  const world = await openFile(dataDir)
  const recoveryIds = await fill(world)
  return { dataDir, world, recoveryIds, from: `sqlite:${dataDir}` }
}

/** Rows of a PostgreSQL table. */
async function query(databaseUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('all that was in the file is read the same from PostgreSQL, and back again', async () => {
  const { dataDir, world, recoveryIds, from } = await setup()
  const before = await readAll(world.store, recoveryIds)
  expect(new Set(before.deliveries.map(({ state }) => state)).size).toBe(5)
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const { code, report, said } = await migrate(from, databaseUrl)
  expect([code, report.kind], said).toEqual([0, 'copied'])
  expect(report.tables.map((table: { name: string }) => table.name)).toEqual([
    ...freshRelations().keys(),
  ])
  for (const { name, rows } of report.tables)
    if (name !== 'unsettled') expect(rows, name).toBeGreaterThan(0)
  const moved = await openDatabase(databaseUrl)
  expect(await readAll(moved.store, recoveryIds)).toEqual(asCopied(before))
  await moved.store.close()

  const backDir = freshFolder()
  expect((await migrate(databaseUrl, `sqlite:${backDir}`)).code).toBe(0)
  const back = await openFile(backDir)
  expect(await readAll(back.store, recoveryIds)).toEqual(asCopied(before))
  await back.store.close()
  expect(readdirSync(dataDir).sort()).toEqual(['chatzuri.db', 'lock.db', 'store-was-made'])
})

/** PostgreSQL keeps no U+0000; and a copy gives up claims, as a start does. */
function asCopied<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll('\\u0000', '\ufffd')
  return JSON.parse(text.replaceAll('"claimed":true', '"claimed":false'))
}

test('the target goes on: it accepts, claims, records and numbers new rows after the old ones', async () => {
  const { world, from } = await setup()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  await migrate(from, databaseUrl)
  const moved = await openDatabase(databaseUrl)
  const [chatbot] = await moved.store.listChatbots(PAGE)
  await moved.join()
  const { claims } = await moved.accept(chatbot?.id ?? '', { events: [moved.leadEvent()] })
  for (const claim of claims) await moved.record(claim, { kind: 'delivered' })
  expect(claims.length).toBeGreaterThan(0)
  const lanes = await moved.store.lanesWaiting()
  expect(lanes.length).toBeGreaterThan(0)
})

test('a claim of a webhook that was paused meanwhile is parked in the target', async () => {
  const dataDir = freshFolder()
  const world = await openFile(dataDir)
  await world.join()
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  const claim = await world.claim(chatbot.id)
  await world.store.setWebhookState(webhook.id, 'paused', null)
  await world.store.settle(100)
  // As a crash leaves it: closing would give the claim back.
  const copyDir = `${dataDir}-copy`
  const db = new DatabaseSync(join(dataDir, 'chatzuri.db'))
  mkdirSync(copyDir)
  db.exec(`VACUUM INTO '${join(copyDir, 'chatzuri.db')}'`)
  db.close()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  expect((await migrate(`sqlite:${copyDir}`, databaseUrl)).code).toBe(0)
  const moved = await openDatabase(databaseUrl)
  await moved.store.settle(100)
  expect((await moved.delivery(claim.deliveryId)).state).toBe('parked')
})

test('a copy that is killed at any moment goes on to the same end, and is no store until then', async () => {
  const dataDir = freshFolder()
  const world = await openFile(dataDir)
  const recoveryIds = await fill(world)
  await fillMany(world, 40)
  const backlog = await world.store.backlog()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const reached: number[] = []
  for (let kills = 0; kills < 4; kills++) {
    const child = start(`sqlite:${dataDir}`, databaseUrl)
    if (child.stderr) await once(child.stderr, 'data')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
    child.kill('SIGKILL')
    await once(child, 'close')
    const [row] = await query(databaseUrl, 'SELECT count(*)::int AS count FROM deliveries')
    reached.push(Number(row?.count))
    await expect(
      openPostgresStore({ databaseUrl, encryptionKey: KEY, clock: systemClock }),
    ).rejects.toThrow('is not finished')
  }
  expect(reached).toEqual(reached.toSorted((a, b) => a - b))
  const ended = await migrate(`sqlite:${dataDir}`, databaseUrl)
  expect([ended.code, ended.report.kind], ended.said).toEqual([0, 'copied'])
  const rows = (name: string) =>
    ended.report.tables.find((t: { name: string }) => t.name === name)?.rows
  expect(rows('events')).toBeGreaterThan(20_000)
  const moved = await openDatabase(databaseUrl)
  expect(await moved.store.backlog()).toBe(backlog)
  expect(await moved.store.getRecovery(recoveryIds[0] ?? '')).not.toBeNull()
  await moved.store.close()
  expect((await migrate(`sqlite:${dataDir}`, databaseUrl)).report.kind).toBe('done_before')
})

test('a database that goes away in the middle is one sentence, and the next run goes on', async () => {
  const { world, from } = await setup()
  await fillMany(world, 30)
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const child = start(from, databaseUrl)
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  const ended = once(child, 'close')
  while (!said.includes('copying events')) await once(child.stderr ?? child, 'data')
  await query(
    databaseUrl,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'chatzuri' AND datname = current_database()`,
  )
  expect(await ended).toEqual([1, null])
  expect(said.trim().split('\n').at(-1)).toMatch(/^The copy stopped, .* run the same command again/)
  const resumed = await migrate(from, databaseUrl)
  expect(resumed.report.kind).toBe('copied')
  expect(resumed.said).not.toContain('copying attempts')
})

test('a source that was written to in between is told by the checksums', async () => {
  const { dataDir, world, from } = await setup()
  await fillMany(world, 30)
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const child = start(from, databaseUrl)
  for (;;) {
    const [chunk] = child.stderr ? await once(child.stderr, 'data') : ['']
    if (String(chunk).includes('copying events')) break
  }
  child.kill('SIGKILL')
  await once(child, 'close')
  const db = new DatabaseSync(join(dataDir, 'chatzuri.db'))
  db.exec(`UPDATE attempts SET response_body = 'changed' WHERE seq = 1`)
  db.close()
  const { code, report } = await migrate(from, databaseUrl)
  expect(code).toBe(1)
  expect(report.error).toContain('The copy differs in the table "attempts"')
})

test('a source that was used after its copy was finished is told, and not called copied', async () => {
  const { dataDir, world, from } = await setup()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  expect((await migrate(from, databaseUrl)).code).toBe(0)
  expect((await migrate(from, databaseUrl)).report.kind).toBe('done_before')
  const again = await openFile(dataDir)
  await again.chatbot()
  await again.store.close()
  const { code, report, said } = await migrate(from, databaseUrl)
  expect([code, report.error]).toEqual([
    1,
    expect.stringContaining('The source has changed since this copy was finished'),
  ])
  expect(said).not.toContain('Start every server')
})

test('a running server, on either side, is refused in one sentence', async () => {
  const { world, from, dataDir } = await setup()
  const databaseUrl = await postgres.createDatabase()
  const running = await migrate(from, databaseUrl)
  expect([running.code, running.said.trim().split('\n').length]).toEqual([1, 1])
  expect(running.report.error).toContain(
    `The folder ${dataDir} is in use by another Chatzuri server`,
  )
  await world.store.close()
  const target = await openDatabase(databaseUrl)
  await target.join()
  const refused = await migrate(from, databaseUrl)
  expect(refused.report.error).toContain('is in use by a running Chatzuri server')
  await target.store.close()
  expect((await migrate(from, databaseUrl)).code).toBe(0)
})

test('a target with data of its own is refused and left as it is', async () => {
  const { world, from } = await setup()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const target = await openDatabase(databaseUrl)
  await target.chatbot()
  await target.store.close()
  const { code, report } = await migrate(from, databaseUrl)
  expect([code, report.error]).toEqual([
    1,
    expect.stringContaining('already holds data (table "chatbots")'),
  ])
  await expect(openDatabase(databaseUrl)).resolves.toBeDefined()
})

test('another schema is refused on either side', async () => {
  const { dataDir, world, from } = await setup()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const setVersion = (version: number) => {
    const db = new DatabaseSync(join(dataDir, 'chatzuri.db'))
    db.exec(`PRAGMA user_version = ${version}`)
    db.close()
  }
  const db = new DatabaseSync(join(dataDir, 'chatzuri.db'))
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version)
  db.close()
  setVersion(99)
  expect((await migrate(from, databaseUrl)).report.error).toContain('has schema 99')
  setVersion(version)
  await query(databaseUrl, 'CREATE TABLE chatzuri_schema AS SELECT 99 AS version')
  expect((await migrate(from, databaseUrl)).report.error).toContain('(schema 99; this one knows')
  expect((await migrate(databaseUrl, `sqlite:${freshFolder()}`)).report.error).toContain(
    'has schema 99',
  )
})

test('another key is refused, and the target opens with the source’s key only', async () => {
  const { world, from } = await setup()
  await world.store.close()
  const databaseUrl = await postgres.createDatabase()
  const refused = await migrate(from, databaseUrl, OTHER_KEY)
  expect(refused.report.error).toContain('ENCRYPTION_KEY is not the key that')
  const targetDir = freshFolder()
  expect((await migrate(from, `sqlite:${targetDir}`, null)).code).toBe(0)
  writeFileSync(join(targetDir, 'encryption-key'), OTHER_KEY.toString('base64'))
  const again = await migrate(from, `sqlite:${targetDir}`, null)
  expect(again.report.error).toContain(`${join(targetDir, 'encryption-key')} is not the key`)
  expect((await migrate(from, databaseUrl, null)).code).toBe(0)
  await expect(openDatabase(databaseUrl, OTHER_KEY)).rejects.toThrow('ENCRYPTION_KEY')
  await expect(openDatabase(databaseUrl)).resolves.toBeDefined()
})

test.each([
  [1, 'sqlite:/nowhere/at/all', 'There is no Chatzuri database in the folder'],
  [2, 'mysql://localhost/x', '--from must be sqlite:FOLDER'],
  [1, 'postgres://127.0.0.1:1/x', 'The database 127.0.0.1:1/x cannot be used'],
])(
  'exit code %i: the source %s is refused, and no target is made',
  async (exitCode, from, sentence) => {
    const targetDir = freshFolder()
    const { code, report } = await migrate(from, `sqlite:${targetDir}`)
    expect([code, report.error]).toEqual([exitCode, expect.stringContaining(sentence)])
    expect(existsSync(targetDir)).toBe(false)
  },
)

test('both stores show the same tables, columns and keys', async () => {
  const side = await openPostgresTarget(await postgres.createDatabase())
  expect(side.relations).toEqual(freshRelations())
  await side.close()
})
