import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { StartError } from '../../src/errors.ts'
import { databasePath } from '../../src/store/sqlite/file/database.ts'
import { SCHEMA_VERSION } from '../../src/store/sqlite/file/migrations.ts'
import { NO_CONTEXT } from '../../src/wants/formats.ts'
import { freshFolder, openHere, openWithEngine } from './folder.ts'

function modes(dataDir: string): Record<string, string> {
  const names = readdirSync(dataDir)
  return Object.fromEntries(
    names.map((name) => [name, (statSync(join(dataDir, name)).mode & 0o777).toString(8)]),
  )
}

/** Every byte of every file of the folder. */
function allBytes(dataDir: string): string {
  return readdirSync(dataDir)
    .map((name) => readFileSync(join(dataDir, name)).toString('latin1'))
    .join('\n')
}

test('the folder and every file in it are their owner’s alone, whatever the umask', async () => {
  const dataDir = freshFolder()
  const umask = process.umask(0)
  onTestFinished(() => void process.umask(umask))
  const store = await openHere(dataDir)
  await store.ping()
  expect((statSync(dataDir).mode & 0o777).toString(8)).toBe('700')
  expect(modes(dataDir)).toEqual({
    'chatzuri.db': '600',
    'chatzuri.db-shm': '600',
    'chatzuri.db-wal': '600',
    'lock.db': '600',
    'store-was-made': '600',
  })
})

test('a database of a newer version is refused in one sentence and left alone', async () => {
  const dataDir = freshFolder()
  const store = await openHere(dataDir)
  await store.close()
  const db = new DatabaseSync(databasePath(dataDir))
  db.exec('PRAGMA user_version = 99')
  db.close()
  for (const mode of ['inline', 'threads'] as const) {
    const refused = await openHere(dataDir, { mode }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StartError)
    expect(String(refused)).toContain(
      `${dataDir} was written by a newer version of Chatzuri (schema 99; this one knows ${SCHEMA_VERSION})`,
    )
  }
})

test('a database is opened only with the key that it was written with', async () => {
  const dataDir = freshFolder()
  const store = await openHere(dataDir)
  await store.close()
  for (const mode of ['inline', 'threads'] as const) {
    const encryptionKey = Buffer.alloc(32, 8)
    const refused = await openHere(dataDir, { mode, encryptionKey }).catch((e: unknown) => e)
    expect(refused).toBeInstanceOf(StartError)
    expect(String(refused)).toContain('ENCRYPTION_KEY')
  }
  await expect(openHere(dataDir)).resolves.toBeDefined()
})

test('this process cannot open a folder twice', async () => {
  const dataDir = freshFolder()
  const first = await openHere(dataDir)
  for (const mode of ['inline', 'threads'] as const) {
    const refused = await openHere(dataDir, { mode }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StartError)
    expect(String(refused)).toContain(`The folder ${dataDir} is in use`)
  }
  await first.ping()
  await first.close()
  await expect(openHere(dataDir)).resolves.toBeDefined()
})

