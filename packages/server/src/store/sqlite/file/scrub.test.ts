import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { freshFolder, openHere } from '../../../../test/sqlite/folder.ts'
import { databasePath } from './database.ts'
import { unusedMiddle } from './scrub.ts'

const PAGE_BYTES = 4_096

/** A closed store, with a word in the unused middle of each page that has room for it. */
async function setup() {
  const dataDir = freshFolder()
  await (await openHere(dataDir)).close()
  const path = databasePath(dataDir)
  const file = readFileSync(path)
  let planted = 0
  for (let at = 0; at < file.length; at += PAGE_BYTES) {
    const gap = unusedMiddle(file.subarray(at, at + PAGE_BYTES), at === 0 ? 100 : 0)
    if (gap === null || gap.end - gap.start < 20) continue
    file.write('planted', at + gap.start + 5)
    file.write('planted', at + gap.end - 7)
    planted += 1
  }
  writeFileSync(path, file)
  const run = (sql: string) => {
    const db = new DatabaseSync(path)
    db.exec(sql)
    db.close()
  }
  const read = () => readFileSync(path).toString('latin1')
  return { dataDir, path, planted, run, read }
}

const UNFINISHED = `INSERT INTO meta (key, value) VALUES ('cleaning_since', 1)`

test('SQLite itself leaves what is in the unused part of a page', async () => {
  const { dataDir, planted, read } = await setup()
  expect(planted).toBeGreaterThan(10)
  await (await openHere(dataDir)).close()
  expect(read()).toContain('planted')
})

test('what was left to be wiped when the process was killed is wiped after the next start', async () => {
  const { dataDir, path, run, read } = await setup()
  run(UNFINISHED)
  const store = await openHere(dataDir)
  await store.ping()
  await store.close()
  expect(read()).not.toContain('planted')
  const db = new DatabaseSync(path)
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(db.prepare(`SELECT * FROM meta WHERE key = 'cleaning_since'`).all()).toEqual([])
  db.close()
})

test('while somebody reads an older state nothing is wiped, and later it is', async () => {
  const { dataDir, path, run, read } = await setup()
  run(UNFINISHED)
  const store = await openHere(dataDir)
  const reader = new DatabaseSync(path, { readOnly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM leads').get()
  await store.ping()
  expect(read()).toContain('planted')
  reader.exec('COMMIT')
  reader.close()
  await store.close()
  expect(read()).not.toContain('planted')
})

test('pages of other kinds, and such as can not be, have no unused middle', () => {
  const page = Buffer.alloc(PAGE_BYTES)
  expect(unusedMiddle(page, 0)).toBeNull()
  page[0] = 0x0d
  page.writeUInt16BE(10, 3)
  page.writeUInt16BE(4_000, 5)
  expect(unusedMiddle(page, 0)).toEqual({ start: 28, end: 4_000 })
  page.writeUInt16BE(5_000, 5)
  expect(unusedMiddle(page, 0)).toBeNull()
  page.writeUInt16BE(20, 5)
  expect(unusedMiddle(page, 0)).toBeNull()
})
