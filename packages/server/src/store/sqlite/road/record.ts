/**
 * What came of an attempt: the attempt, its delivery's next state, its webhook's health and the
 * minute's counts, in one transaction, and only while the node that sent it holds the claim.
 */
import type { DeliveryRow, WebhookRow } from '../../reading/rows.ts'
import type { RecordInput, RecordResult } from '../../road.ts'
import {
  concernsHealth,
  endOf,
  type NextState,
  nextState,
  noteHealth,
  unchargedSince,
  whyDisable,
  withoutEcho,
} from '../../rules/after-attempt.ts'
import { noteRest, type RestTold, restTold } from '../../rules/rest.ts'
import type { Core } from '../core.ts'
import type { HealthRow } from './health.ts'

export function recordIfLeased(core: Core, input: RecordInput): RecordResult {
  const row = core.get<DeliveryRow>(READ_DELIVERY, input.deliveryId)
  const held = row?.claimed_by === input.nodeId && core.isLive(input.nodeId)
  if (!held || row.attempt_count + 1 !== input.attemptNumber) return { kind: 'lease_lost' }
  const kept = isErased(core, row) ? withoutEcho(input) : input
  const { webhook, ...told } = updateWebhook(core, row, kept)
  const next = nextState(row, kept, { webhook: webhook?.state ?? null, now: core.tx.now })
  insertAttempt(core, row, kept)
  updateDelivery(core, row, kept, next)
  return { kind: 'recorded', state: next.state, dueInMs: next.delayMs, ...told }
}

/** Whether the lead was erased while this was on its way. */
function isErased(core: Core, row: DeliveryRow): boolean {
  if (row.state !== 'cancelled') return false
  return core.get<{ erased: number }>(EVENT_ERASED, row.event_id)?.erased !== 0
}

function insertAttempt(core: Core, row: DeliveryRow, { attempt }: RecordInput): void {
  const { id, startedAt, durationMs, result, status, errorCode, error, note } = attempt
  core.run(
    INSERT_ATTEMPT,
    id,
    row.id,
    row.attempt_count + 1,
    startedAt,
    durationMs,
    result,
    status,
    errorCode,
    error,
    JSON.stringify(attempt.responseHeaders),
    attempt.responseBody,
    note,
    core.tx.now,
  )
}

function updateDelivery(core: Core, row: DeliveryRow, input: RecordInput, next: NextState): void {
  const { attempt, outcome } = input
  const { tx } = core
  const ended = endOf(row.state, next.state)
  const charged = outcome.kind !== 'retry' || outcome.charged
  const lastError = attempt.result === 'failed' ? (attempt.error ?? attempt.errorCode) : null
  core.run(
    UPDATE_DELIVERY,
    next.state,
    next.reason,
    charged ? 1 : 0,
    next.delayMs === null ? null : tx.now + Math.round(next.delayMs),
    attempt.status,
    lastError,
    unchargedSince(row, input, tx.now),
    ended === null ? row.finished_at : tx.now,
    tx.now,
    row.id,
  )
  if (ended !== null) tx.backlogDelta -= 1
  if (row.kind === 'event') {
    const failed = attempt.result === 'failed'
    tx.countAttempt(row.webhook_id, row.chatbot_id, attempt.durationMs, failed)
    if (ended !== null) tx.count(row.webhook_id, row.chatbot_id, ended)
  }
  if (!tx.wantChanges) return
  const { id, event_id: eventId, webhook_id: webhookId, event_type: eventType } = row
  tx.deliveryChanged(row.chatbot_id, {
    id,
    eventId,
    webhookId,
    eventType,
    state: next.state,
    attemptCount: row.attempt_count + 1,
    lastStatus: attempt.status,
    lastError,
  })
}

/** The webhook as it is after this attempt; null: it was deleted. And what is told of its rest. */
function updateWebhook(
  core: Core,
  row: DeliveryRow,
  input: RecordInput,
): { webhook: HealthRow | null } & RestTold {
  const { tx } = core
  const webhook = core.health(row.webhook_id)
  if (!webhook) return { webhook }
  const move = noteRest(webhook, row, input, tx.now)
  if (move !== null) {
    core.touchHealth(row.webhook_id)
    tx.webhookChanged(row.webhook_id, row.chatbot_id, 'rest')
  }
  const rest = restTold(webhook, move, tx.now)
  if (!concernsHealth(row, input)) return { webhook, ...rest }
  noteHealth(webhook, input, tx.now)
  core.touchHealth(row.webhook_id)
  const reason = whyDisable(webhook, input, tx.now)
  return { webhook: reason === null ? webhook : disable(core, row.webhook_id, reason), ...rest }
}

function disable(core: Core, webhookId: string, reason: string): HealthRow | null {
  core.changeWebhook(webhookId, () => {
    core.unsettle(webhookId)
    return core.one<WebhookRow>(DISABLE, reason, core.tx.now, webhookId)
  })
  return core.health(webhookId)
}

const READ_DELIVERY = 'SELECT * FROM deliveries WHERE id = ?'
const EVENT_ERASED = 'SELECT erased FROM events WHERE id = ?'
const INSERT_ATTEMPT = `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms,
    result, status, error_code, error, response_headers, response_body, note, recorded_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const UPDATE_DELIVERY = `UPDATE deliveries SET state = ?, state_reason = ?,
    attempt_count = attempt_count + 1, series_attempts = series_attempts + ?, due_at = ?,
    last_status = ?, last_error = ?, uncharged_since = ?, finished_at = ?, updated_at = ?,
    claimed_by = NULL
  WHERE id = ?`
const DISABLE = `UPDATE webhooks SET state = 'disabled', state_reason = ?, updated_at = ?
  WHERE id = ? RETURNING *`
