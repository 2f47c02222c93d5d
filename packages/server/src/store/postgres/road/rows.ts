/**
 * A delivery's way between the three tables it may lie in, once each: every move is a delete and an
 * insert in one statement, of rows that this transaction has locked (docs/decisions/0044-hot-and-cold.md).
 */
import type { DeliveryState, StateReason } from '../../../delivery.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import { array, column } from '../connection/parameters.ts'
import { NOW, type Transaction } from '../connection/transaction.ts'

const SHARED = `id, created_at, attempt_count, series_attempts, last_status, webhook_id, chatbot_id,
  event_type, kind, state, state_reason, last_error, shape`
/** Of what is not over. */
const TIMES = 'uncharged_since, due_at, schedule_due_at, updated_at'

/** As `DeliveryRow` has it, from each of the tables. */
export const CLAIMED_ROW = `${SHARED}, ${TIMES}, claimed_by, finished_at`
export const WAITING_ROW = `${SHARED}, ${TIMES}, NULL::text AS claimed_by,
  NULL::bigint AS finished_at`
export const FINISHED_ROW = `${SHARED}, NULL::bigint AS uncharged_since,
  NULL::bigint AS due_at, NULL::bigint AS schedule_due_at, finished_at AS updated_at,
  NULL::text AS claimed_by, finished_at`

/** As many columns, for a row of something else. */
export const NO_ROW = CLAIMED_ROW.replace(/\w+/g, 'NULL')

type Table = 'claimed' | 'waiting' | 'finished'

/** What the row itself says of where it lies. */
export function tableOf({ claimed_by, state }: DeliveryRow): Table {
  if (claimed_by !== null) return 'claimed'
  return state === 'pending' || state === 'parked' ? 'waiting' : 'finished'
}

/**
 * Locks deliveries wherever they lie, in the order of their ids. While one table is looked at, another
 * transaction may take a row from the next one into it: so those that are there and were not found are
 * looked for again.
 */
export async function lockDeliveries(tx: Transaction, ids: string[]): Promise<DeliveryRow[]> {
  const found: DeliveryRow[] = []
  for (let missing = ids; missing.length > 0; ) {
    const left = new Set(missing)
    for (const sql of [LOCK_WAITING, LOCK_CLAIMED, LOCK_FINISHED]) {
      if (left.size === 0) return found
      const rows = await tx.query<DeliveryRow>(sql, [array([...left])])
      for (const row of rows) left.delete(row.id)
      found.push(...rows)
    }
    if (left.size === 0) break
    const there = await tx.query<{ id: string }>(THERE, [array([...left])])
    missing = there.map(({ id }) => id)
  }
  return found
}

/** Ids of all deliveries of these events. */
export async function deliveriesOf(tx: Transaction, eventIds: string): Promise<string[]> {
  return (await tx.query<{ id: string }>(DELIVERIES_OF, [eventIds])).map(({ id }) => id)
}

interface To {
  state: DeliveryState
  reason: StateReason | null
}

/** Pending to parked, and back: due by its age then, so that it goes in its order. */
export function moveWaiting(tx: Transaction, ids: string[], to: To): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow>(MOVE_WAITING, [array(ids), to.state, to.reason, tx.now])
}

/** Out of the past, under its id; the attempt that ended it goes to the others. */
export function reviveFinished(tx: Transaction, ids: string[], to: To): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow>(REVIVE, [array(ids), to.state, to.reason, tx.now])
}

/** As rules/extra.ts has it (`broughtForward`). */
export function bringWaitingForward(tx: Transaction, ids: string[]): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow>(BRING_FORWARD, [array(ids), tx.now])
}

export function cancelWaiting(
  tx: Transaction,
  ids: string[],
  reason: StateReason | null,
): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow>(CANCEL_WAITING, [array(ids), reason, tx.now])
}

/** It stays where it is until its attempt is recorded, or its claim given back. */
export function cancelClaimed(
  tx: Transaction,
  ids: string[],
  reason: StateReason | null,
): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow>(CANCEL_CLAIMED, [array(ids), reason, tx.now])
}

/**
 * What `rows` (SQL) names goes back to where it waits; what was cancelled meanwhile is finished, and so
 * are tests, for which nobody waits any more and which are never repeated. As they were before.
 */
