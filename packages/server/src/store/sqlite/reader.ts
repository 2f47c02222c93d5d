/**
 * The reading side: a connection of its own, so that a long list never holds up a commit.
 * A transaction is never left open: it would keep the log from being emptied.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { databasePath, openForReading } from './database.ts'
import type { Query } from './port.ts'

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

  #all({ sql, values }: Query): unknown[] {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db().prepare(sql)
      const oldest = this.#statements.keys().next().value
      if (this.#statements.size >= STATEMENTS_MAX && oldest) this.#statements.delete(oldest)
      this.#statements.set(sql, statement)
    }
    return statement.all(...values)
  }
}
