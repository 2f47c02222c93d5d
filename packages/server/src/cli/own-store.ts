/** The store that a server with these settings has, for a command that works on it by itself. */
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { StartError } from '../errors.ts'
import { loadEncryptionKeys } from '../keys.ts'
import { createLog } from '../log.ts'
import { systemRandom } from '../random.ts'
import { openPostgresStore } from '../store/postgres/postgres-store.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'

/** Throws `StartError` as a server's start does; an embedded store is opened by one program only. */
export function openOwnStore(config: Config): Promise<Store> {
  const { seals, opens } = loadEncryptionKeys(config, systemRandom).encryption
  const shared = {
    ...{ encryptionKey: seals, openingKeys: opens, clock: systemClock },
    log: createLog('silent'),
  }
  const { databaseUrl, dataDir } = config
  if (databaseUrl !== null) return openPostgresStore({ ...shared, databaseUrl, nodeRoles: [] })
  return openSqliteStore({ ...shared, dataDir, mode: 'inline' })
}

/** Runs a command: what an operator can mend is one sentence on stderr and exit code 1. */
export async function runCommand(asJson: boolean, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    const code = (error as { errcode?: unknown } | null)?.errcode
    const isKnown = error instanceof StartError || typeof code === 'number'
    if (!isKnown || !(error instanceof Error)) throw error
    if (asJson) console.log(JSON.stringify({ kind: 'failed', error: error.message }))
    console.error(error.message)
    process.exitCode = 1
  }
}
