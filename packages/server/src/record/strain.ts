/**
 * Strain: what a result says of how much its endpoint takes. Pure; what a webhook's rest makes of it
 * is the store's to say, because all nodes share the rest.
 */
import { isStrained, type SendResult } from '../outcome.ts'
import type { Strain } from '../store/road.ts'

/** Null: it says nothing of the kind. `enough`: so many of its kind in a row make a rest. */
export function strainOf(
  result: SendResult,
  { enough, draw }: { enough: number; draw: number },
): Strain | null {
  return isStrained(result) ? { askedMs: askedWaitMs(result), enough, draw } : null
}

/** `Retry-After` counts where it has a meaning; elsewhere it is somebody's mistake. Null: none. */
export function askedWaitMs(result: SendResult): number | null {
  if (result.kind !== 'answered' || (result.status !== 429 && result.status !== 503)) return null
  return result.retryAfterMs === null ? null : Math.min(result.retryAfterMs, RETRY_AFTER_MS_MAX)
}

/** Longest wait that an endpoint may ask for. */
const RETRY_AFTER_MS_MAX = 24 * 3_600_000
