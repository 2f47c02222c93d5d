/** What is written of an attempt, and what its recorder is told. */
import type { Attempt, DeliveryState } from '../delivery.ts'
import type { Outcome } from '../outcome.ts'

export interface RecordInput {
  nodeId: string
  deliveryId: string
  /**
   * The claim's. With any other number than the next one it is `lease_lost`: whoever asks again,
   * because no answer came, may have claimed the delivery anew for the attempt after this one.
   */
  attemptNumber: number
  attempt: NewAttempt
  outcome: Outcome
  /** It may make the webhook rest (rest.ts); null: it says nothing of how much the endpoint takes. */
  strain: Strain | null
  /** A failing webhook without success for so long becomes disabled. */
  disableAfterMs: number
}

/** Its delivery and its number are in the claim that it is recorded for. */
export type NewAttempt = Omit<Attempt, 'deliveryId' | 'number'>

export type RecordResult =
  | {
      kind: 'recorded'
      state: DeliveryState
      /** Null unless the delivery waits for another attempt. */
      dueInMs: number | null
      /**
       * Of its webhook: until a probe is due; or that its rest ended by this, or its endpoint, which had
       * failed as a whole, is back. Absent: it works.
       */
      rest?: { probeInMs: number } | 'ended'
    }
  | { kind: 'lease_lost' }

/** What an attempt said of how much its endpoint takes. */
export interface Strain {
  /** By `Retry-After`; null without one. */
  askedMs: number | null
  /** So many failures in a row make a rest: those of a whole window, three at least. */
  enough: number
  /** Uniform in [0, 1): no two webhooks come back at once. */
  draw: number
}
