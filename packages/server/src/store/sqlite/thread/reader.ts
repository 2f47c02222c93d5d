/**
 * The reading side: a connection of its own, so that a long list never holds up a commit.
 * A transaction is never left open: it would keep the log from being emptied.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { PageRead } from '../../desk.ts'
import { databasePath, openForReading } from '../file/database.ts'
import type { Query } from './thread-messages.ts'

/** Lists with many filters have many texts; beyond this the oldest are prepared again. */
const STATEMENTS_MAX = 500

export class Reader {
  readonly #dataDir: string
  #opened: DatabaseSync | null = null
  readonly #statements = new Map<string, StatementSync>()

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  read(queries: Query[]): unknown[][] {
    if (queries.length === 1) return queries.map((query) => this.#all(query))
    const db = this.#db()
    db.exec('BEGIN')
    try {
      return queries.map((query) => this.#all(query))
    } finally {
      db.exec('COMMIT')
    }
  }

  close(): void {
    this.#opened?.close()
  }

  /** Opened when first asked: by then the writer has made it. */
  #db(): DatabaseSync {
    this.#opened ??= openForReading(databasePath(this.#dataDir))
    return this.#opened
  }

  #all({ sql, values, bound }: Query): unknown[] {
    const statement = this.#prepared(sql)
    return bound ? [boundedPage(statement.iterate(...values), bound)] : statement.all(...values)
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db().prepare(sql)
      const oldest = this.#statements.keys().next().value
      if (this.#statements.size >= STATEMENTS_MAX && oldest) this.#statements.delete(oldest)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

type Row = Record<string, SQLOutputValue>

/** Steps through the rows only as far as they fit; the one after that tells that others follow. */
function boundedPage(
  found: Iterable<Row>,
  { rowsMax, bytesMax }: NonNullable<Query['bound']>,
): PageRead<Row> {
  const rows: Row[] = []
  let bytes = 0
  // Left early, the loop resets the statement.
  for (const row of found) {
    if (rows.length === rowsMax || bytes >= bytesMax) return { rows, more: true }
    rows.push(row)
    bytes += bytesOf(row)
  }
  return { rows, more: false }
}

function bytesOf(row: Row): number {
  let bytes = 0
  for (const value of Object.values(row)) {
    bytes += typeof value === 'string' ? Buffer.byteLength(value) : 8
  }
  return bytes
}
