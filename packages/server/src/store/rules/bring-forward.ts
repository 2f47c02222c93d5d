/**
 * Bringing forward what waits for a webhook. Somebody asks for it, or the endpoint says so: it had failed
 * as a whole, and answers 2xx again. The same in every store.
 *
 * It is noted in the webhook's own row, by the commit that recorded the success, and done in small steps,
 * by the deliveries' age: no crash forgets it, and no commit grows with what waits. What is new goes
 * before it, as after a rest. What an attempt that was brought forward means, extra.ts tells.
 */
import type { DeliveryKind } from '../../delivery.ts'
import type { RecordInput } from '../road.ts'
import type { HealthState } from './after-attempt.ts'
import type { Scheduled } from './extra.ts'
import { noteRest, type RestMove } from './rest.ts'

/** So many failures in a row, without a rest, are an endpoint that fails as a whole. */
export const FAILURES_OF_ALL = 3
/**
 * For so long, or it was not away: of many a second three fail in a row by chance, every moment, and an
 * endpoint that is begun anew each time gets a few a second for ever.
 */
const AWAY_MS_MIN = 1_000

/**
 * What is still to be brought forward of a webhook, as its row keeps it. Webhooks are walked in the order
 * of this text: one that comes and goes, and is marked anew all the time, lets the others go before it.
 */
export interface Forwarding {
  /** What was written later has failed since, and waits. First in the text. */
  at: number
  /** Also what was brought forward in this wait before, and through a rest. */
  byHand: boolean
  /** The delivery that the walk has come to; empty: it begins. */
  after: string
}

export function readForwarding(text: string): Forwarding {
  return JSON.parse(text)
}

/** Whether the walk takes it along. */
export function isTakenAlong(
  { due_at, updated_at, schedule_due_at }: Scheduled,
  { at, byHand }: Forwarding,
  now: number,
): boolean {
  const waits = due_at !== null && due_at > now && updated_at <= at
  return waits && (byHand || schedule_due_at === null)
}

/**
 * Notes in the webhook's rest what an answer says (rest.ts), and whether an endpoint that had failed as a
 * whole is back. Before `noteHealth`, which forgets how many failures there were.
 */
export function noteAnswer(
  webhook: HealthState,
  row: { id: string; kind: DeliveryKind },
  input: Pick<RecordInput, 'attempt' | 'strain'>,
  now: number,
): RestMove | null {
  const move = noteRest(webhook, row, input, now)
  if (input.attempt.result !== 'delivered' || webhook.state !== 'active') return move
  const works = webhook.restingUntil === null
  const isBack = move === 'ended' || (works && webhook.consecutiveFailures >= FAILURES_OF_ALL)
  if (!isBack) return move
  const begun = webhook.forwarding === null ? null : readForwarding(webhook.forwarding)
  // One that is under way goes on: an endpoint that comes and goes must not send it back each time.
  const next: Forwarding = begun ? { ...begun, at: now } : { at: now, byHand: false, after: '' }
  webhook.forwarding = JSON.stringify(next)
  const wasAway = now - (webhook.failingSince ?? now) >= AWAY_MS_MIN
  // Once in any case: what is new goes before what is brought forward.
  if (wasAway || webhook.restedAt === null) webhook.restedAt = now
  return 'ended'
}
