/**
 * Strain: what a result says of how much its endpoint takes. Pure; what a webhook's rest makes of it
 * is the store's to say, because all nodes share the rest.
 */
import { ASKED_MS_MAX, asksToWait, isStrained, type SendResult } from '../outcome.ts'
import type { Strain } from '../store/road.ts'

/** Null: it says nothing of the kind. `enough`: so many of its kind in a row make a rest. */
export function strainOf(
  result: SendResult,
  { enough, draw }: { enough: number; draw: number },
): Strain | null {
  return isStrained(result) ? { askedMs: askedWaitMs(result), enough, draw } : null
}

/** `Retry-After` where it has a meaning; null: none. */
export function askedWaitMs(result: SendResult): number | null {
  if (result.kind !== 'answered' || !asksToWait(result.status)) return null
  return result.retryAfterMs === null ? null : Math.min(result.retryAfterMs, ASKED_MS_MAX)
}
