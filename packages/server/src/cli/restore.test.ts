/** Backup and restore without a server: what is refused, and what is in the files. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { StoreWorld } from '../../test/conformance/store-world.ts'
import { systemClock } from '../clock.ts'
import { openPostgresStore } from '../store/postgres/postgres-store.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'
import { run } from './run.ts'

const KEY = Buffer.alloc(32, 7)
const OTHER_KEY = Buffer.alloc(32, 8)
const postgres = usePostgres()

function worldOf(store: Store): StoreWorld {
  const nothing = () => Promise.reject(new Error('this world stands still'))
  const clock = systemClock
  return new StoreWorld({ store, clock, advance: nothing, reopen: nothing, close: nothing })
}

function openStore(dataDir: string, encryptionKey = KEY): Promise<Store> {
  return openSqliteStore({ dataDir, encryptionKey, clock: systemClock, mode: 'inline' })
}

/** A store with a webhook and a lead that waits, closed; its key in a file. */
async function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri restore '))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const dataDir = join(folder, 'data')
  const store = await openStore(dataDir)
  const world = worldOf(store)
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  await world.accept(chatbot.id, { events: [world.leadEvent()], lease: null })
  await store.close()
  writeFileSync(join(dataDir, 'encryption-key'), KEY.toString('base64'), { mode: 0o600 })
  const at = (name: string) => join(folder, name)
  return { folder, dataDir, webhook, at, file: at('backup.db'), keyFile: at('keys') }
}

interface Settings {
  dataDir: string
  key?: Buffer
  settings?: Record<string, string>
}

async function call(args: string[], { dataDir, key, settings = {} }: Settings) {
  const written = { out: '', err: '' }
  const code = await run([...args, '--json'], {
    env: {
      DATA_DIR: dataDir,
      ...settings,
      ...(key ? { ENCRYPTION_KEY: key.toString('base64') } : {}),
    },
    stdout: {
      write: (text: string) => {
        written.out += text
      },
    },
    stderr: {
      write: (text: string) => {
        written.err += text
      },
    },
  })
  const said = written.err.trimEnd().split('\n').at(-1) ?? ''
  return { code, report: JSON.parse(written.out), said }
}

async function refused(args: string[], settings: Settings, says: string): Promise<void> {
  const { code, report, said } = await call(args, settings)
  expect([code === 0, said]).toEqual([false, expect.stringContaining(says)])
  expect(report).toEqual({ kind: 'failed', exitCode: code, error: said })
}

test('a backup is one file of plain SQLite for its owner’s eyes, and the keys are not in it', async () => {
  const { folder, dataDir, file, keyFile } = await setup()
  const { code, report } = await call(['backup', file, '--key-file', keyFile], { dataDir })
  expect(code).toBe(0)
  expect(report).toMatchObject({ file, keyFile, waiting: 1, bytes: statSync(file).size })
  const db = new DatabaseSync(file, { readOnly: true })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
  expect(db.prepare('SELECT count(*) AS count FROM leads').get()?.count).toBe(report.tables.leads)
  db.close()
  expect(readdirSync(folder).toSorted()).toEqual(['backup.db', 'data', 'keys'])
  for (const path of [file, keyFile]) expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(file).includes(KEY)).toBe(false)
  expect(readFileSync(file).includes(KEY.toString('base64'))).toBe(false)
  // The next night, with the same key.
  const again = await call(['backup', `${file}.2`, '--key-file', keyFile], { dataDir })
  expect(again.code).toBe(0)
})