export function giveBackClaimed(
  tx: Transaction,
  rows: string,
  values: readonly unknown[],
): Promise<DeliveryRow[]> {
  const at = values.length
  const sql = `WITH gone AS (DELETE FROM claimed WHERE id = ANY(ARRAY(${rows})) RETURNING *),
  waits AS (INSERT INTO waiting (${SHARED}, ${TIMES})
    SELECT ${SHARED}, ${TIMES} FROM gone WHERE state = 'pending' AND kind = 'event'),
  tests AS (INSERT INTO finished (${SHARED}, finished_at)
    SELECT ${sharedBut({ state: `'exhausted'`, last_error: `$${at + 1}` })}, $${at + 2}::bigint
    FROM gone WHERE state = 'pending' AND kind <> 'event'),
  ended AS (INSERT INTO finished (${SHARED}, finished_at)
    SELECT ${SHARED}, finished_at FROM gone WHERE state <> 'pending')
  SELECT ${CLAIMED_ROW} FROM gone`
  return tx.query<DeliveryRow>(sql, [...values, UNFINISHED_TEST, tx.now])
}

/** All claims but those of tests, which the first node that joins ends: for a copy of another store. */
export const GIVE_ALL_BACK = `WITH gone AS (DELETE FROM claimed
    WHERE state <> 'pending' OR kind = 'event' RETURNING *),
  waits AS (INSERT INTO waiting (${SHARED}, ${TIMES})
    SELECT ${SHARED}, ${TIMES} FROM gone WHERE state = 'pending')
  INSERT INTO finished (${SHARED}, finished_at)
    SELECT ${SHARED}, finished_at FROM gone WHERE state <> 'pending'`

export const UNFINISHED_TEST = 'The server stopped before this test had an answer.'

/**
 * CTEs: what `found` names goes from where it waits to the node of `$1`; `taken` is what it was.
 * `isToCome` (SQL): whether the schedule's time of what was brought forward is still to come (extra.ts).
 */
export const takeFound = (
  isToCome: string,
) => `taken AS (DELETE FROM waiting WHERE id = ANY(ARRAY(SELECT id FROM found))
    RETURNING *),
  put AS (INSERT INTO claimed (${SHARED}, uncharged_since, due_at, updated_at, claimed_by,
      schedule_due_at)
    SELECT ${SHARED}, uncharged_since, due_at, updated_at, $1,
      CASE WHEN ${isToCome} THEN schedule_due_at END FROM taken)`

/** A CTE: what of `taken` was delivered, and not cancelled meanwhile, goes where it is over. */
export const PUT_DELIVERED = `delivered AS (INSERT INTO finished (${SHARED}, finished_at, attempt_id,
      started_at, duration_ms, error_code, response_headers, response_body, note)
    SELECT ${sharedBut({
      attempt_count: 'attempt_count + 1',
      series_attempts: 'series_attempts + 1',
      last_status: 'status',
      state: `'delivered'`,
      state_reason: 'NULL',
      last_error: 'NULL',
    })}, ${NOW}, attempt_id, started_at, duration_ms, error_code, response_headers, response_body, note
    FROM taken WHERE delivered = 1 AND state = 'pending')`

/** A claim whose attempt left it waiting, or came back after it was cancelled. */
export interface AfterAttempt {
  row: DeliveryRow
  state: DeliveryState
  reason: StateReason | null
  charged: boolean
  dueAt: number | null
  scheduleDueAt: number | null
  status: number | null
  lastError: string | null
  unchargedSince: number | null
  finishedAt: number | null
}

/** Rows that were taken out of `claimed` by this transaction. */
export function putWaiting(tx: Transaction, all: readonly AfterAttempt[]): void {
  tx.send(PUT_WAITING, [
    tx.now,
    ...sharedColumns(all),
    column(all, (next) => next.unchargedSince),
    column(all, (next) => next.dueAt),
    column(all, (next) => next.scheduleDueAt),
  ])
}

/** The attempt that ended each, or null where it had ended before. */
export interface LastAttempt {
  id: string
  startedAt: number
  durationMs: number
  errorCode: string | null
  responseHeaders: string
  responseBody: string
  note: string | null
}

export function putFinished(
  tx: Transaction,
  all: readonly (AfterAttempt & { ending: LastAttempt | null })[],
): void {
  tx.send(PUT_FINISHED, [
    ...sharedColumns(all),
    column(all, (next) => next.finishedAt),
    column(all, ({ ending }) => ending?.id ?? null),
    column(all, ({ ending }) => ending?.startedAt ?? null),
    column(all, ({ ending }) => ending?.durationMs ?? null),
    column(all, ({ ending }) => ending?.errorCode ?? null),
    column(all, ({ ending }) => ending?.responseHeaders ?? null),
    column(all, ({ ending }) => ending?.responseBody ?? null),
    column(all, ({ ending }) => ending?.note ?? null),
  ])
}

function sharedColumns(all: readonly AfterAttempt[]): string[] {
  return [
    column(all, ({ row }) => row.id),
    column(all, ({ row }) => row.created_at),
    column(all, ({ row }) => row.attempt_count + 1),
    column(all, ({ row, charged }) => row.series_attempts + (charged ? 1 : 0)),
    column(all, ({ status }) => status),
    column(all, ({ row }) => row.webhook_id),
    column(all, ({ row }) => row.chatbot_id),
    column(all, ({ row }) => row.event_type),
    column(all, ({ row }) => row.kind),
    column(all, ({ state }) => state),
    column(all, ({ reason }) => reason),
    column(all, ({ lastError }) => lastError),
    column(all, ({ row }) => row.shape),
  ]
}

