import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.ts'
import type { OpenStore } from '../conformance/conformance.ts'
import { manualClock } from '../manual-clock.ts'

const encryptionKey = Buffer.alloc(32, 7)

/** For the conformance suite. The threads have the system's clock, which nobody moves. */
export function opener(mode: SqliteStoreOptions['mode']): OpenStore {
  return async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri store '))
    const manual = manualClock()
    const clock = mode === 'inline' ? manual : systemClock
    const open = () => openSqliteStore({ dataDir, encryptionKey, clock, mode })
    let store = await open()
    return {
      store,
      clock,
      advance: manual.advance,
      async reopen() {
        await store.close()
        store = await open()
        return store
      },
      async close() {
        await store.close()
        rmSync(dataDir, { recursive: true })
      },
    }
  }
}
