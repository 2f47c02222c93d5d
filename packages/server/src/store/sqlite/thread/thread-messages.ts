/** What goes to a database thread and comes back. */
import type { Fault } from '../file/faults.ts'

export interface ThreadSetup {
  role: 'writer' | 'reader'
  dataDir: string
}

export type ToThread = { request: unknown } | { close: true }
export type FromThread = { value: unknown } | { fault: Fault }

/** To the reader: move the log's pages into the database. */
export const CHECKPOINT = 'checkpoint'
