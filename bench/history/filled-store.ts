/** A store with millions of finished deliveries: made, or found where an earlier run left it. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Home, makeHome, newKeys, removeHome, tell, withWorld } from '../bench-world.ts'
import { monotonicMs } from '../monotonic.ts'
import { closePostgres, postgres, type StoreName, useKeptPostgres } from '../stores.ts'
import { fillPostgres } from './fill-postgres.ts'
import { fillSqlite } from './fill-sqlite.ts'
import { createOwners, type Owners } from './owners.ts'
import { HistoryRows, type Past, SPAN_MS } from './rows.ts'

export interface FilledStore extends Owners {
  home: Home
  past: Past
}

interface FilledOptions {
  store: StoreName
  deliveries: number
  keepDir: string | null
}

/** On disk while it is filled, the sorting of its indexes included. */
const BYTES_EACH = 5_500
const DAY_MS = 86_400_000
/** Another one for another past: one that was kept has no answers to questions that came later. */
const PAST = 4

/** Gives `use` the store; removes it afterwards, unless it is kept. */
export async function withFilledStore<T>(
  options: FilledOptions,
  use: (filled: FilledStore) => Promise<T>,
): Promise<T> {
  const { store, deliveries, keepDir } = options
  if (keepDir !== null) {
    return withKeptStore(join(keepDir, `history-${PAST}-${store}-${deliveries}`), options, use)
  }
  const home = await makeHome(store)
  try {
    assertRoom(home.dataDir, deliveries)
    return await use(await fill(home, options))
  } finally {
    await removeHome(home)
  }
}

async function withKeptStore<T>(
  folder: string,
  options: FilledOptions,
  use: (filled: FilledStore) => Promise<T>,
): Promise<T> {
  const isPostgres = options.store === 'postgres'
  const record = join(folder, 'filled.json')
  const found = existsSync(record)
  if (!found) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    assertRoom(folder, options.deliveries)
  }
  // PostgreSQL's own user must get through to its folder.
  chmodSync(folder, 0o755)
  if (isPostgres) await useKeptPostgres(join(folder, 'postgres'))
  try {
    return await use(await (found ? readFilled(record) : fillKept(folder, record, options)))
  } finally {
    if (isPostgres) await closePostgres()
  }
}

async function fillKept(
  folder: string,
  record: string,
  options: FilledOptions,
): Promise<FilledStore> {
  const databaseUrl = options.store === 'sqlite' ? null : await postgres().createDatabase()
  const home = { dataDir: join(folder, 'data'), ...newKeys(), databaseUrl }
  const filled = await fill(home, options)
  writeFileSync(record, JSON.stringify(filled), { mode: 0o600 })
  return filled
}

async function readFilled(record: string): Promise<FilledStore> {
  const filled = JSON.parse(readFileSync(record, 'utf8')) as FilledStore
  const { home } = filled
  tell(`found in ${record}`)
  if (home.databaseUrl === null) return filled
  return {
    ...filled,
    home: { ...home, databaseUrl: await postgres().findDatabase(home.databaseUrl) },
  }
}

async function fill(home: Home, { store, deliveries }: FilledOptions): Promise<FilledStore> {
  const startedAt = monotonicMs()
  const seconds = () => ((monotonicMs() - startedAt) / 1000).toFixed(0)
  const owners = await withWorld({ store, home, profileDir: null }, createOwners)
  const to = Date.now() - 60_000
  // As many a day as in thirty days, but none so old that it is about to be deleted.
  const past = { from: to - SPAN_MS + DAY_MS / 2, to }
  const filling = store === 'sqlite' ? fillSqlite(home) : await fillPostgres(home, past)
  let toldAt = 0
  await new HistoryRows(owners, filling.write).make(deliveries, past, async (made) => {
    await filling.pause()
    if (made < toldAt + deliveries / 5) return
    toldAt = made
    tell(`${made.toLocaleString('en')} deliveries written after ${seconds()} s`)
  })
  await filling.end()
  tell(`filled, indexes included, in ${seconds()} s`)
  return { home, ...owners, past }
}

function assertRoom(folder: string, deliveries: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const needed = deliveries * BYTES_EACH
  if (bavail * bsize > needed) return
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new Error(
    `${deliveries} deliveries take up to ${gigabytes(needed)} and ${gigabytes(bavail * bsize)} are free: use --history with fewer`,
  )
}
