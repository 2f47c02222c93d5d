/**
 * Fills an embedded store whose server is stopped: indexes are dropped, rows come in the order of
 * their ids, and the indexes are made again from their own text. Minutes are rolled up, as upkeep would
 * have done long ago. No statistics are gathered: the server gathers none.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { addMinutes } from '../../packages/server/src/store/rules/rollups.ts'
import { databasePath } from '../../packages/server/src/store/sqlite/file/database.ts'
import type { Home } from '../bench-world.ts'
import { COLUMNS, type Table, type WriteRow } from './rows.ts'
import { daysOf, NOTE_GIVEN_UP, ROLL_UP_SPAN } from './stats-minutes.ts'

const TABLES = Object.keys(COLUMNS) as Table[]

export interface Fill {
  write: WriteRow
  /** Lets what was written go to disk. */
  pause(): Promise<void>
  /** Makes the indexes. */
  end(): Promise<void>
}

export function fillSqlite({ dataDir }: Home): Fill {
  const db = new DatabaseSync(databasePath(dataDir))
  // What a crash would lose is filled again: nothing is synced before the end.
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000')
  const indexes = secondaryIndexes(db)
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`)
  const inserts = Object.fromEntries(
    TABLES.map((table) => [table, db.prepare(insertInto(table))]),
  ) as Record<Table, StatementSync>
  db.exec('BEGIN')
  return {
    write: (table, row) => {
      inserts[table].run(...row)
    },
    pause: async () => db.exec('COMMIT; BEGIN'),
    async end() {
      db.exec('COMMIT')
      for (const { sql } of indexes) db.exec(sql)
      rollUp(db)
      db.exec(NOTE_GIVEN_UP)
      db.exec('PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL')
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
}

function rollUp(db: DatabaseSync): void {
  const add = db.prepare(addMinutes(['?1', '?2']))
  const { first, end } = db.prepare(ROLL_UP_SPAN).get() ?? {}
  const days = daysOf({ first: Number(first), end: Number(end) })
  for (const [from, until] of days) add.run(from, until)
  db.prepare("UPDATE meta SET value = ? WHERE key = 'stats_until'").run(Number(end))
}

function insertInto(table: Table): string {
  const columns = COLUMNS[table]
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
}

/** Those of the filled tables that no key stands for. */
function secondaryIndexes(db: DatabaseSync): { name: string; sql: string }[] {
  const rows = db
    .prepare("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
    .all()
  return rows
    .filter(({ tbl_name }) => TABLES.includes(tbl_name as Table))
    .map(({ name, sql }) => ({ name: String(name), sql: String(sql) }))
}
