/**
 * Decide: what a result means for its delivery. Pure: the same result, place in the schedule and
 * draw give the same outcome, so this table is the whole retry policy (wire-format: what counts as
 * delivered).
 */
import type { DeliveryKind } from '../delivery.ts'
import type { Outcome, SendResult } from '../outcome.ts'
import { askedWaitMs } from './strain.ts'

export interface DecideInput {
  result: SendResult
  kind: DeliveryKind
  /** Attempts of this series charged before this one. */
  seriesAttempts: number
  /** Attempts before this one that were not charged, over all series. */
  unchargedAttempts: number
  /** Waits before each attempt of a series; the first is 0. */
  scheduleMs: readonly number[]
  /** Uniform in [0, 1): spreads retries over ±10 %, so that they don't come back as one wave. */
  draw: number
}

/** A fault of our own is mended by us, not by the endpoint: look again soon, then less often. */
const OUR_FAULT_WAIT_MS = 10_000
const OUR_FAULT_WAIT_MS_MAX = 300_000
/** What is not charged ends with the schedule's whole length, and not within a day. */
const UNCHARGED_MS_LEAST = 24 * 3_600_000

export function decide(input: DecideInput): Outcome {
  const { result, kind, seriesAttempts, scheduleMs, draw } = input
  if (isDelivered(result)) return { kind: 'delivered' }
  if (kind === 'test' || result.kind === 'unmade') return { kind: 'exhausted' }
  if (result.kind === 'our-fault') {
    const doubled = OUR_FAULT_WAIT_MS * 2 ** Math.min(input.unchargedAttempts, 16)
    const delayMs = jittered(Math.min(doubled, OUR_FAULT_WAIT_MS_MAX), draw)
    return { kind: 'retry', delayMs, charged: false, forMsMax: unchargedMsMax(scheduleMs) }
  }
  if (result.kind === 'answered' && result.status === 410) return { kind: 'gone' }
  const waitMs = scheduleMs[seriesAttempts + 1]
  const askedMs = askedWaitMs(result) ?? 0
  // It said "not now", and nothing of the delivery: that costs no attempt, not even after the last.
  if (result.kind === 'answered' && result.status === 429) {
    const delayMs = Math.max(jittered(waitMs ?? scheduleMs.at(-1) ?? 0, draw), askedMs)
    return { kind: 'retry', delayMs, charged: false, forMsMax: unchargedMsMax(scheduleMs) }
  }
  if (waitMs === undefined) return { kind: 'exhausted' }
  return { kind: 'retry', delayMs: Math.max(jittered(waitMs, draw), askedMs), charged: true }
}

function unchargedMsMax(scheduleMs: readonly number[]): number {
  return Math.max(
    scheduleMs.reduce((sum, waitMs) => sum + waitMs, 0),
    UNCHARGED_MS_LEAST,
  )
}

export function isDelivered(result: SendResult): boolean {
  return result.kind === 'answered' && result.status >= 200 && result.status < 300
}

function jittered(waitMs: number, draw: number): number {
  return Math.round(waitMs * (0.9 + 0.2 * draw))
}
