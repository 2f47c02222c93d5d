/**
 * What came of attempts: each attempt, its delivery's next state, its webhook's health and the
 * minute's counts, many in one transaction, and only those whose claim is held by a node whose lease
 * is live. Deliveries are locked in the order of their ids, webhooks after them.
 */
import type { DeliveryRow } from '../../reading/rows.ts'
import type { RecordInput, RecordResult } from '../../road.ts'
import { endOf, type NextState, unchargedSince, withoutEcho } from '../../rules/after-attempt.ts'
import { column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'
import { HealthBook } from './health.ts'

interface Recorded {
  row: DeliveryRow
  input: RecordInput
  next: NextState
  ended: ReturnType<typeof endOf>
  lastError: string | null
}

export async function recordAll(tx: Transaction, inputs: RecordInput[]): Promise<RecordResult[]> {
  const held = await lockHeld(tx, inputs)
  const valid = inputs.map((input) => {
    const row = held.get(input.deliveryId)
    if (row?.claimed_by !== input.nodeId || row.attempt_count + 1 !== input.attemptNumber)
      return null
    // Recorded once: the second of two for one claim finds it gone.
    held.delete(input.deliveryId)
    return { input, row }
  })
  const attempts = valid.filter((each) => each !== null)
  if (attempts.length === 0) return inputs.map(() => ({ kind: 'lease_lost' }))
  const health = new HealthBook(tx)
  const [erased] = await Promise.all([findErased(tx, attempts), health.open(attempts)])
  const recorded: Recorded[] = []
  const results = valid.map((each): RecordResult => {
    if (!each) return { kind: 'lease_lost' }
    const { row } = each
    const input = erased.has(row.event_id) ? withoutEcho(each.input) : each.input
    const next = health.note(row, input)
    const ended = endOf(row.state, next.state)
    const { result, error, errorCode } = input.attempt
    const lastError = result === 'failed' ? (error ?? errorCode) : null
    recorded.push({ row, input, next, ended, lastError })
    const told = next.rest === undefined ? {} : { rest: next.rest }
    return { kind: 'recorded', state: next.state, dueInMs: next.delayMs, ...told }
  })
  sendAttempts(tx, recorded)
  sendDeliveries(tx, recorded)
  health.send()
  for (const each of recorded) count(tx, each)
  return results
}

async function lockHeld(tx: Transaction, inputs: RecordInput[]): Promise<Map<string, DeliveryRow>> {
  const ids = column(inputs, (input) => input.deliveryId)
  const nodes = column(inputs, (input) => input.nodeId)
  const rows = await tx.query<DeliveryRow>(LOCK_HELD, [ids, nodes, tx.now])
  return new Map(rows.map((row) => [row.id, row]))
}

/** Events whose lead was erased while the attempt was on its way: the answer may echo it. */
async function findErased(
  tx: Transaction,
  attempts: { row: DeliveryRow }[],
): Promise<ReadonlySet<string>> {
  const ids = attempts.filter(({ row }) => row.state === 'cancelled')
  if (ids.length === 0) return new Set()
  const there = await tx.query<{ id: string }>(NOT_ERASED, [column(ids, ({ row }) => row.event_id)])
  const kept = new Set(there.map(({ id }) => id))
  return new Set(ids.map(({ row }) => row.event_id).filter((id) => !kept.has(id)))
}

function sendAttempts(tx: Transaction, all: Recorded[]): void {
  tx.send(INSERT_ATTEMPTS, [
    tx.now,
    column(all, ({ input }) => input.attempt.id),
    column(all, ({ row }) => row.id),
    column(all, ({ row }) => row.attempt_count + 1),
    column(all, ({ input }) => Math.round(input.attempt.startedAt)),
    column(all, ({ input }) => input.attempt.durationMs),
    column(all, ({ input }) => input.attempt.result),
    column(all, ({ input }) => input.attempt.status),
    column(all, ({ input }) => input.attempt.errorCode),
    column(all, ({ input }) => input.attempt.error),
    column(all, ({ input }) => JSON.stringify(input.attempt.responseHeaders)),
    column(all, ({ input }) => input.attempt.responseBody),
    column(all, ({ input }) => input.attempt.note),
  ])
}

function sendDeliveries(tx: Transaction, all: Recorded[]): void {
  tx.send(UPDATE_DELIVERIES, [
    tx.now,
    column(all, ({ row }) => row.id),
    column(all, ({ next }) => next.state),
    column(all, ({ next }) => next.reason),
    column(all, ({ input: { outcome } }) => (outcome.kind !== 'retry' || outcome.charged ? 1 : 0)),
    column(all, ({ next }) => (next.delayMs === null ? null : tx.now + Math.round(next.delayMs))),
    column(all, ({ input }) => input.attempt.status),
    column(all, ({ lastError }) => lastError),
    column(all, ({ ended, row }) => (ended === null ? row.finished_at : tx.now)),
    column(all, ({ row, input }) => unchargedSince(row, input, tx.now)),
  ])
}

function count(tx: Transaction, { row, input, next, ended, lastError }: Recorded): void {
  const { id, event_id: eventId, webhook_id: webhookId, chatbot_id: chatbotId } = row
  if (ended !== null) tx.backlogDelta -= 1
  if (row.kind === 'event') {
    const { durationMs, result } = input.attempt
    tx.countAttempt(webhookId, chatbotId, durationMs, result === 'failed')
    if (ended !== null) tx.count(webhookId, chatbotId, ended)
  }
  tx.deliveryChanged(chatbotId, {
    id,
    eventId,
    webhookId,
    eventType: row.event_type,
    state: next.state,
    attemptCount: row.attempt_count + 1,
    lastStatus: input.attempt.status,
    lastError,
  })
}

/** In the order of their ids, which is the order of locking. */
const LOCK_HELD = `SELECT d.* FROM deliveries d
  JOIN unnest($1::text[], $2::text[]) AS asked (id, node_id)
    ON asked.id = d.id AND asked.node_id = d.claimed_by
  WHERE EXISTS (SELECT 1 FROM nodes n WHERE n.id = asked.node_id AND n.lease_until > $3)
  ORDER BY d.id FOR UPDATE OF d`
const NOT_ERASED = 'SELECT id FROM events WHERE id = ANY($1::text[]) AND erased = 0'
const INSERT_ATTEMPTS = `INSERT INTO attempts (recorded_at, id, delivery_id, number, started_at,
    duration_ms, result, status, error_code, error, response_headers, response_body, note)
  SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::float8[],
    $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])`
const UPDATE_DELIVERIES = `UPDATE deliveries d SET state = next.state, state_reason = next.reason,
    attempt_count = d.attempt_count + 1, series_attempts = d.series_attempts + next.charged,
    due_at = next.due_at, last_status = next.status, last_error = next.error,
    finished_at = next.finished_at, uncharged_since = next.uncharged_since, updated_at = $1,
    claimed_by = NULL
  FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::int[], $8::text[],
    $9::bigint[], $10::bigint[])
    AS next (id, state, reason, charged, due_at, status, error, finished_at, uncharged_since)
  WHERE d.id = next.id`
