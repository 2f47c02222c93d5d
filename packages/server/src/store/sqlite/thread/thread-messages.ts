/** What goes to a database thread and comes back. */
import type { EngineFault } from '../file/faults.ts'

export interface Query {
  sql: string
  values: readonly (string | number | null)[]
  /** Its answer is one row then: a `PageRead` of its rows. */
  bound?: { rowsMax: number; bytesMax: number }
}

export interface ThreadSetup {
  role: 'writer' | 'reader'
  dataDir: string
}

export type ToThread = { request: unknown } | { close: true }
export type FromThread = { value: unknown } | { fault: EngineFault }

/** To the reader: move the log's pages into the database. */
export const CHECKPOINT = 'checkpoint'
