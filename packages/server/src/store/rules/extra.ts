/**
 * Extra attempts. A delivery that waits for its schedule may be brought forward: somebody asks for it, or
 * its endpoint is back (bring-forward.ts). When such an attempt fails, the delivery's count and the time
 * of its next one are as they were: nobody uses up a schedule by asking. The same in every store.
 *
 * `schedule_due_at` is the schedule's own time. It stays until the attempt of that time is claimed, so
 * that by itself a delivery is brought forward once in each wait. What is due before it is extra.
 */
import { ASKED_MS_MAX } from '../../outcome.ts'

/** What its row says of a delivery. */
export interface Scheduled {
  due_at: number | null
  schedule_due_at: number | null
  updated_at: number
}

export function isExtra({
  due_at,
  schedule_due_at,
}: Pick<Scheduled, 'due_at' | 'schedule_due_at'>): boolean {
  return due_at !== null && schedule_due_at !== null && due_at < schedule_due_at
}

/** Its times when it is brought forward: due now, and by the schedule as before. */
export function broughtForward(row: Scheduled, now: number) {
  const schedule_due_at = row.schedule_due_at ?? row.due_at ?? now
  return { due_at: Math.min(now, schedule_due_at - 1), schedule_due_at, updated_at: now }
}

/**
 * What is left of it when the delivery is claimed: by then it may be the schedule's turn. By hand it is
 * an extra attempt also then, where its webhook rests.
 */
export function scheduleOfClaim(
  { schedule_due_at }: Scheduled,
  { isWanted, now }: { isWanted: boolean; now: number },
): number | null {
  const isToCome = schedule_due_at !== null && (isWanted || schedule_due_at > now)
  return isToCome ? schedule_due_at : null
}

/**
 * The schedule's own time, or when the endpoint asks for it, if that is later. Where a clock that was
 * ahead brought it forward, no later than its wait was then.
 */
export function dueAfterExtra(
  row: Scheduled,
  { askedMs, now }: { askedMs: number; now: number },
): number {
  const scheduleAt = row.schedule_due_at ?? now
  const waitMs = Math.max(0, scheduleAt - row.updated_at)
  const dueAt = Math.min(scheduleAt, now + waitMs)
  return askedMs > 0 ? Math.max(dueAt, now + Math.min(askedMs, ASKED_MS_MAX)) : dueAt
}
