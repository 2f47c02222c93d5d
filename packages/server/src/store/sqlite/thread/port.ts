/** What stands between the store and its two engines, be they in threads or not. */
import type { Batch, BatchReply } from '../engine.ts'

export interface Query {
  sql: string
  values: readonly (string | number | null)[]
  /** Its answer is one row then: a `PageRead` of its rows. */
  bound?: { rowsMax: number; bytesMax: number }
}

export interface EnginePort {
  /** Runs a batch of writes. Batches run one after the other, in the order of the calls. */
  write(batch: Batch): Promise<BatchReply>
  /** Answers all of the queries from one state of the database: one list of rows for each. */
  read(queries: Query[]): Promise<unknown[][]>
  close(): Promise<void>
}