/** `SHARED` with other values in the place of some columns. */
function sharedBut(values: Record<string, string>): string {
  return SHARED.split(/,\s*/)
    .map((name) => values[name] ?? name)
    .join(', ')
}

/** ARRAY: PostgreSQL expects few ids of it, and so looks each one up, whatever the limit is. */
const LOCK_WAITING = `SELECT ${WAITING_ROW} FROM waiting WHERE id = ANY($1::text[])
  ORDER BY id FOR UPDATE`
const LOCK_CLAIMED = `SELECT ${CLAIMED_ROW} FROM claimed WHERE id = ANY($1::text[])
  ORDER BY id FOR UPDATE`
const LOCK_FINISHED = `SELECT ${FINISHED_ROW} FROM finished WHERE id = ANY($1::text[])
  ORDER BY id FOR UPDATE`
const THERE = 'SELECT id FROM deliveries WHERE id = ANY($1::text[])'
const DELIVERIES_OF = `SELECT d.id FROM unnest($1::text[]) AS event (id)
  JOIN deliveries d ON d.id > 'dlv_' || substr(event.id, 5, 23) || '000' COLLATE "C"
    AND d.id <= 'dlv_' || substr(event.id, 5, 23) || 'zzz' COLLATE "C"`
const MOVE_WAITING = `UPDATE waiting SET state = $2, state_reason = $3, updated_at = $4::bigint,
    schedule_due_at = NULL,
    due_at = CASE WHEN $2 = 'pending' AND state = 'parked' THEN least(created_at, $4::bigint)
      WHEN $2 = 'pending' THEN $4::bigint END
  WHERE id = ANY($1::text[]) RETURNING ${WAITING_ROW}`
const BRING_FORWARD = `UPDATE waiting SET updated_at = $2::bigint,
    schedule_due_at = coalesce(schedule_due_at, due_at),
    due_at = least($2::bigint, coalesce(schedule_due_at, due_at) - 1)
  WHERE id = ANY($1::text[]) RETURNING ${WAITING_ROW}`
const CANCEL_WAITING = `WITH gone AS (DELETE FROM waiting WHERE id = ANY($1::text[]) RETURNING *)
  INSERT INTO finished (${SHARED}, finished_at)
  SELECT ${sharedBut({ state: `'cancelled'`, state_reason: '$2' })}, $3::bigint FROM gone
  RETURNING ${FINISHED_ROW}`
const CANCEL_CLAIMED = `UPDATE claimed SET state = 'cancelled', state_reason = $2, due_at = NULL,
    finished_at = $3::bigint, updated_at = $3::bigint
  WHERE id = ANY($1::text[]) RETURNING ${CLAIMED_ROW}`
const REVIVE = `WITH gone AS (DELETE FROM finished WHERE id = ANY($1::text[]) RETURNING *),
  told AS (INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, result, status,
      error_code, error, response_headers, response_body, note, recorded_at)
    SELECT attempt_id, id, attempt_count, started_at, duration_ms,
      CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END, last_status, error_code,
      last_error, response_headers, response_body, note, finished_at
    FROM gone WHERE attempt_id IS NOT NULL)
  INSERT INTO waiting (${SHARED}, due_at, updated_at)
  SELECT ${sharedBut({ state: '$2', state_reason: '$3', series_attempts: '0' })},
    CASE WHEN $2 = 'pending' THEN $4::bigint END, $4::bigint
  FROM gone RETURNING ${WAITING_ROW}`
const SHARED_ARRAYS = [
  'text',
  'bigint',
  'int',
  'int',
  'int',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
] as const
const PUT_WAITING = `INSERT INTO waiting (updated_at, ${SHARED}, uncharged_since, due_at,
    schedule_due_at)
  SELECT $1::bigint, * FROM unnest(${arrays(2, [...SHARED_ARRAYS, 'bigint', 'bigint', 'bigint'])})`
const PUT_FINISHED = `INSERT INTO finished (${SHARED}, finished_at, attempt_id, started_at,
    duration_ms, error_code, response_headers, response_body, note)
  SELECT * FROM unnest(${arrays(1, [
    ...SHARED_ARRAYS,
    'bigint',
    'text',
    'bigint',
    'float8',
    'text',
    'text',
    'text',
    'text',
  ])})`

function arrays(from: number, types: readonly string[]): string {
  return types.map((type, at) => `$${from + at}::${type}[]`).join(', ')
}
