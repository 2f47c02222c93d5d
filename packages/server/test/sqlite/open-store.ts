import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../../../test/support/until.ts'
import { systemClock } from '../../src/clock.ts'
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.ts'
import type { OpenStore } from '../conformance/conformance.ts'
import { manualClock } from '../manual-clock.ts'

const encryptionKey = Buffer.alloc(32, 7)

/** For the conformance suite. The threads have the system's clock, which is waited for, but not moved. */
export function opener(mode: SqliteStoreOptions['mode']): OpenStore {
  return async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'chatzuri store '))
    const manual = manualClock()
    const isInline = mode === 'inline'
    const clock = isInline ? manual : systemClock
    const open = () => openSqliteStore({ dataDir, encryptionKey, clock, mode })
    let store = await open()
    return {
      store,
      clock,
      advance: isInline ? manual.advance : passed,
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

async function passed(ms: number): Promise<void> {
  const at = systemClock.now() + ms
  await until(() => (systemClock.now() >= at ? true : null), {
    what: `${ms} ms to pass`,
    everyMs: 1,
  })
}