test('what a backup can’t do is one sentence, and changes nothing', async () => {
  const { folder, dataDir, at, file, keyFile } = await setup()
  const before = readdirSync(folder)
  await refused(['backup'], { dataDir }, 'needs the name of a file')
  await refused(['backup', 'a', 'b'], { dataDir }, '"b" is one argument too many')
  await refused(['backup', file, '--keyfile', 'x'], { dataDir }, 'Did you mean --key-file?')
  await refused(['backup', file, '--key-file', file], { dataDir }, 'are two files')
  await refused(['backup', file, '--key-file', at('no/key')], { dataDir }, 'is not there')
  await refused(['backup', at('no/folder')], { dataDir }, 'is not there')
  await refused(['backup', at('b')], { dataDir: at('none') }, 'no Chatzuri database')
  writeFileSync(file, 'mine')
  await refused(['backup', file], { dataDir }, 'is not overwritten')
  expect(readFileSync(file, 'utf8')).toBe('mine')
  rmSync(file)
  await refused(['backup', file, '--key-file', keyFile], { dataDir, key: OTHER_KEY }, 'no key')
  writeFileSync(keyFile, 'other')
  await refused(['backup', file, '--key-file', keyFile], { dataDir }, 'is not overwritten')
  rmSync(keyFile)
  expect(readdirSync(folder)).toEqual(before)
  const settings = {
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
    ADMIN_KEY: 'key_0123456789abcdef',
  }
  await refused(['backup', file], { dataDir, key: KEY, settings }, 'pg_dump --format=custom')
  await refused(['restore', file], { dataDir, key: KEY, settings }, 'pg_restore')
})

test('what can go wrong with a restore is told before there is a store', async () => {
  const { dataDir, at, file, keyFile } = await setup()
  await call(['backup', file, '--key-file', keyFile], { dataDir })
  const empty = { dataDir: at('empty') }
  await refused(['restore'], empty, 'needs the name of a backup')
  await refused(['restore', at('nothing')], empty, 'There is no file')
  await refused(['restore', file], empty, '--key-file PATH, or in ENCRYPTION_KEY')
  await refused(['restore', file], { ...empty, key: OTHER_KEY }, 'is not the key that')
  await refused(['restore', keyFile], { ...empty, key: KEY }, 'is no backup')
  const database = join(dataDir, 'chatzuri.db')
  await refused(['restore', database], { ...empty, key: KEY }, 'is no backup')
  expect(existsSync(empty.dataDir)).toBe(false)
  await refused(['restore', file], { dataDir }, 'is not empty (chatzuri.db)')
  const store = await openStore(dataDir)
  await refused(['restore', file], { dataDir }, 'is in use')
  await store.close()
})

test('a damaged backup is no store', async () => {
  const { dataDir, at, file } = await setup()
  await call(['backup', file], { dataDir })
  const bytes = readFileSync(file)
  const target = { dataDir: at('target'), key: KEY }
  for (let page = 1; page < bytes.length / 4_096; page += 7) {
    const from = page * 4_096
    writeFileSync(at('damaged'), Buffer.from(bytes).fill(0xee, from, from + 4_096))
    const { code } = await call(['restore', at('damaged')], target)
    // A page that is in no table has nothing to lose.
    if (code !== 0) expect(existsSync(join(target.dataDir, 'chatzuri.db')), `${page}`).toBe(false)
    else rmSync(target.dataDir, { recursive: true })
  }
  writeFileSync(at('short'), bytes.subarray(0, bytes.length >> 1))
  await refused(['restore', at('short')], target, 'is damaged')
  const db = new DatabaseSync(file)
  db.exec('DELETE FROM leads')
  db.close()
  await refused(['restore', file], target, 'it has 0 rows of 1')
  expect(readdirSync(target.dataDir)).toEqual(['lock.db'])
})

test('the key comes from its file, from the environment, or from the folder', async () => {
  const { dataDir, webhook, at, file, keyFile } = await setup()
  await call(['backup', file, '--key-file', keyFile], { dataDir })
  const own = at('own')
  mkdirSync(own)
  copyFileSync(join(dataDir, 'encryption-key'), join(own, 'encryption-key'))
  const ways: [string, string[], Buffer?][] = [
    ['by file', ['--key-file', keyFile]],
    ['by key', ['--key-file', join(dataDir, 'encryption-key')]],
    ['by environment', [], KEY],
    ['own', []],
  ]
  for (const [name, args, key] of ways) {
    const place = { dataDir: at(name), ...(key ? { key } : {}) }
    expect((await call(['restore', file, ...args], place)).said, name).not.toContain('key')
    const files = readdirSync(at(name)).toSorted()
    expect(files).toEqual([
      'chatzuri.db',
      ...(key ? [] : ['encryption-key']),
      'lock.db',
      'store-was-made',
    ])
    for (const each of files) expect(statSync(join(at(name), each)).mode & 0o077, each).toBe(0)
    const store = await openStore(at(name))
    expect(await store.getWebhook(webhook.id)).toMatchObject({ secret: webhook.secret })
    await store.close()
  }
  const other = at('other')
  mkdirSync(other)
  writeFileSync(join(other, 'encryption-key'), OTHER_KEY.toString('base64'))
  await refused(
    ['restore', file, '--key-file', keyFile],
    { dataDir: other },
    'another key than that of --key-file',
  )
})

