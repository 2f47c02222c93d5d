/** A fresh database for a peer, on the PostgreSQL that the tests run on, with default settings. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { OwnPostgres } from '../../test/support/postgres.ts'
import type { StoreServer } from './store-server.ts'

const DATABASE = 'chatzuri_bench_peer'

export async function startPostgres(): Promise<StoreServer> {
  const given = process.env.TEST_DATABASE_URL
  return given ? databaseOn(given) : ownServer()
}

async function ownServer(): Promise<StoreServer> {
  const server = new OwnPostgres()
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
