/** One connection's prepared statements, by their text. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { assert } from '../../errors.ts'

export class Statements {
  readonly db: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.db = db
  }

  /** Of a statement that returns nothing. Its `get` makes no object of counts, as its `run` does. */
  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).get(...values)
  }

  /** Returns how many rows changed. */
  runCounting(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes)
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined
  }

  /** Of a row that must be there. */
  one<Row>(sql: string, ...values: SQLInputValue[]): Row {
    const row = this.get<Row>(sql, ...values)
    assert(row !== undefined, 'a row that was just read or written is there')
    return row
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }

  /** Every statement that has run, for a test that looks at their plans. */
  statements(): string[] {
    return [...this.#prepared.keys()]
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }
}
