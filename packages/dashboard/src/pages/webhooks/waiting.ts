/** What of a webhook's pending deliveries waits, and what came of those that were sent now. */
import type { Delivery } from '../../api/schema.ts'

/** Those that wait for their time; of a webhook that rests, all. */
export function waitingOf(
  pending: readonly Delivery[],
  { nowMs, rests }: { nowMs: number; rests: boolean },
): Delivery[] {
  const waits = ({ nextAttemptAt }: Delivery) =>
    rests || (nextAttemptAt !== null && Date.parse(nextAttemptAt) > nowMs)
  return pending.filter(waits)
}

/** As they were when they were sent: how many attempts each had had. */
export type Sent = ReadonlyMap<string, number>

export function sentOf(waiting: readonly Delivery[]): Sent {
  return new Map(waiting.map(({ id, attemptCount }) => [id, attemptCount]))
}

export interface Outcomes {
  /** Pending no more: an attempt that was brought forward gives nothing up. */
  ended: number
  failed: number
  underWay: number
  /** Of the last that failed. */
  error: string | null
}

export function outcomesOf(sent: Sent, pending: readonly Delivery[]): Outcomes {
  const left = pending.filter(({ id }) => sent.has(id))
  const failed = left.filter(({ id, attemptCount }) => attemptCount > (sent.get(id) ?? 0))
  return {
    ended: sent.size - left.length,
    failed: failed.length,
    underWay: left.length - failed.length,
    error: failed.at(0)?.lastError ?? null,
  }
}