test('without its key no command makes another one for a store that has data', async () => {
  const { dataDir, at } = await setup()
  const path = join(dataDir, 'encryption-key')
  rmSync(path)
  writeFileSync(at('list'), '')
  await refused(['hold'], { dataDir }, 'put the file encryption-key back')
  await refused(['erase', '--from-file', at('list')], { dataDir }, 'put the file encryption-key')
  await refused(['keys', 'rotate'], { dataDir }, 'is in no file there')
  await refused(['hold'], { dataDir: at('none') }, 'There is no Chatzuri database')
  expect([existsSync(path), existsSync(at('none'))]).toEqual([false, false])
})

test('a rotation of keys does not shut out an older backup: its keys are beside it', async () => {
  const { dataDir, webhook, at, file, keyFile } = await setup()
  await call(['backup', file, '--key-file', keyFile], { dataDir })
  expect((await call(['keys', 'rotate'], { dataDir })).code).toBe(0)
  const newKey = ['--key-file', join(dataDir, 'encryption-key')]
  const target = { dataDir: at('target') }
  await refused(['restore', file, ...newKey], target, 'is not the key that')
  expect((await call(['restore', file, '--key-file', keyFile], target)).code).toBe(0)
  const store = await openStore(target.dataDir)
  expect(await store.getWebhook(webhook.id)).toMatchObject({ secret: webhook.secret })
  await store.close()
  // A snapshot that was sealed before the rotation ended finds its key among the retired ones.
  const between = await call(['backup', at('old.db'), '--key-file', at('old-keys')], target)
  expect(between.code).toBe(0)
})

test('hold pauses what is active or takes a listener in a database of PostgreSQL, unless a server runs on it', async () => {
  const databaseUrl = await postgres.createDatabase()
  const options = { databaseUrl, encryptionKey: KEY, clock: systemClock }
  const store = await openPostgresStore(options)
  const world = worldOf(store)
  const chatbot = await world.chatbot()
  const active = await world.webhook(chatbot.id)
  const paused = await world.webhook(chatbot.id)
  await store.setWebhookState(paused.id, 'paused', 'By its owner.')
  const away = await world.webhook(chatbot.id, { listen: { temporary: false } })
  await world.accept(chatbot.id, { events: [world.leadEvent()], lease: null })
  await store.close()
  const settings = { DATABASE_URL: databaseUrl, ADMIN_KEY: 'key_0123456789abcdef' }
  const place = { dataDir: '/nowhere', key: KEY, settings }
  const server = await openPostgresStore({ ...options, nodeRoles: ['api'] })
  await server.joinNode('node_1', 60_000)
  await refused(['hold'], place, 'hold is for a store that was restored')
  await server.leaveNode('node_1')
  await server.close()
  const { code, report, said } = await call(['hold'], place)
  expect([code, report], said).toEqual([0, { kind: 'held', webhooks: 2, waiting: 3 }])
  const after = await openPostgresStore(options)
  // Whoever listens again by itself, as a program does when the server is back, gets nothing yet.
  const listener = { webhookId: away.id, listenerId: 'lsn_1', leaseMs: 60_000 }
  expect(await after.joinListener(listener)).toMatchObject({ state: 'paused' })
  expect(await after.getWebhook(active.id)).toMatchObject({
    state: 'paused',
    stateReason: expect.stringContaining('Held after a restore'),
  })
  expect(await after.getWebhook(paused.id)).toMatchObject({ stateReason: 'By its owner.' })
  const states = await after.listDeliveries({}, { limit: 10, after: null })
  expect(states.map(({ state }) => state)).toEqual(['parked', 'parked', 'parked'])
  await after.close()
})
