/** What an attempt does to its delivery and to its webhook's health: the same in every store. */

import type { AnswerNote, DeliveryKind, DeliveryState, StateReason } from '../../delivery.ts'
import type { Outcome } from '../../outcome.ts'
import { isOfEndpoint } from '../../outcome.ts'
import type { WebhookState } from '../../webhook.ts'
import type { RecordInput } from '../road.ts'
import { dueAfterExtra, isExtra, type Scheduled } from './extra.ts'
import type { TroubleState } from './notices.ts'
import type { RestState } from './rest.ts'

/** What its row says of a delivery. */
interface Attempted extends Scheduled {
  state: DeliveryState
  state_reason: StateReason | null
  kind: DeliveryKind
  uncharged_since: number | null
}

export interface NextState {
  state: DeliveryState
  reason: StateReason | null
  /** Null unless pending. */
  delayMs: number | null
  /** Whether the attempt counts against the schedule. */
  charged: boolean
  /** Whether it stays brought forward in this wait of its schedule: it was, and its time is as before. */
  keepsSchedule: boolean
}

/** A webhook's row as recording needs it. */
export interface HealthState extends RestState, TroubleState {
  state: WebhookState
  failingSince: number | null
  consecutiveFailures: number
  lastSuccessAt: number | null
  lastFailureAt: number | null
  lastFailure: string | null
  /** When a delivery of it was last given up. */
  givenUpAt: number | null
  lastFailureBy: string | null
  lastNote: AnswerNote | null
}

/** `webhook` is its state after this attempt; null: it was deleted. `now` is the store's. */
export function nextState(
  row: Attempted,
  { outcome, strain }: Pick<RecordInput, 'outcome' | 'strain'>,
  { webhook, now }: { webhook: WebhookState | null; now: number },
): NextState {
  const extra = isExtra(row)
  const charged = isCharged(row, outcome)
  const ended = (state: DeliveryState, reason: StateReason | null = null): NextState => {
    return { state, reason, delayMs: null, charged, keepsSchedule: false }
  }
  // Cancelled while it was on its way: the attempt is history, the state stays.
  if (row.state !== 'pending') return ended(row.state, row.state_reason)
  if (outcome.kind === 'delivered') return ended(outcome.kind)
  if (outcome.kind === 'exhausted' && !extra) return ended(outcome.kind)
  if (row.kind === 'test') return ended('exhausted')
  if (webhook === null) return ended('cancelled', 'webhook_deleted')
  if (webhook !== 'active') return ended('parked', parkReason(webhook))
  if (outcome.kind === 'gone') return ended('parked', 'webhook_disabled')
  if (extra) {
    const delayMs = dueAfterExtra(row, { askedMs: strain?.askedMs ?? 0, now }) - now
    return { state: 'pending', reason: null, delayMs, charged, keepsSchedule: true }
  }
  if (outcome.kind === 'exhausted') return ended(outcome.kind)
  if (!outcome.charged && (row.uncharged_since ?? now) <= now - outcome.forMsMax) {
    return ended('exhausted')
  }
  const { delayMs } = outcome
  return { state: 'pending', reason: null, delayMs, charged, keepsSchedule: false }
}

/** An extra attempt that failed leaves the schedule where it was. */
function isCharged(row: Scheduled, outcome: Outcome): boolean {
  if (outcome.kind === 'delivered') return true
  return !isExtra(row) && (outcome.kind !== 'retry' || outcome.charged)
}

type Ended = 'delivered' | 'exhausted' | 'cancelled'
const ENDED: ReadonlySet<DeliveryState> = new Set<Ended>(['delivered', 'exhausted', 'cancelled'])

/** As what a delivery ends, that goes from one state to the other; null: not by this. */
export function endOf(before: DeliveryState, after: DeliveryState): Ended | null {
  return after !== before && isEnded(after) ? after : null
}

function isEnded(state: DeliveryState): state is Ended {
  return ENDED.has(state)
}

/** Since when this series has attempts that were not charged, after this one. */
export function unchargedSince(
  row: Pick<Attempted, 'uncharged_since' | keyof Scheduled>,
  { outcome }: Pick<RecordInput, 'outcome'>,
  now: number,
): number | null {
  const isPassed = isExtra(row) || isCharged(row, outcome)
  return isPassed ? row.uncharged_since : (row.uncharged_since ?? now)
}

/** What a delivery of a webhook in this state is parked for. */
export function parkReason(state: Exclude<WebhookState, 'active'>): StateReason {
  return PARK_REASONS[state]
}

const PARK_REASONS = {
  paused: 'webhook_paused',
  disabled: 'webhook_disabled',
  away: 'listener_away',
} as const

/**
 * What is recorded of an attempt whose lead was erased while it was on its way: its answer may echo
 * the lead. The error's word stays, as do its status and its times.
 */
export function withoutEcho(input: RecordInput): RecordInput {
  const blank = { error: null, responseHeaders: {}, responseBody: '', note: null }
  return { ...input, attempt: { ...input.attempt, ...blank } }
}

/** Whether the attempt says anything of the endpoint. A fault of ours doesn't; a test is no traffic. */
export function concernsHealth(
  { kind }: Pick<Attempted, 'kind'>,
  { attempt }: Pick<RecordInput, 'attempt'>,
): boolean {
  return kind !== 'test' && isOfEndpoint(attempt.errorCode)
}

export function noteHealth(webhook: HealthState, input: RecordInput, now: number): void {
  const { attempt } = input
  if (attempt.result === 'delivered') {
    webhook.failingSince = null
    webhook.consecutiveFailures = 0
    webhook.lastSuccessAt = now
    webhook.lastNote = attempt.note
    return
  }
  // A clock that was ahead wrote it: from now on, or it would not be disabled until then.
  webhook.failingSince = Math.min(webhook.failingSince ?? now, now)
  webhook.consecutiveFailures += 1
  webhook.lastFailureAt = now
  webhook.lastFailure = attempt.error ?? attempt.errorCode ?? `status ${attempt.status}`
  webhook.lastFailureBy = input.deliveryId
}

/** Whether this attempt gave up a delivery, which is noted; a test is nothing that anybody waits for. */
export function noteGivenUp(
  webhook: Pick<HealthState, 'givenUpAt'>,
  row: Pick<Attempted, 'kind' | 'state'>,
  { state }: NextState,
  now: number,
): boolean {
  if (row.kind !== 'event' || endOf(row.state, state) !== 'exhausted') return false
  // By a clock that was set back it is no earlier: who looks for what was given up since finds it.
  webhook.givenUpAt = Math.max(webhook.givenUpAt ?? now, now)
  return true
}

/** Besides the time. */
export const DISABLE_FAILURES_MIN = 5

/** Why the webhook is to be disabled after this attempt, for people; null: it isn't. */
export function whyDisable(webhook: HealthState, input: RecordInput, now: number): string | null {
  if (webhook.state === 'disabled') return null
  if (input.outcome.kind === 'gone') {
    return 'The endpoint answered 410 Gone: it says that it takes no more deliveries.'
  }
  const { failingSince, consecutiveFailures } = webhook
  if (failingSince === null || failingSince > now - input.disableAfterMs) return null
  // Time alone proves nothing: a clock that was set forward by a week makes any failure a week old.
  if (consecutiveFailures < DISABLE_FAILURES_MIN) return null
  const since = new Date(failingSince).toISOString()
  return `Every attempt since ${since} has failed; the last one: ${webhook.lastFailure}`
}
