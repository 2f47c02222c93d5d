import { systemClock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Config } from '../settings/config.ts'
import type { Keys } from '../settings/keys.ts'
import { openPostgresStore } from '../store/postgres/postgres-store.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'

interface OpenStoreOptions {
  config: Config
  keys: Keys
  log: Log
  metrics: Pick<Metrics, 'committed'>
  /** The store has died, and with it what this process is good for. */
  onFatal(sentence: string): void
}

/** `DATABASE_URL` is the only switch: nothing behind this function knows which store it has. */
export function openStore({
  config,
  keys,
  log,
  metrics,
  onFatal,
}: OpenStoreOptions): Promise<Store> {
  const { dataDir, databaseUrl, roles } = config
  const { seals: encryptionKey, opens: openingKeys } = keys.encryption
  const shared = { encryptionKey, openingKeys, clock: systemClock, log }
  if (databaseUrl !== null) {
    return openPostgresStore({ ...shared, databaseUrl, nodeRoles: roles })
  }
  return openSqliteStore({
    ...shared,
    dataDir,
    mode: 'threads',
    onCommitted: (durationMs) => metrics.committed(durationMs / 1000),
    onDied: ({ message }) => onFatal(message),
  })
}
