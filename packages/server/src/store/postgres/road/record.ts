/**
 * What came of attempts: each attempt, its delivery's next state, its webhook's health and the
 * minute's counts, many in one transaction, and only those whose claim is held by a node whose lease
 * is live. Deliveries are locked in the order of their ids, webhooks after them.
 */
import { eventIdOf } from '../../../id.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { RecordInput, RecordResult } from '../../road.ts'
import { endOf, type NextState, unchargedSince, withoutEcho } from '../../rules/after-attempt.ts'
import { column } from '../connection/parameters.ts'
import { NOW, type Transaction } from '../connection/transaction.ts'
import { erasedOf } from './event-erased.ts'
import { HealthBook, type HealthRow, touchedBy } from './health.ts'
import {
  type AfterAttempt,
  CLAIMED_ROW,
  type LastAttempt,
  NO_ROW,
  PUT_DELIVERED,
  putFinished,
  putWaiting,
} from './rows.ts'

interface Recorded {
  row: DeliveryRow
  input: RecordInput
  next: NextState
  ended: ReturnType<typeof endOf>
  lastError: string | null
}

export async function recordAll(tx: Transaction, inputs: RecordInput[]): Promise<RecordResult[]> {
  const { held, touched } = await takeHeld(tx, inputs)
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
  const health = new HealthBook(tx, touched)
  const erased = await findErased(tx, attempts)
  const recorded: Recorded[] = []
  const results = valid.map((each): RecordResult => {
    if (!each) return { kind: 'lease_lost' }
    const { row } = each
    const input = erased.has(eventIdOf(row.id)) ? withoutEcho(each.input) : each.input
    const next = health.note(row, input)
    const ended = endOf(row.state, next.state)
    const { result, error, errorCode } = input.attempt
    const lastError = result === 'failed' ? (error ?? errorCode) : null
    recorded.push({ row, input, next, ended, lastError })
    const told = next.rest === undefined ? {} : { rest: next.rest }
    return { kind: 'recorded', state: next.state, dueInMs: next.delayMs, ...told }
  })
  sendRecorded(
    tx,
    recorded.filter(({ row, input }) => !isWhole(row, input)),
  )
  health.send()
  for (const each of recorded) count(tx, each)
  return results
}

/** Delivered, as nearly all are: `TAKE_HELD` has put it where it goes. */
function isWhole({ state }: DeliveryRow, { outcome }: RecordInput): boolean {
  return outcome.kind === 'delivered' && state === 'pending'
}

/** One of a claim, or the health of a webhook. */
type Held = DeliveryRow & { health: HealthRow | null }

/** Taken out of `claimed`: each is put where it goes before the commit. */
async function takeHeld(
  tx: Transaction,
  inputs: RecordInput[],
): Promise<{ held: Map<string, DeliveryRow>; touched: HealthRow[] }> {
  const keyed = inputs.map(
    (each) => [each.deliveryId + each.nodeId + each.attemptNumber, each] as const,
  )
  const asked = [...new Map(keyed.toReversed()).values()]
  asked.sort((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1))
  const whole = <Value>(read: (attempt: RecordInput['attempt']) => Value) => {
    return ({ outcome, attempt }: RecordInput) =>
      outcome.kind === 'delivered' ? read(attempt) : null
  }
  const rows = await tx.query<Held>(TAKE_HELD, [
    column(asked, (input) => input.deliveryId),
    column(asked, (input) => input.nodeId),
    column(asked, (input) => input.attemptNumber),
    column(asked, ({ outcome }) => (outcome.kind === 'delivered' ? 1 : 0)),
    column(
      asked,
      whole(({ status }) => status),
    ),
    column(
      asked,
      whole(({ id }) => id),
    ),
    column(
      asked,
      whole(({ startedAt }) => Math.round(startedAt)),
    ),
    column(
      asked,
      whole(({ durationMs }) => durationMs),
    ),
    column(
      asked,
      whole(({ errorCode }) => errorCode),
    ),
    column(
      asked,
      whole(({ responseHeaders }) => JSON.stringify(responseHeaders)),
    ),
    column(
      asked,
      whole(({ responseBody }) => responseBody),
    ),
    column(
      asked,
      whole(({ note }) => note),
    ),
  ])
  const touched = rows.flatMap(({ health }) => (health ? [health] : []))
  const held = rows.filter(({ health }) => health === null)
  return { held: new Map(held.map((row) => [row.id, row])), touched }
}

