/**
 * Judge: what a result means for the delivery that was claimed, whoever sent it: `decide`, with what
 * only this process knows.
 */
import type { Outcome, SendResult } from '../outcome.ts'
import type { Random } from '../random.ts'
import type { Claim } from '../store/store.ts'
import { decide } from './decide.ts'

interface JudgeOptions {
  /** Waits before each attempt of a series; the first is 0. */
  scheduleMs: readonly number[]
  random: Pick<Random, 'fraction'>
  /** By so much the wall clock may be ahead of the time (schedule/clock-watch.ts). */
  aheadMs(): number
}

export type Judge = (claim: Judged, result: SendResult) => Outcome
type Judged = Pick<Claim, 'kind' | 'attemptNumber' | 'seriesAttempts'>

export function createJudge({ scheduleMs, random, aheadMs }: JudgeOptions): Judge {
  return ({ kind, attemptNumber, seriesAttempts }, result) => {
    const unchargedAttempts = Math.max(0, attemptNumber - 1 - seriesAttempts)
    const draw = random.fraction()
    const outcome = decide({ result, kind, seriesAttempts, unchargedAttempts, scheduleMs, draw })
    if (outcome.kind !== 'retry' || outcome.charged) return outcome
    // A clock that was set forward uses up nobody's time.
    return { ...outcome, forMsMax: outcome.forMsMax + aheadMs() }
  }
}
