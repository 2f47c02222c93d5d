/** What stands between the store and its two engines, be they in threads or not. */
import type { Batch, BatchReply } from '../engine.ts'
import type { Query } from './thread-messages.ts'

export interface EnginePort {
  /** Runs a batch of writes. Batches run one after the other, in the order of the calls. */
  write(batch: Batch): Promise<BatchReply>
  /** Calls back when all that the loop has ready is dealt with. Absent: it has the engine itself. */
  afterTurn?(work: () => void): void
  /** Answers all of the queries from one state of the database: one list of rows for each. */
  read(queries: Query[]): Promise<unknown[][]>
  close(): Promise<void>
}
