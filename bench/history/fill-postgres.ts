/**
 * Fills a PostgreSQL whose servers are stopped: indexes are dropped, rows come by COPY in the order
 * of their ids, the indexes are made again from their own text, minutes are rolled up as upkeep does,
 * and VACUUM ANALYZE does what autovacuum does sooner or later in any database that lives.
 */
import pg from 'pg'
import { addMinutes } from '../../packages/server/src/store/rules/rollups.ts'
import type { Home } from '../bench-world.ts'
import { CopyIn } from './copy-in.ts'
import type { Fill } from './fill-sqlite.ts'
import { makePastPartitions } from './past-partitions.ts'
import type { Row } from './row.ts'
import { COLUMNS, type Past, type Table } from './rows.ts'
import { daysOf, NOTE_GIVEN_UP, ROLL_UP_SPAN } from './stats-minutes.ts'

const TABLES = Object.keys(COLUMNS) as Table[]
/** Of one message. */
const CHUNK_CHARACTERS = 256 * 1024

export async function fillPostgres({ databaseUrl }: Home, past: Past): Promise<Fill> {
  const client = await connect(databaseUrl)
  const indexes = await secondaryIndexes(client)
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`)
  await makePastPartitions(client, past)
  const copies = new Map<Table, TableCopy>()
  for (const table of TABLES) copies.set(table, await TableCopy.start(table, databaseUrl))
  return {
    write: (table, row) => copies.get(table)?.write(row),
    async pause() {
      for (const copy of copies.values()) await copy.flush()
    },
    async end() {
      for (const copy of copies.values()) await copy.end()
      for (const { sql } of indexes) await client.query(sql)
      await rollUp(client)
      await client.query(NOTE_GIVEN_UP)
      await client.query('VACUUM ANALYZE')
      await client.query('CHECKPOINT').catch(() => {}) // Not everybody may; it comes by itself.
      await client.end()
    },
  }
}

async function connect(databaseUrl: string | null): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl ?? '' })
  await client.connect()
  await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
  return client
}

async function rollUp(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ first: string; end: string }>(ROLL_UP_SPAN)
  const [first, end] = [Number(rows[0]?.first), Number(rows[0]?.end)]
  for (const day of daysOf({ first, end })) await client.query(addMinutes(['$1', '$2']), day)
  await client.query("UPDATE meta SET value = $1 WHERE key = 'stats_until'", [end])
}

/** One table, over a connection of its own. */
class TableCopy {
  readonly #client: pg.Client
  readonly #copy: CopyIn
  readonly #extra: string
  #text = ''

  private constructor(client: pg.Client, copy: CopyIn, extra: string) {
    this.#client = client
    this.#copy = copy
    this.#extra = extra
  }

  static async start(table: Table, databaseUrl: string | null): Promise<TableCopy> {
    // Counted in parts (schema.ts); the past is in one.
    const isSharded = table === 'stats_minutes'
    const columns = [...COLUMNS[table], ...(isSharded ? ['shard'] : [])]
    const client = await connect(databaseUrl)
    const copy = new CopyIn(`COPY ${table} (${columns.join(', ')}) FROM STDIN`)
    client.query(copy)
    await copy.started
    return new TableCopy(client, copy, isSharded ? '\t0\n' : '\n')
  }

  write(row: Row): void {
    this.#text += row.map(copyText).join('\t') + this.#extra
    if (this.#text.length > CHUNK_CHARACTERS) this.#send()
  }

  async flush(): Promise<void> {
    this.#send()
    await this.#copy.drained()
  }

  async end(): Promise<void> {
    this.#send()
    await this.#copy.end()
    await this.#client.end()
  }

  #send(): void {
    if (this.#text !== '') this.#copy.send(this.#text)
    this.#text = ''
  }
}

function copyText(value: Row[number]): string {
  if (value === null) return '\\N'
  return typeof value === 'number' ? String(value) : value.replace(/[\\\t\n\r]/g, escaped)
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escaped(character: string): string {
  return ESCAPES[character] ?? character
}

/** Those of the filled tables that no constraint stands for. */
async function secondaryIndexes(client: pg.Client): Promise<{ name: string; sql: string }[]> {
  const { rows } = await client.query<{ name: string; sql: string }>(
    `SELECT i.indexname AS name, i.indexdef AS sql FROM pg_indexes i
      WHERE i.schemaname = current_schema() AND i.tablename = ANY($1)
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)`,
    [TABLES],
  )
  // Of a table in partitions it reads as if the partitions were to have none.
  return rows.map(({ name, sql }) => ({ name, sql: sql.replace(' ON ONLY ', ' ON ') }))
}
