/**
 * A fresh database for a peer: on the PostgreSQL that TEST_DATABASE_URL names, or on one of our own,
 * with what an operator sets for an SSD and 4 GB. Commits are synced, as they come.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { OwnPostgres } from '../../test/support/postgres.ts'
import type { StoreServer } from './store-server.ts'

const SETTINGS = {
  shared_buffers: '1GB',
  effective_cache_size: '3GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
}
const DATABASE = 'chatzuri_bench_peer'

export async function startPostgres(): Promise<StoreServer> {
  const given = process.env.TEST_DATABASE_URL
  return given ? databaseOn(given) : ownServer()
}

async function ownServer(): Promise<StoreServer> {
  const server = new OwnPostgres(SETTINGS)
  const url = await server.createDatabase()
  return { url, pid: await mainProcess(url), stop: () => server.close() }
}

async function databaseOn(serverUrl: string): Promise<StoreServer> {
  const drop = `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`
  await query(serverUrl, drop)
  await query(serverUrl, `CREATE DATABASE ${DATABASE}`)
  const made = new URL(serverUrl)
  made.pathname = `/${DATABASE}`
  const url = made.href
  return {
    url,
    pid: await mainProcess(url),
    async stop() {
      await query(serverUrl, drop)
    },
  }
}

/** The first line of a file in its data folder; null where that folder can't be read. */
async function mainProcess(url: string): Promise<number | null> {
  try {
    const [row] = await query(url, 'SHOW data_directory')
    const folder = String(row?.data_directory)
    return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return null
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
