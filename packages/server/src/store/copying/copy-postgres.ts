/**
 * PostgreSQL as a side of a copy, over one connection. A store with a live node is refused, and a
 * lock keeps a second copy away for as long as the connection lasts.
 */
import pg from 'pg'
import { StartError } from '../../errors.ts'
import { clientConfig, prepareConnection } from '../postgres/connection/connection.ts'
import { reasonOf } from '../postgres/connection/faults.ts'
import { migrate, readSchemaVersion, SCHEMA_VERSION } from '../postgres/connection/migrations.ts'
import { column as columnArray, storable } from '../postgres/connection/parameters.ts'
import { databaseError } from '../postgres/connection/start-faults.ts'
import { GIVE_ALL_BACK } from '../postgres/road/rows.ts'
import { assertNotBeforeFirst } from '../rules/schema-version.ts'
import {
  type CopyChange,
  type CopySide,
  OWN_META,
  type Relation,
  type Row,
  relationOf,
  UNSETTLED_ROWS,
} from './copy-side.ts'
import { freshRelations } from './copy-sqlite.ts'

/** Ours alone: the bytes of "chatcopy". */
const LOCK_KEY = BigInt(`0x${Buffer.from('chatcopy').toString('hex')}`).toString()

/** Throws `StartError` when it is away, in use, no Chatzuri database, or has another schema. */
export function openPostgresSource(databaseUrl: string): Promise<CopySide> {
  return openSide(databaseUrl, assertSchema)
}

/** The database must be there; the schema is made if it isn't. */
export function openPostgresTarget(databaseUrl: string): Promise<CopySide> {
  return openSide(databaseUrl, migrate)
}

type Prepare = (client: pg.ClientBase, place: string) => Promise<void>

async function openSide(databaseUrl: string, prepare: Prepare): Promise<CopySide> {
  const { hostname, port, pathname } = new URL(databaseUrl)
  const place = `${hostname}:${port || '5432'}${pathname}`
  // A count or a checksum of a large table takes as long as it takes.
  const patient = { query_timeout: 0 }
  const client = new pg.Client({ ...clientConfig(databaseUrl), ...patient })
  // Told by the query that it interrupts.
  client.on('error', () => {})
  try {
    await client.connect()
    await prepareConnection(client, { patient: true })
    await prepare(client, place)
    await assertIdle(client, place)
    return new PostgresSide(client, place, await readTables(client))
  } catch (error) {
    await client.end().catch(() => {})
    throw databaseError(error, place)
  }
}

async function assertSchema(client: pg.ClientBase, place: string): Promise<void> {
  const version = await readSchemaVersion(client)
  if (version === null) throw new StartError(`There is no Chatzuri store in the database ${place}.`)
  assertNotBeforeFirst(version, `The database ${place}`)
  if (version === SCHEMA_VERSION) return
  const advice =
    version > SCHEMA_VERSION
      ? 'Use the version of Chatzuri that wrote it.'
      : "Start this version's server on it once, stop it, and try again."
  throw new StartError(
    `The database ${place} has schema ${version}, this version of Chatzuri has ${SCHEMA_VERSION}. ${advice}`,
  )
}

async function assertIdle(client: pg.ClientBase, place: string): Promise<void> {
  const { rows } = await client.query<{ live: number; free: boolean }>(
    `SELECT (SELECT count(*) FROM nodes
        WHERE lease_until > chatzuri_now() AND roles <> 'listen') AS live,
      pg_try_advisory_lock(${LOCK_KEY}) AS free`,
  )
  if (Number(rows[0]?.live) > 0) {
    throw new StartError(
      `The database ${place} is in use by a running Chatzuri server. Stop all of them first; one that was killed is forgotten when its lease (LEASE) has run out.`,
    )
  }
  if (!rows[0]?.free) throw new StartError(`Another migrate is at work on the database ${place}.`)
}

interface Table {
  relation: Relation
  /** Of each column, in PostgreSQL's words. */
  types: Map<string, string>
  identity: string | null
}

class PostgresSide implements CopySide {
  readonly place: string
  readonly relations: ReadonlyMap<string, Relation>
  readonly #client: pg.Client
  readonly #tables: Map<string, Table>

  constructor(client: pg.Client, place: string, tables: Map<string, Table>) {
    this.place = `the database ${place}`
    this.#client = client
    this.#tables = tables
    this.relations = new Map([...tables].map(([name, { relation }]) => [name, relation]))
  }

  async readMeta(): Promise<Map<string, string>> {
    const rows = await this.#rows('SELECT key, value FROM meta')
    const entries = rows.map(([key, value]) => [String(key), String(value)] as const)
    return new Map(entries.filter(([key]) => !OWN_META.has(key)))
  }

  async readBacklog(): Promise<number> {
    const [row] = await this.#rows('SELECT sum(value)::bigint FROM backlog')
    return Number(row?.[0])
  }

  async count(relation: Relation): Promise<number> {
    const [row] = await this.#rows(`SELECT count(*) FROM ${rowsOf(relation)}`)
    return Number(row?.[0])
  }

