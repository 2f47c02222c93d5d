import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStore, type OpenStore } from '../../../test/conformance/conformance.ts'
import { manualClock } from '../../../test/manual-clock.ts'
import { systemClock } from '../../clock.ts'
import { openSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'

const encryptionKey = Buffer.alloc(32, 7)

function opener(mode: SqliteStoreOptions['mode']): OpenStore {
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

describeStore('SQLite, inline', opener('inline'))
describeStore('SQLite, in threads', opener('threads'), { movesTime: false })