test('a folder that another process holds is refused until that process is killed', async () => {
  const dataDir = freshFolder()
  const file = fileURLToPath(new URL('./hold-folder.ts', import.meta.url))
  const holder = spawn(process.execPath, [file, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  await expect(openHere(dataDir)).rejects.toThrow(StartError)
  // A refused opener must not have loosened the lock: POSIX locks go with any closed descriptor.
  await expect(openHere(dataDir)).rejects.toThrow('is in use by another Chatzuri server')
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await expect(openHere(dataDir)).resolves.toBeDefined()
})

test('no URL, header value or secret is readable in any file', async () => {
  const { dataDir, store, world } = await openWithEngine()
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id, {
    url: 'https://hidden-user:hidden-pass@hidden-host.example/hidden-path',
    headers: { 'x-api-key': 'hidden-value' },
    secret: 'hidden-secret-one',
  })
  await store.rotateSecret(webhook.id, { secret: 'hidden-secret-two', overlapMs: 1_000 })
  await store.updateWebhook(webhook.id, { url: 'https://hidden-other.example/' })
  const bytes = allBytes(dataDir)
  expect(bytes).toContain(webhook.id)
  expect(bytes).not.toContain('hidden')
})

test('an erased person is in no file any more', async () => {
  const { dataDir, store, world } = await openWithEngine()
  const chatbot = await world.chatbot()
  await world.webhook(chatbot.id)
  const event = world.leadEvent({
    customerEmail: 'trace@erased.example',
    customerName: 'Trace',
    consent: { given: true, text: 'Trace me?', at: 1, page: 'https://shop.example/trace' },
    extras: {
      custom: { trace: 'Trace' },
      context: { ...NO_CONTEXT, page: 'https://shop.example/trace', title: 'Trace' },
      channel: 'trace',
    },
  })
  const idempotency = { route: 'r', key: 'k', bodyHash: 'Trace', answer: 'Trace' }
  const claim = await world.claim(chatbot.id, { events: [event], idempotency })
  await world.record(claim, { kind: 'delivered' }, { attempt: { responseBody: 'Hi Trace' } })
  expect(allBytes(dataDir)).toMatch(/trace/i)
  await store.eraseLead(event.lead?.id ?? '', 'request')
  expect(allBytes(dataDir)).toContain(event.id)
  expect(allBytes(dataDir)).not.toMatch(/trace/i)
})

test('of many people who are erased in any order no trace stays, those who stay are there', async () => {
  const { dataDir, engine, store, world } = await openWithEngine()
  const chatbot = await world.chatbot()
  await world.webhook(chatbot.id)
  // Of very different lengths: pages are split, merged and overflow.
  const people = Array.from({ length: 600 }, (_, n) => {
    const mark = `mark-${n}-of`
    return {
      n,
      mark,
      lead: {
        conversationId: `${mark}-c`,
        customerName: `${mark} ${'x'.repeat((n * 37) % 900)}`,
        customerEmail: `${mark}@erased.example`,
        customerPhone: `${mark}-p`,
        consent: { given: true, text: `${mark}-t`, at: n, page: `https://a.b/${mark}` },
        extras: {
          custom: { note: `${mark}-x ${'z'.repeat((n * 71) % 1_300)}` },
          context: { ...NO_CONTEXT, title: `${mark}-y` },
          channel: 'website',
        },
      },
    }
  })
  const leadIds = new Map<number, string>()
  for (const { n, mark, lead } of people) {
    const event = world.leadEvent(lead)
    leadIds.set(n, event.lead?.id ?? '')
    const idempotency = { route: 'r', key: `k${n}`, bodyHash: `${mark}-h`, answer: `${mark}-a` }
    const claim = await world.claim(chatbot.id, { events: [event], idempotency })
    const body = `${mark}-b ${'y'.repeat((n * 53) % 2000)}`
    await world.record(claim, { kind: 'delivered' }, { attempt: { responseBody: body } })
  }
  const erased = people
    .filter(({ n }) => n % 7 !== 0)
    .sort((a, b) => ((a.n * 31) % 101) - ((b.n * 31) % 101))
  const marks = (bytes: string) =>
    new Set([...bytes.matchAll(/mark-(\d+)-of/g)].map((match) => Number(match[1])))
  expect(marks(allBytes(dataDir)).size).toBe(people.length)
  for (const { n } of erased) await store.eraseLead(leadIds.get(n) ?? '', 'request')
  // As it goes on by itself: a step with each commit.
  for (let step = 0; step < 20; step++) {
    await world.advance(1_000)
    await store.ping()
  }
  // Pages that were in memory are written again, and bring nothing back.
  for (let n = 0; n < 200; n++) {
    await world.accept(chatbot.id, { events: [world.leadEvent({ customerName: `later ${n}` })] })
  }
  expect(engine.db.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok')
  const left = marks(allBytes(dataDir))
  expect(erased.filter(({ n }) => left.has(n)).map(({ n }) => n)).toEqual([])
  expect(left.size).toBe(people.length - erased.length)
})

test('closing leaves one database file and an empty log', async () => {
  const dataDir = freshFolder()
  const store = await openHere(dataDir)
  await store.ping()
  await store.close()
  expect(readdirSync(dataDir).sort()).toEqual(['chatzuri.db', 'lock.db', 'store-was-made'])
  await expect(store.ping()).rejects.toThrow('closed')
})
