/**
 * What came of an attempt: the attempt, its delivery's next state, its webhook's health and the
 * minute's counts, in one transaction, and only while the node that sent it holds the claim.
 */
import { eventIdOf } from '../../../id.ts'
import { type DeliveryRow, toDeliveryChange, type WebhookRow } from '../../reading/rows.ts'
import type { RecordInput, RecordResult } from '../../road.ts'
import {
  concernsHealth,
  endOf,
  type NextState,
  nextState,
  noteGivenUp,
  noteHealth,
  unchargedSince,
  whyDisable,
  withoutEcho,
} from '../../rules/after-attempt.ts'
import { noteAnswer } from '../../rules/bring-forward.ts'
import { isRecovered, newNotices, noteTroubles } from '../../rules/notices.ts'
import { type RestTold, restTold } from '../../rules/rest.ts'
import type { Core } from '../core.ts'
import { isErased } from './event-erased.ts'
import type { HealthRow } from './health.ts'
import { noteDown } from './notices.ts'
import { findClaimed, keepAttempt, moveDelivery } from './rows.ts'

export function recordIfLeased(core: Core, input: RecordInput): RecordResult {
  const row = findClaimed(core, input.deliveryId)
  const held = row?.claimed_by === input.nodeId && core.isLive(input.nodeId)
  if (!held || row.attempt_count + 1 !== input.attemptNumber) return { kind: 'lease_lost' }
  const kept = wasErased(core, row) ? withoutEcho(input) : input
  const { webhook, isDisabled, ...told } = updateWebhook(core, row, kept)
  const next = nextState(row, kept, { webhook: webhook?.state ?? null, now: core.tx.now })
  if (webhook && noteGivenUp(webhook, row, next, core.tx.now)) core.touchHealth(row.webhook_id)
  if (webhook) note(core, row, kept, { webhook, next, isDisabled })
  keepOutcome(core, row, kept, next)
  return { kind: 'recorded', state: next.state, dueInMs: next.delayMs, ...told }
}

/** Whether the lead was erased while this was on its way. */
function wasErased(core: Core, row: DeliveryRow): boolean {
  return row.state === 'cancelled' && isErased(core, eventIdOf(row.id))
}

/** Out of this node's hands, to where its next state says. */
function keepOutcome(core: Core, row: DeliveryRow, input: RecordInput, next: NextState): void {
  const { attempt } = input
  const { tx } = core
  const ended = endOf(row.state, next.state)
  const dueAt = next.delayMs === null ? null : tx.now + Math.round(next.delayMs)
  const lastError = attempt.result === 'failed' ? (attempt.error ?? attempt.errorCode) : null
  // What was cancelled was not ended by what came back.
  const isEnd = ended === 'delivered' || ended === 'exhausted'
  if (!isEnd) keepAttempt(core, row, attempt)
  const after: DeliveryRow = {
    ...row,
    state: next.state,
    state_reason: next.reason,
    attempt_count: row.attempt_count + 1,
    series_attempts: row.series_attempts + (next.charged ? 1 : 0),
    due_at: dueAt,
    schedule_due_at: next.keepsSchedule ? dueAt : null,
    last_status: attempt.status,
    last_error: lastError,
    uncharged_since: unchargedSince(row, input, tx.now),
    finished_at: ended === null ? row.finished_at : tx.now,
    updated_at: tx.now,
    claimed_by: null,
  }
  moveDelivery(core, row, after, isEnd ? attempt : null)
  if (ended !== null) tx.backlogDelta -= 1
  if (row.kind === 'event') {
    const failed = attempt.result === 'failed'
    tx.countAttempt(row.webhook_id, row.chatbot_id, attempt.durationMs, failed)
    if (ended !== null) tx.count(row.webhook_id, row.chatbot_id, ended)
  }
  if (tx.wantChanges) tx.changes.push(toDeliveryChange(after, tx.now))
}

/** The webhook as it is after this attempt; null: it was deleted. And what is told of its rest. */
function updateWebhook(
  core: Core,
  row: DeliveryRow,
  input: RecordInput,
): { webhook: HealthRow | null; isDisabled: boolean } & RestTold {
  const { tx } = core
  const webhook = core.health(row.webhook_id)
  if (!webhook) return { webhook, isDisabled: false }
  const move = noteAnswer(webhook, row, input, tx.now)
  if (move !== null) {
    core.touchHealth(row.webhook_id)
    tx.webhookChanged(row.webhook_id, row.chatbot_id, 'rest')
  }
  const rest = restTold(webhook, move, tx.now)
  if (!concernsHealth(row, input)) return { webhook, isDisabled: false, ...rest }
  noteHealth(webhook, input, tx.now)
  core.touchHealth(row.webhook_id)
  const reason = whyDisable(webhook, input, tx.now)
  if (reason === null) return { webhook, isDisabled: false, ...rest }
  return { webhook: disable(core, row.webhook_id, reason), isDisabled: true, ...rest }
}

/** What is to be told of it. */
function note(
  core: Core,
  row: DeliveryRow,
  input: RecordInput,
  {
    webhook,
    next,
    isDisabled,
  }: {
    webhook: HealthRow
    next: NextState
    isDisabled: boolean
  },
): void {
  const isGivenUp = endOf(row.state, next.state) === 'exhausted'
  const types = noteTroubles(webhook, row, input, { isDisabled, isGivenUp })
  // It was written, and read anew.
  if (isDisabled) core.touchHealth(row.webhook_id)
  // Also where it had not failed since it was resumed: who tells of it hears that there is something.
  if (isRecovered(types)) core.tx.webhookChanged(row.webhook_id, row.chatbot_id, 'health')
  const { failingSince } = webhook
  for (const notice of newNotices(types, row, input, { failingSince, now: core.tx.now })) {
    noteDown(core, notice)
  }
}

function disable(core: Core, webhookId: string, reason: string): HealthRow | null {
  core.changeWebhook(webhookId, () => {
    core.unsettle(webhookId)
    return core.one<WebhookRow>(DISABLE, reason, core.tx.now, webhookId)
  })
  return core.health(webhookId)
}

const DISABLE = `UPDATE webhooks SET state = 'disabled', state_reason = ?, updated_at = ?
  WHERE id = ? RETURNING *`