  read(relation: Relation, after: Row | null, limit: number): Promise<Row[]> {
    const { columns, key } = relation
    const where = after ? `WHERE (${key}) > (${key.map((_, at) => `$${at + 2}`)})` : ''
    const sql = `SELECT ${columns} FROM ${rowsOf(relation)} ${where} ORDER BY ${key} LIMIT $1`
    return this.#rows(sql, [limit, ...(after ?? [])])
  }

  async write({ rows, meta = {}, backlog }: CopyChange): Promise<void> {
    await this.#rows('BEGIN')
    try {
      if (rows) await this.#insert(rows.relation, rows.rows)
      for (const entry of Object.entries(meta)) await this.#rows(KEEP_META, entry)
      if (backlog !== undefined) await this.#rows(SET_BACKLOG, [backlog])
      await this.#rows('COMMIT')
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => {})
      throw error
    }
  }

  /** Nobody holds claims here. Rows brought their numbers along: the sequences go on after the last of them. */
  async settleIn(): Promise<void> {
    await this.#rows(GIVE_ALL_BACK)
    for (const { relation, identity } of this.#tables.values()) {
      if (identity === null || !relation.columns.includes(identity)) continue
      await this.#rows(`SELECT setval(pg_get_serial_sequence('${relation.name}', '${identity}'),
        (SELECT coalesce(max(${identity}), 0) + 1 FROM ${relation.name}), false)`)
    }
    for (const name of this.#tables.keys()) await this.#rows(`ANALYZE ${name}`)
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  /** The numbers of a server's own rows come from its sequences; these keep theirs. */
  async #insert({ name, columns }: Relation, rows: readonly Row[]): Promise<void> {
    const types = this.#tables.get(name)?.types
    const arrays = columns.map((column, at) => `$${at + 1}::${types?.get(column)}[]`)
    const [more, values] = name === 'stats_minutes' ? [', shard', ', 0'] : ['', '']
    const sql = `INSERT INTO ${name} (${columns}${more}) OVERRIDING SYSTEM VALUE
      SELECT copied.*${values} FROM unnest(${arrays}) AS copied ON CONFLICT DO NOTHING`
    await this.#rows(
      sql,
      columns.map((_, at) => columnArray(rows, (row) => row[at] ?? null)),
    )
  }

  async #rows(text: string, values: unknown[] = []): Promise<Row[]> {
    try {
      const query = { text, values: values.map(storable), rowMode: 'array' as const }
      return (await this.#client.query<Row[]>(query)).rows as unknown as Row[]
    } catch (error) {
      // A full disk, a lost connection: what is committed stays, the rest is copied by the next run.
      const why = reasonOf(error).replaceAll('\n', ' ')
      throw new StartError(
        `The copy stopped, because of ${this.place}: ${why}. When that is mended, run the same command again: it goes on where it stopped.`,
        { cause: error },
      )
    }
  }
}

const KEEP_META = `INSERT INTO meta (key, value) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`
const SET_BACKLOG = 'UPDATE backlog SET value = CASE WHEN shard = 0 THEN $1::bigint ELSE 0 END'

/** What is not summed of them. */
const MERGED: Readonly<Record<string, string>> = {
  chatbot_id: 'min(chatbot_id)',
  latency_min: 'min(latency_min)',
  latency_max: 'max(latency_max)',
}

/** Minutes are kept in parts here: shown as the sums that the embedded store has. */
function rowsOf({ name, columns, key }: Relation): string {
  if (name === 'unsettled') return UNSETTLED_ROWS
  if (name !== 'stats_minutes') return name
  const shown = columns.map((column) => {
    if (key.includes(column)) return column
    return `${MERGED[column] ?? `sum(${column})::bigint`} AS ${column}`
  })
  return `(SELECT ${shown} FROM stats_minutes GROUP BY ${key}) AS minutes`
}

async function readTables(client: pg.ClientBase): Promise<Map<string, Table>> {
  const { rows } = await client.query<{
    table: string
    column: string
    type: string
    identity: boolean
    pk: number
  }>(LIST_COLUMNS)
  const tables = new Map<string, Table>()
  // Other programs may have tables beside ours: ours are those that the embedded store has too.
  const ours = freshRelations()
  for (const [name, columns] of Map.groupBy(rows, (row) => row.table)) {
    if (!ours.has(name)) continue
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
    const names = (list: typeof rows) => list.map(({ column }) => column)
    tables.set(name, {
      relation: relationOf(name, names(columns), names(key)),
      types: new Map(columns.map(({ column, type }) => [column, type])),
      identity: columns.find(({ identity }) => identity)?.column ?? null,
    })
  }
  return tables
}

const LIST_COLUMNS = `SELECT c.relname AS table, a.attname AS column,
    format_type(a.atttypid, NULL) AS type, 
    pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL AS identity,
    coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1 AS pk
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
  ORDER BY c.relname, a.attnum`
