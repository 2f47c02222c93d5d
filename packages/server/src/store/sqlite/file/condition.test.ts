import {
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { manualClock } from '../../../../test/manual-clock.ts'
import { freshFolder, openHere, openWithEngine } from '../../../../test/sqlite/folder.ts'
import { StoreDamaged, StoreUnavailable } from '../../../errors.ts'

const LOSSES: [string, (folder: string) => void][] = [
  ['moved away', (folder) => renameSync(folder, `${folder} elsewhere`)],
  ['deleted', (folder) => rmSync(folder, { recursive: true })],
  ['replaced by a copy', (folder) => replaceByCopy(folder)],
  ['without its log', (folder) => rmSync(join(folder, 'chatzuri.db-wal'))],
  ['without its database', (folder) => rmSync(join(folder, 'chatzuri.db'))],
  ['cut short', (folder) => truncateSync(join(folder, 'chatzuri.db'))],
]

test.each(LOSSES)('a folder that is %s is not written to any more', async (_, lose) => {
  const { world, store, dataDir } = await openWithEngine()
  const chatbot = await world.chatbot()
  lose(dataDir)
  await expect(store.accept(world.acceptInput(chatbot.id))).rejects.toThrow(StoreUnavailable)
  await expect(store.ping()).rejects.toThrow(/moved, deleted or replaced|cut short/)
  expect(await store.findApiKey('none')).toBeNull()
})

test('a VACUUM by another program beside a running server is no loss', async () => {
  const { world, store, dataDir } = await openWithEngine()
  const chatbot = await world.chatbot()
  const path = join(dataDir, 'chatzuri.db')
  const other = new DatabaseSync(path, { timeout: 1_000 })
  other.exec('CREATE TABLE room (bytes BLOB); INSERT INTO room VALUES (zeroblob(1000000))')
  other.exec('DROP TABLE room; PRAGMA wal_checkpoint(TRUNCATE)')
  await world.accept(chatbot.id)
  const before = statSync(path).size
  other.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
  other.close()
  expect(statSync(path).size).toBeLessThan(before - 900_000)
  await world.accept(chatbot.id)
  await store.ping()
  truncateSync(path, statSync(path).size - 4_096)
  await expect(store.accept(world.acceptInput(chatbot.id))).rejects.toThrow(/cut short/)
})

// SQLite deletes its log by its name, but only of a database that it finds unmoved.
test('closing a store whose folder was replaced leaves the log of what is there now', async () => {
  const { world, store, dataDir } = await openWithEngine()
  const chatbot = await world.chatbot()
  await world.accept(chatbot.id)
  replaceByCopy(dataDir)
  const log = join(dataDir, 'chatzuri.db-wal')
  const before = readFileSync(log)
  expect(before.length).toBeGreaterThan(0)
  await store.close()
  expect(readFileSync(log)).toEqual(before)
  const copy = await openHere(dataDir)
  expect(await copy.getChatbot(chatbot.id)).toMatchObject({ id: chatbot.id })
})

test('what only reading finds damaged ends the writing, too; the rest is still read', async () => {
  const dataDir = freshFolder()
  const { world, store, engine } = await openWithEngine(dataDir)
  const chatbot = await world.chatbot()
  await store.accept(world.acceptInput(chatbot.id))
  const page = Number(engine.db.prepare(ROOT_PAGE).get('attempts_by_delivery')?.rootpage)
  await store.close()
  damage(join(dataDir, 'chatzuri.db'), page)

  const again = await openHere(dataDir)
  const [delivery] = await again.listDeliveries({}, { limit: 1, after: null })
  await expect(again.getDelivery(delivery?.id ?? '')).rejects.toThrow(StoreDamaged)
  await expect(again.accept(world.acceptInput(chatbot.id))).rejects.toThrow(/damaged/)
  await expect(again.ping()).rejects.toThrow(StoreDamaged)
  expect(await again.getChatbot(chatbot.id)).toMatchObject({ id: chatbot.id })
})

test('in a damaged store nothing is wiped any more, which was written past the queue', async () => {
  const dataDir = freshFolder()
  const path = join(dataDir, 'chatzuri.db')
  const { world, store: before, engine } = await openWithEngine(dataDir)
  const event = world.leadEvent()
  await before.accept(world.acceptInput((await world.chatbot()).id, { events: [event] }))
  const page = Number(engine.db.prepare(ROOT_PAGE).get('audit_by_actor')?.rootpage)
  await before.close()
  damage(path, page)

  const clock = manualClock()
  const store = await openHere(dataDir, { clock })
  // In the way of the log's end: what was erased stays in it, and is to be wiped.
  const reader = new DatabaseSync(path, { readOnly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM leads').get()
  expect(await store.eraseLead(event.lead?.id ?? '', 'request')).toBe(true)
  const audit = store.listAudit({ actor: 'root' }, { limit: 1, after: null })
  await expect(audit).rejects.toThrow(StoreDamaged)
  reader.exec('COMMIT')
  reader.close()
  const log = statSync(`${path}-wal`).size
  await clock.pass(5_000)
  expect(statSync(`${path}-wal`).size).toBe(log)
})

test('once work was refused, a probe that is smaller than it does not make the store ready', async () => {
  const { world, store, engine } = await openWithEngine()
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  const ping = async () => {
    await world.advance(30_000)
    await store.ping()
  }
  await ping()
  const pages = Number(engine.db.prepare('PRAGMA page_count').get()?.page_count)
  // Room for the usual probe, and not for this lead.
  engine.db.exec(`PRAGMA max_page_count = ${pages + 20}`)
  await ping()
  const large = world.leadEvent({ customerName: 'x'.repeat(400_000) })
  const input = world.acceptInput(chatbot.id, { events: [large] })
  await expect(store.accept(input)).rejects.toThrow('the disk is full')
  // At once, whatever the last probe said.
  await expect(store.ping()).rejects.toThrow('the disk is full')
  await store.setWebhookState(webhook.id, 'paused', null)
  await expect(ping()).rejects.toThrow('the disk is full')
  engine.db.exec('PRAGMA max_page_count = 1000000')
  await ping()
  expect(await store.accept(input)).toMatchObject({ kind: 'accepted' })
})

test('a probe that finds no room refuses nothing beside it that has room', async () => {
  const { world, store, engine } = await openWithEngine()
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  const pages = Number(engine.db.prepare('PRAGMA page_count').get()?.page_count)
  engine.db.exec(`PRAGMA max_page_count = ${pages + 20}`)
  const large = world.leadEvent({ customerName: 'x'.repeat(400_000) })
  const input = world.acceptInput(chatbot.id, { events: [large] })
  await expect(store.accept(input)).rejects.toThrow('the disk is full')
  const probe = store.ping()
  const beside = [
    store.renewLease(world.nodeId, 10_000),
    store.setWebhookState(webhook.id, 'paused', null),
    store.accept(world.acceptInput(chatbot.id)),
  ]
  await expect(probe).rejects.toThrow('the disk is full')
  expect(await Promise.all(beside)).toMatchObject([true, { state: 'paused' }, { kind: 'accepted' }])
})

test('however many ask whether it is ready, a second has one probe', async () => {
  const { world, store, engine } = await openWithEngine()
  const size = () => engine.db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.log
  await store.ping()
  const before = size()
  for (let asked = 0; asked < 100; asked++) await store.ping()
  expect(size()).toBe(before)
  await world.advance(1_000)
  await store.ping()
  expect(size()).not.toBe(before)
})

// SQLite leaves a page alone whose bytes would be the same: a probe must change each of its own.
test('a probe of the size of work needs room for all of it, each time', async () => {
  const { world, store, dataDir } = await openWithEngine()
  const log = join(dataDir, 'chatzuri.db-wal')
  for (let asked = 0; asked < 3; asked++) {
    const before = statSync(log).size
    await store.ping()
    expect(statSync(log).size - before).toBeGreaterThan(131_072)
    await world.advance(30_000)
  }
})

const ROOT_PAGE = 'SELECT rootpage FROM sqlite_schema WHERE name = ?'

function damage(path: string, page: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, (page - 1) * 4_096)
  closeSync(file)
}

function replaceByCopy(folder: string): void {
  cpSync(folder, `${folder} copy`, { recursive: true })
  renameSync(folder, `${folder} before`)
  renameSync(`${folder} copy`, folder)
}
