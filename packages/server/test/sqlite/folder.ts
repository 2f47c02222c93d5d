import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { systemRandom } from '../../src/random.ts'
import { makeFolder } from '../../src/store/sqlite/file/database.ts'
import {
  openOver,
  openSqliteStore,
  type SqliteStoreOptions,
} from '../../src/store/sqlite/sqlite-store.ts'
import { openInline } from '../../src/store/sqlite/thread/inline.ts'
import { StoreWorld } from '../conformance/store-world.ts'
import { manualClock } from '../manual-clock.ts'

export const KEY = Buffer.alloc(32, 7)

/** A folder that is not there yet, in one with a space in its name; gone after the test. */
export function freshFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'chatzuri files '))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  return join(parent, 'data')
}

/** A store in this thread that is closed after the test. */
export async function openHere(dataDir: string, values: Partial<SqliteStoreOptions> = {}) {
  const clock = manualClock()
  const store = await openSqliteStore({
    dataDir,
    clock,
    encryptionKey: KEY,
    mode: 'inline',
    ...values,
  })
  onTestFinished(() => store.close().catch(() => undefined))
  return store
}

/** A store in this thread with its engine in the test's hands, and a world around it. */
export async function openWithEngine(dataDir = freshFolder()) {
  const clock = manualClock()
  makeFolder(dataDir)
  const inline = openInline({ dataDir, clock, random: systemRandom })
  const options = { dataDir, encryptionKey: KEY, clock, log: silentLog, mode: 'inline' } as const
  const store = await openOver(inline, options)
  onTestFinished(() => store.close().catch(() => undefined))
  const nothing = () => Promise.reject(new Error('this store is not opened again'))
  const harness = { store, clock, advance: clock.advance, reopen: nothing, close: nothing }
  const world = new StoreWorld(harness)
  await world.join()
  return { dataDir, clock, engine: inline.engine, store, world }
}
