/** A backup, or a database of PostgreSQL, from before the first release: what each command says. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { usePostgres } from '../../../../test/support/postgres.ts'
import { systemClock } from '../clock.ts'
import { SCHEMA_VERSION as OF_POSTGRES } from '../store/postgres/connection/migrations.ts'
import { openPostgresStore } from '../store/postgres/postgres-store.ts'
import { SCHEMA_VERSION as OF_SQLITE } from '../store/sqlite/file/migrations.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { run } from './run.ts'

const KEY = Buffer.alloc(32, 7)
const OLD = 8
const SAYS = /^The .* has schema 8, of a build from before [^\n]* empty store\.\n$/
const postgres = usePostgres()

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chatzuri old '))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function call(args: string[], settings: Record<string, string>) {
  let said = ''
  const env = {
    ENCRYPTION_KEY: KEY.toString('base64'),
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...settings,
  }
  const quiet = { write: () => {} }
  const stderr = {
    write: (text: string) => {
      said += text
    },
  }
  return [await run(args, { env, stdout: quiet, stderr }), said]
}

test('a backup is refused before there is a store', async () => {
  const folder = freshFolder()
  const [dataDir, file] = [join(folder, 'data'), join(folder, 'old.db')]
  const store = await openSqliteStore({
    dataDir,
    encryptionKey: KEY,
    clock: systemClock,
    mode: 'inline',
  })
  await store.close()
  expect((await call(['backup', file], { DATA_DIR: dataDir }))[0]).toBe(0)
  const db = new DatabaseSync(file)
  db.exec(`PRAGMA user_version = ${OLD};
    UPDATE meta SET value = json_set(value, '$.schema', ${OLD}) WHERE key = 'backup'`)
  db.close()
  const restored = join(folder, 'restored')
  const told = await call(['restore', file], { DATA_DIR: restored })
  expect(told).toEqual([1, expect.stringMatching(SAYS)])
  expect(existsSync(restored)).toBe(false)
})

test('a database of PostgreSQL is refused by the server and every command', async () => {
  const databaseUrl = await postgres.createDatabase()
  const store = await openPostgresStore({ databaseUrl, encryptionKey: KEY, clock: systemClock })
  await store.close()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  // As before erasures were remembered, and nodes told of their keys.
  await client.query(`UPDATE chatzuri_schema SET version = ${OLD};
    DROP TABLE erasures; ALTER TABLE nodes DROP COLUMN keys`)
  const settings = { DATABASE_URL: databaseUrl, ADMIN_KEY: 'key_0123456789abcdef' }
  const folder = `sqlite:${join(freshFolder(), 'data')}`
  for (const args of [
    ['serve'],
    ['keys', 'status'],
    ['keys', 'rotate'],
    ['hold'],
    ['erase', '--list'],
    ['erase', '--from-file', '/dev/null'],
    ['migrate', '--from', databaseUrl, '--to', folder],
  ]) {
    expect([args, ...(await call(args, settings))]).toEqual([args, 1, expect.stringMatching(SAYS)])
  }
  const { rows } = await client.query('SELECT version FROM chatzuri_schema')
  expect(rows).toEqual([{ version: OLD }])
})

test('a database of PostgreSQL that no server has used is told from an old one', async () => {
  const settings = {
    DATABASE_URL: await postgres.createDatabase(),
    ADMIN_KEY: 'key_0123456789abcdef',
  }
  for (const args of [['keys', 'status'], ['hold'], ['erase', '--list']]) {
    const told = await call(args, settings)
    expect(told).toEqual([1, expect.stringContaining('There is no Chatzuri store in the database')])
  }
})

test('the schema has one number, whichever the store', () => {
  expect(OF_SQLITE).toBe(OF_POSTGRES)
})
