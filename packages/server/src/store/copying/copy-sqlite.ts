/**
 * The embedded store as a side of a copy. It holds the folder's lock: while a copy runs no server
 * can start on the folder, and none that runs can be copied.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { StartError } from '../../errors.ts'
import { databasePath, makeFolder, openForWriting } from '../sqlite/file/database.ts'
import { lockFolder } from '../sqlite/file/folder-lock.ts'
import { migrate } from '../sqlite/file/migrations.ts'
import { inspectDatabase, startError } from '../sqlite/file/whose-file.ts'
import {
  type CopyChange,
  type CopySide,
  LEFT_TABLES,
  OWN_META,
  type Relation,
  type Row,
  relationOf,
  UNSETTLED_ROWS,
} from './copy-side.ts'

/** Throws `StartError` when it isn't there, is in use, or has another schema than this program. */
export function openSqliteSource(dataDir: string): CopySide {
  if (!existsSync(databasePath(dataDir))) {
    throw new StartError(`There is no Chatzuri database in the folder ${dataDir}.`)
  }
  return openSide(dataDir, (db) => assertSchema(db, dataDir))
}

/** Made, with its schema, if it isn't there. */
export function openSqliteTarget(dataDir: string): CopySide {
  try {
    makeFolder(dataDir)
  } catch (error) {
    throw startError(error, dataDir) ?? error
  }
  return openSide(dataDir, (db) => migrate(db, dataDir))
}

function openSide(dataDir: string, prepare: (db: DatabaseSync) => void): CopySide {
  const unlock = lockFolder(dataDir)
  try {
    inspectDatabase(dataDir)
    const db = openForWriting(databasePath(dataDir))
    try {
      prepare(db)
      return new SqliteSide(db, dataDir, unlock)
    } catch (error) {
      db.close()
      throw startError(error, dataDir) ?? error
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** The tables of a store that was made by this program. */
export function freshRelations(): ReadonlyMap<string, Relation> {
  const db = new DatabaseSync(':memory:')
  migrate(db, 'memory')
  const relations = readRelations(db)
  db.close()
  return relations
}

/** A source is left as it is: one of an older version is brought up to date by its own server. */
function assertSchema(db: DatabaseSync, dataDir: string): void {
  const fresh = new DatabaseSync(':memory:')
  migrate(fresh, dataDir)
  const [found, known] = [versionOf(db), versionOf(fresh)]
  fresh.close()
  if (found === known) return
  const advice =
    found > known
      ? 'Use the version of Chatzuri that wrote it.'
      : "Start this version's server on it once, stop it, and try again."
  throw new StartError(
    `The database in ${dataDir} has schema ${found}, this version of Chatzuri has ${known}. ${advice}`,
  )
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0)
}

class SqliteSide implements CopySide {
  readonly place: string
  readonly relations: ReadonlyMap<string, Relation>
  readonly #db: DatabaseSync
  readonly #unlock: () => void

  constructor(db: DatabaseSync, dataDir: string, unlock: () => void) {
    this.place = `the folder ${dataDir}`
    this.#db = db
    this.#unlock = unlock
    this.relations = readRelations(db)
  }

  async readMeta(): Promise<Map<string, string>> {
    const rows = this.#db.prepare('SELECT key, value FROM meta').all()
    const entries = rows.map(({ key, value }) => [String(key), String(value)] as const)
    return new Map(entries.filter(([key]) => !OWN_META.has(key)))
  }

  async readBacklog(): Promise<number> {
    return Number(this.#db.prepare(`SELECT value FROM meta WHERE key = 'backlog'`).get()?.value)
  }

  async count(relation: Relation): Promise<number> {
    const row = this.#db.prepare(`SELECT count(*) AS count FROM ${rowsOf(relation)}`).get()
    return Number(row?.count)
  }

  async read(relation: Relation, after: Row | null, limit: number): Promise<Row[]> {
    const { columns, key } = relation
    const where = after ? `WHERE (${key}) > (${key.map(() => '?')})` : ''
    const statement = this.#db.prepare(
      `SELECT ${columns} FROM ${rowsOf(relation)} ${where} ORDER BY ${key} LIMIT ?`,
    )
    statement.setReturnArrays(true)
    return statement.all(...(after ?? []), limit) as unknown as Row[]
  }

  async write({ rows, meta = {}, backlog }: CopyChange): Promise<void> {
    const db = this.#db
    db.exec('BEGIN IMMEDIATE')
    try {
      if (rows) this.#insert(rows.relation, rows.rows)
      const keep = db.prepare(KEEP_META)
      for (const [key, value] of Object.entries(meta)) keep.run(key, value)
      if (backlog !== undefined) keep.run('backlog', backlog)
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  async settleIn(): Promise<void> {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  async close(): Promise<void> {
    this.#db.close()
    this.#unlock()
  }

  #insert({ name, columns }: Relation, rows: readonly Row[]): void {
    const statement = this.#db.prepare(
      `INSERT INTO ${name} (${columns}) VALUES (${columns.map(() => '?')}) ON CONFLICT DO NOTHING`,
    )
    for (const row of rows) statement.run(...(row as SQLInputValue[]))
  }
}

const KEEP_META = `INSERT INTO meta (key, value) VALUES (?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`

function rowsOf({ name }: Relation): string {
  return name === 'unsettled' ? UNSETTLED_ROWS : name
}

function readRelations(db: DatabaseSync): Map<string, Relation> {
  const relations = new Map<string, Relation>()
  const columnsOf = db.prepare('SELECT name, pk FROM pragma_table_info(?)')
  for (const { name } of db.prepare(LIST_TABLES).all()) {
    const table = String(name)
    if (LEFT_TABLES.has(table)) continue
    const columns = columnsOf.all(table) as { name: string; pk: number }[]
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
    const names = (list: { name: string }[]) => list.map((column) => column.name)
    relations.set(table, relationOf(table, names(columns), names(key)))
  }
  return relations
}

const LIST_TABLES = `SELECT name FROM sqlite_schema
  WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`
