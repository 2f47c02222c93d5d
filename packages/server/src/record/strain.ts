/**
 * Strain: what a result says of how much its endpoint takes. Pure; what a webhook's rest makes of it
 * is the store's to say, because all nodes share the rest.
 */
import type { SendResult } from '../outcome.ts'
import type { Strain } from '../store/store.ts'

const STRAINED: readonly number[] = [429, 502, 503, 504]

/** Null: it says nothing of the kind. `windowLeft`: of the lane, as the result has left it. */
export function strainOf(
  result: SendResult,
  { windowLeft, draw }: { windowLeft: number; draw: number },
): Strain | null {
  if (result.kind === 'unreachable') {
    return result.fault === 'connect' ? { askedMs: null, enough: windowLeft, draw } : null
  }
  if (result.kind !== 'answered' || !STRAINED.includes(result.status)) return null
  return { askedMs: askedWaitMs(result), enough: windowLeft, draw }
}

/** `Retry-After` counts where it has a meaning; elsewhere it is somebody's mistake. Null: none. */
export function askedWaitMs(result: SendResult): number | null {
  if (result.kind !== 'answered' || (result.status !== 429 && result.status !== 503)) return null
  return result.retryAfterMs === null ? null : Math.min(result.retryAfterMs, RETRY_AFTER_MS_MAX)
}

/** Longest wait that an endpoint may ask for. */
const RETRY_AFTER_MS_MAX = 24 * 3_600_000
