/** What stands between the store and its two engines, be they in threads or not. */
import type { Clock } from '../../../clock.ts'
import type { Batch, BatchReply } from '../engine.ts'
import type { Query } from './thread-messages.ts'

export interface EnginePort {
  /** Runs a batch of writes. Batches run one after the other, in the order of the calls. */
  write(batch: Batch): Promise<BatchReply>
  /** Answers all of the queries from one state of the database: one list of rows for each. */
  read(queries: Query[]): Promise<unknown[][]>
  close(): Promise<void>
}

/** The same port, which also tells how long each batch took. */
export function timed(
  port: EnginePort,
  { clock, onCommitted }: { clock: Clock; onCommitted?: (durationMs: number) => void },
): EnginePort {
  if (!onCommitted) return port
  return {
    read: (queries) => port.read(queries),
    close: () => port.close(),
    async write(batch) {
      const startedAt = clock.monotonic()
      const reply = await port.write(batch)
      onCommitted(clock.monotonic() - startedAt)
      return reply
    },
  }
}
