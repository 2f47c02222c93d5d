/**
 * What is to be told of a webhook, decided in the commit that records an attempt: the same in every
 * store. It is noted only where it changes (a webhook begins to fail, and later works again), so that
 * what is delivered at once pays nothing.
 *
 *   well ──► in trouble     two failures in a row, or a quarter of the last 20; a rest; disabled
 *   in trouble ──► well     an event was delivered, and it does not fail as often any more
 *
 * Each trouble is noted once until the webhook is well again. Attempts at notices count for nothing,
 * nor do tests, nor what a listener answers, who sees it where it runs.
 */

import { cureOf } from '../../cure.ts'
import type { CureCode } from '../../cure-table.ts'
import type { DeliveryKind } from '../../delivery.ts'
import { isNotice, type NoticeType } from '../../notice.ts'
import { isOfEndpoint } from '../../outcome.ts'
import type { WebhookState } from '../../webhook.ts'
import type { RecordInput } from '../road.ts'
import type { RestState } from './rest.ts'

/** What a webhook's row says of its troubles. */
export interface TroubleState {
  /** Its last attempts, the newest lowest: 1 failed. */
  recentFailures: number
  /** Those that were noted since it was well, and whether there were any. */
  troubles: number
}

/** A row of `notices`, as an attempt makes it. */
export interface NewNotice {
  webhookId: string
  chatbotId: string
  type: NoticeType
  since: number
  deliveryId: string
  eventType: string
  attempts: number
  status: number | null
  cause: CureCode | null
}

/** What is noted of each type: the same of all that one attempt brings about. */
export function newNotices(
  types: NoticeType[],
  row: {
    id: string
    webhook_id: string
    chatbot_id: string
    event_type: string
    attempt_count: number
  },
  { attempt }: Pick<RecordInput, 'attempt'>,
  { failingSince, now }: { failingSince: number | null; now: number },
): NewNotice[] {
  if (types.length === 0) return []
  // The word alone: what the endpoint answered stays with its attempt.
  const cause = cureOf(attempt, { url: null, reader: 'owner' })?.code ?? null
  return types.map((type) => ({
    webhookId: row.webhook_id,
    chatbotId: row.chatbot_id,
    type,
    since: type === 'webhook.failing' ? (failingSince ?? now) : now,
    deliveryId: row.id,
    eventType: row.event_type,
    attempts: row.attempt_count + 1,
    status: attempt.status,
    cause,
  }))
}

/** How long it is until the same is told of the same webhook once more. */
export const TOLD_EVERY_MS = 3_600_000

const ATTEMPTS = 20
const ALL = 2 ** ATTEMPTS - 1
const FAILURES_ENOUGH = ATTEMPTS / 4
const LAST_TWO = 0b11
const LAST_THREE = 0b111

const FAILING = 1
const RESTING = 2
const DISABLED = 4
const ANY = 8

/** For an UPDATE of a webhook that was resumed: what fails from now on is told anew. */
export const RESUMED_SET = `recent_failures = 0, troubles = CASE troubles WHEN 0 THEN 0 ELSE ${ANY} END`

interface Troubled extends RestState, TroubleState {
  state: WebhookState
}

interface Attempted {
  kind: DeliveryKind
  event_type: string
}

/** Changes `webhook`, which has the attempt's health and rest already; says what is to be noted. */
export function noteTroubles(
  webhook: Troubled,
  row: Attempted,
  { attempt }: Pick<RecordInput, 'attempt'>,
  { isDisabled, isGivenUp }: { isDisabled: boolean; isGivenUp: boolean },
): NoticeType[] {
  if (webhook.kind !== 'http' || row.kind === 'test' || isNotice(row.event_type)) return []
  const noted: NoticeType[] = []
  if (isOfEndpoint(attempt.errorCode)) {
    if (attempt.result === 'failed') noteFailure(webhook, isDisabled, noted)
    else noteSuccess(webhook, noted)
  }
  if (isGivenUp) noted.push('delivery.failed')
  return noted
}

export function isRecovered(types: readonly NoticeType[]): boolean {
  return types.includes('webhook.recovered')
}

function noteFailure(webhook: Troubled, isDisabled: boolean, noted: NoticeType[]): void {
  const begin = (trouble: number, type: NoticeType) => {
    if ((webhook.troubles & trouble) === 0) noted.push(type)
    webhook.troubles |= trouble | ANY
  }
  webhook.recentFailures = ((webhook.recentFailures << 1) | 1) & ALL
  if (isDisabled) {
    begin(DISABLED, 'webhook.disabled')
    return
  }
  // What was on its way when it was disabled tells nothing new.
  if (webhook.state === 'disabled') return
  if (isFailing(webhook.recentFailures)) begin(FAILING, 'webhook.failing')
  if (webhook.restingUntil !== null) begin(RESTING, 'webhook.resting')
}

function noteSuccess(webhook: Troubled, noted: NoticeType[]): void {
  const before = webhook.recentFailures
  webhook.recentFailures = (before << 1) & ALL
  if (webhook.troubles === 0 || webhook.restingUntil !== null || webhook.state === 'disabled')
    return
  // What failed every time and is taken now was mended; what fails now and then is as it was.
  const wasDown = (before & LAST_THREE) === LAST_THREE
  if (!wasDown && countOf(webhook.recentFailures) >= FAILURES_ENOUGH) return
  webhook.troubles = 0
  webhook.recentFailures = 0
  noted.push('webhook.recovered')
}

function isFailing(recent: number): boolean {
  return (recent & LAST_TWO) === LAST_TWO || countOf(recent) >= FAILURES_ENOUGH
}

function countOf(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count += 1
  return count
}
