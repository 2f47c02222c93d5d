/** One step of what is done with many at once, on either engine. */
import type { BulkKind } from '../desk.ts'

export interface BulkStep {
  id: string
  kind: BulkKind
  webhookId: string | null
  /** Where it is: a step that another made meanwhile is not made again. */
  from: string
  /** Where it is then; null: at its end. */
  to: string | null
  /** Deliveries, or events of a backfill. */
  items: readonly string[]
}

/** Null: another made it meanwhile. */
export type BulkStepDone = { done: number; skipped: number } | null
