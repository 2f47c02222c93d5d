/**
 * The stores that the server is measured on. PostgreSQL is the one that TEST_DATABASE_URL names, or
 * one of our own for the whole run, with the settings below and all else as it comes: what an
 * operator sets on a machine with 4 GB for the database and an SSD. Commits are synced.
 */
import { tmpdir } from 'node:os'
import { openPostgres, type PostgresServer } from '../test/support/postgres-server.ts'
import { onCleanUp, watch, watchFolder } from './cleaning.ts'
import { diskFolder } from './disk-folder.ts'
import { canReadUsage, treeCpuSeconds } from './process-usage.ts'

export const STORES = ['sqlite', 'postgres'] as const
export type StoreName = (typeof STORES)[number]

const POSTGRES_SETTINGS = {
  shared_buffers: '1GB',
  effective_cache_size: '3GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
}

let server: PostgresServer | null = null

/** One for the whole run; each world has a database of its own on it. */
export function postgres(): PostgresServer {
  server ??= startPostgres()
  return server
}

/** CPU time of the database's own processes; NaN where nobody can tell. */
export function databaseCpuSeconds(): number {
  const pid = server?.pid ?? null
  return pid === null || !canReadUsage() ? Number.NaN : treeCpuSeconds(pid)
}

/** Until it is closed, PostgreSQL is one of our own in this folder, which stays. */
export async function useKeptPostgres(keptFolder: string): Promise<void> {
  if (process.env.TEST_DATABASE_URL) {
    throw new Error('--keep leaves the folder of our own PostgreSQL: unset TEST_DATABASE_URL')
  }
  await closePostgres()
  server = startPostgres(keptFolder)
}

export async function closePostgres(): Promise<void> {
  const open = server
  server = null
  await open?.close()
}

function startPostgres(keptFolder?: string): PostgresServer {
  onCleanUp(closePostgres)
  return openPostgres({
    settings: POSTGRES_SETTINGS,
    parent: diskFolder() ?? tmpdir(),
    ...(keptFolder === undefined ? {} : { keptFolder }),
    onSpawn: watch,
    onFolder: watchFolder,
  })
}