/** Events whose lead was erased while the attempt was on its way: the answer may echo it. */
async function findErased(
  tx: Transaction,
  attempts: { row: DeliveryRow }[],
): Promise<ReadonlySet<string>> {
  const cancelled = attempts.filter(({ row }) => row.state === 'cancelled')
  return erasedOf(
    tx,
    cancelled.map(({ row }) => eventIdOf(row.id)),
  )
}

/** The attempt that ended its delivery goes into its row, others to a table of their own. */
function sendRecorded(tx: Transaction, recorded: Recorded[]): void {
  const all = recorded.map((each) => ({ ...each, ...afterAttempt(each, tx.now) }))
  const others = all.filter(({ ended }) => ended === null)
  if (others.length > 0) sendAttempts(tx, others)
  const waits = all.filter(({ finishedAt }) => finishedAt === null)
  if (waits.length > 0) putWaiting(tx, waits)
  const over = all.filter(({ finishedAt }) => finishedAt !== null)
  if (over.length > 0) putFinished(tx, over)
}

function afterAttempt(
  { row, input, next, ended, lastError }: Recorded,
  now: number,
): AfterAttempt & { ending: LastAttempt | null } {
  const { attempt } = input
  const dueAt = next.delayMs === null ? null : now + Math.round(next.delayMs)
  return {
    row,
    state: next.state,
    reason: next.reason,
    charged: next.charged,
    dueAt,
    scheduleDueAt: next.keepsSchedule ? dueAt : null,
    status: attempt.status,
    lastError,
    unchargedSince: unchargedSince(row, input, now),
    finishedAt: ended === null ? row.finished_at : now,
    ending:
      ended === null
        ? null
        : {
            ...attempt,
            startedAt: Math.round(attempt.startedAt),
            responseHeaders: JSON.stringify(attempt.responseHeaders),
          },
  }
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

function count(tx: Transaction, { row, input, next, ended, lastError }: Recorded): void {
  const { id, webhook_id: webhookId, chatbot_id: chatbotId } = row
  if (ended !== null) tx.backlogDelta -= 1
  if (row.kind === 'event') {
    const { durationMs, result } = input.attempt
    tx.countAttempt(webhookId, chatbotId, durationMs, result === 'failed')
    if (ended !== null) tx.count(webhookId, chatbotId, ended)
  }
  tx.deliveryChanged(chatbotId, {
    id,
    eventId: eventIdOf(id),
    webhookId,
    eventType: row.event_type,
    state: next.state,
    attemptCount: row.attempt_count + 1,
    lastStatus: input.attempt.status,
    lastError,
  })
}

/**
 * In the order in which they are asked for, which is the order of locking; webhooks after them. What
 * was delivered, and not cancelled meanwhile, is put where it goes at once.
 */
const TAKE_HELD = `WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::text[], $3::int[],
      $4::int[], $5::int[], $6::text[], $7::bigint[], $8::float8[], $9::text[], $10::text[],
      $11::text[], $12::text[])
    AS asked (held_id, node_id, number, delivered, status, attempt_id, started_at, duration_ms,
      error_code, response_headers, response_body, note)),
  taken AS (DELETE FROM claimed USING asked
    WHERE id = held_id AND claimed_by = node_id AND attempt_count + 1 = number
      AND EXISTS (SELECT 1 FROM nodes n WHERE n.id = node_id AND n.lease_until > ${NOW})
    RETURNING claimed.*, asked.delivered, asked.status, asked.attempt_id, asked.started_at,
      asked.duration_ms, asked.error_code, asked.response_headers, asked.response_body, asked.note),
  ${PUT_DELIVERED},
  touched AS (${touchedBy(`SELECT webhook_id, bool_or(delivered = 0) AS failed,
      bool_or(delivered = 1 AND kind = 'event') AS succeeded, bool_or(delivered = 1) AS taken_up FROM taken GROUP BY webhook_id`)})
  SELECT ${CLAIMED_ROW}, NULL::json AS health FROM taken
  UNION ALL SELECT ${NO_ROW}, row_to_json(touched) FROM touched`
const INSERT_ATTEMPTS = `INSERT INTO attempts (recorded_at, id, delivery_id, number, started_at,
    duration_ms, result, status, error_code, error, response_headers, response_body, note)
  SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::float8[],
    $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])`
