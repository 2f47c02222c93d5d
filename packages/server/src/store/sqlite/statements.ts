import type { SQLInputValue } from 'node:sqlite'

/** What runs a statement that was prepared once: all that the core's own parts need of it. */
export interface Statements {
  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
}
