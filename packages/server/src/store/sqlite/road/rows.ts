/**
 * Where a delivery lies, and its moves from one table to another
 * (docs/decisions/0044-hot-and-cold.md): nothing else writes to the three.
 */
import type { DeliveryRow } from '../../reading/rows.ts'
import type { NewAttempt } from '../../road.ts'
import type { Core } from '../core.ts'

type Table = 'claimed' | 'waiting' | 'finished'

export function findDelivery(core: Core, id: string): DeliveryRow | undefined {
  return core.get<DeliveryRow>(READ, id)
}

export function findClaimed(core: Core, id: string): DeliveryRow | undefined {
  return core.claimed.get(id) ?? core.get<DeliveryRow>(READ_CLAIMED, id)
}

/** A new one: claimed, or waiting. */
export function addDelivery(core: Core, row: DeliveryRow): void {
  insert(core, tableOf(row), row)
}

/** `after` is the row as it is to be; `end`, the attempt that ended it, if one did. */
export function moveDelivery(
  core: Core,
  before: DeliveryRow,
  after: DeliveryRow,
  end: NewAttempt | null = null,
): void {
  const [from, to] = [tableOf(before), tableOf(after)]
  if (from === 'finished') core.run(KEEP_END, before.id)
  if (from === 'claimed') core.claimed.delete(before.id)
  core.run(DELETE[from], before.id)
  insert(core, to, after, end)
}

/** An attempt that did not end its delivery. */
export function keepAttempt(core: Core, row: DeliveryRow, attempt: NewAttempt): void {
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

function tableOf({ claimed_by, state }: DeliveryRow): Table {
  if (claimed_by !== null) return 'claimed'
  return state === 'pending' || state === 'parked' ? 'waiting' : 'finished'
}

function insert(core: Core, table: Table, row: DeliveryRow, end: NewAttempt | null = null): void {
  if (table === 'finished') {
    insertFinished(core, row, end)
    return
  }
  const shared = [
    row.id,
    row.webhook_id,
    row.chatbot_id,
    row.event_type,
    row.kind,
    row.state,
    row.state_reason,
    row.attempt_count,
    row.series_attempts,
    row.last_status,
    row.last_error,
    row.created_at,
    row.shape,
    row.uncharged_since,
    row.due_at,
    row.schedule_due_at,
    row.updated_at,
  ]
  if (table === 'waiting') core.run(INSERT_WAITING, ...shared)
  else {
    core.run(INSERT_CLAIMED, ...shared, row.claimed_by, row.finished_at)
    core.claimed.set(row.id, row)
  }
}

function insertFinished(core: Core, row: DeliveryRow, end: NewAttempt | null): void {
  core.run(
    INSERT_FINISHED,
    row.id,
    row.webhook_id,
    row.chatbot_id,
    row.event_type,
    row.kind,
    row.state,
    row.state_reason,
    row.attempt_count,
    row.series_attempts,
    row.last_status,
    row.last_error,
    row.created_at,
    row.shape,
    row.finished_at ?? core.tx.now,
    end === null ? null : end.id,
    end === null ? null : end.startedAt,
    end === null ? null : end.durationMs,
    end === null ? null : end.errorCode,
    end === null ? null : JSON.stringify(end.responseHeaders),
    end === null ? null : end.responseBody,
    end === null ? null : end.note,
  )
}

const READ = 'SELECT * FROM deliveries WHERE id = ?'
const READ_CLAIMED = 'SELECT * FROM claimed WHERE id = ?'
const DELETE: Record<Table, string> = {
  claimed: 'DELETE FROM claimed WHERE id = ?',
  waiting: 'DELETE FROM waiting WHERE id = ?',
  finished: 'DELETE FROM finished WHERE id = ?',
}
const SHARED = `id, webhook_id, chatbot_id, event_type, kind, state, state_reason, attempt_count,
  series_attempts, last_status, last_error, created_at, shape`
const INSERT_WAITING = `INSERT INTO waiting (${SHARED}, uncharged_since, due_at, schedule_due_at,
    updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_CLAIMED = `INSERT INTO claimed (${SHARED}, uncharged_since, due_at, schedule_due_at,
    updated_at, claimed_by, finished_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_FINISHED = `INSERT INTO finished (${SHARED}, finished_at, attempt_id, started_at,
    duration_ms, error_code, response_headers, response_body, note)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_ATTEMPT = `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms,
    result, status, error_code, error, response_headers, response_body, note, recorded_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
/** What ended it is one of several from now on. */
const KEEP_END = `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, result,
    status, error_code, error, response_headers, response_body, note, recorded_at)
  SELECT attempt_id, id, attempt_count, started_at, duration_ms,
    CASE state WHEN 'delivered' THEN 'delivered' ELSE 'failed' END, last_status, error_code, last_error,
    response_headers, response_body, note, finished_at
  FROM finished WHERE id = ? AND attempt_id IS NOT NULL`
