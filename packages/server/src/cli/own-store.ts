/** The store that a server with these settings has, for a command that works on it by itself. */
import { existsSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Config } from '../settings/config.ts'
import { findEncryptionKeys } from '../settings/keys.ts'
import type { EncryptionKeys } from '../store/desk.ts'
import { openPostgresStore } from '../store/postgres/postgres-store.ts'
import { databasePath } from '../store/sqlite/file/database.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'

interface OwnStore {
  store: Store
  encryption: EncryptionKeys
}

/** Throws `StartError` as a server's start does; an embedded store is opened by one program only. */
export async function openOwnStore(config: Config): Promise<OwnStore> {
  const { databaseUrl, dataDir } = config
  if (databaseUrl === null && !existsSync(databasePath(dataDir))) {
    throw new StartError(`There is no Chatzuri database in the folder ${dataDir}.`)
  }
  const encryption = findEncryptionKeys(config)?.encryption
  if (!encryption) {
    throw new StartError(
      `There is no encryption key in the folder ${dataDir}: put the file encryption-key back there, or set ENCRYPTION_KEY.`,
    )
  }
  const shared = {
    encryptionKey: encryption.seals,
    openingKeys: encryption.opens,
    clock: systemClock,
    log: createLog('silent'),
  }
  const store =
    databaseUrl === null
      ? await openSqliteStore({ ...shared, dataDir, mode: 'inline' })
      : await openPostgresStore({ ...shared, databaseUrl, nodeRoles: [] })
  return { store, encryption }
}
