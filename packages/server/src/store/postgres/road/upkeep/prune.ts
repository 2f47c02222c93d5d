/** Deletes what is older than its retention, in small steps, oldest first. */
import { AUDIT_MS } from '../../../../audit.ts'
import { eventIdOf, ID_SLACK_MS, type Ids, idFloor } from '../../../../id.ts'
import type { DeliveryRow } from '../../../reading/rows.ts'
import type { Retention } from '../../../road.ts'
import {
  CHANGES_MS,
  EVENT_PAGES_MAX,
  IDEMPOTENCY_MS,
  LEAD_ROWS,
  SHAPES_MS,
} from '../../../rules/retention.ts'
import { ROLLUP_STEPS_MS } from '../../../rules/rollups.ts'
import type { Database } from '../../connection/database.ts'
import { array, column } from '../../connection/parameters.ts'
import type { Transaction } from '../../connection/transaction.ts'
import { rowsToPrune, tendPartitions } from '../../partitions.ts'
import { eraseLeads } from '../erase.ts'
import { cancelAll } from '../move.ts'
import { WAITING_ROW } from '../rows.ts'
import { pruneAccess, pruneAudit } from './prune-access.ts'

export async function prune(
  database: Database,
  policy: Retention,
  ids: Ids,
): Promise<{ deleted: number }> {
  const { dropped } = await tendPartitions(database, policy.retentionMs)
  const { deleted } = await database.transact((tx) => pruneRows(tx, policy, ids))
  return { deleted: dropped ? Math.max(deleted, policy.limit) : deleted }
}

async function pruneRows(
  tx: Transaction,
  { retentionMs, leadRetentionMs, limit }: Retention,
  ids: Ids,
): Promise<{ deleted: number }> {
  const { now } = tx
  const before = Math.round(now - retentionMs)
  const { ranges, events } = await rowsToPrune(tx, { before, retentionMs })
  const run = async (sql: string, at: number, left: number) =>
    (await tx.query(sql, [at, left])).length
  const steps: ((left: number) => Promise<number>)[] = [
    (left) => run(DELETE_IDEMPOTENCY, now - IDEMPOTENCY_MS, left),
    (left) => run(DELETE_CHANGES, now - CHANGES_MS, left),
    async (left) =>
      leadRetentionMs === null
        ? 0
        : eraseOld(tx, ids, { before: now - leadRetentionMs, limit: left }),
    (left) => cancelParked(tx, before, left),
    (left) => deleteDeliveries(tx, { before, ranges, limit: left }),
    (left) => deleteLonelyEvents(tx, { before, table: events, limit: left }),
    (left) => run(DELETE_MINUTES, before, left),
    ...ROLLUP_STEPS_MS.map((stepMs) => async (left: number) => {
      const gone = await tx.query(DELETE_ROLLUPS, [stepMs, before - stepMs, left])
      return gone.length
    }),
    (left) => run(DELETE_RECOVERIES, before, left),
    (left) => run(DELETE_BULK, before, left),
    async (left) => (await tx.query(DELETE_KEPT_BACK, [idFloor('event', before), left])).length,
    (left) => run(DELETE_SHAPES, now - SHAPES_MS, left),
    (left) => run(DELETE_DELETED_WEBHOOKS, before, left),
    (left) => pruneAccess(tx, left),
    (left) => deleteAudit(tx, Math.round(now - Math.max(AUDIT_MS, retentionMs)), left),
  ]
  let deleted = 0
  for (const step of steps) if (deleted < limit) deleted += await step(limit - deleted)
  return { deleted }
}

async function eraseOld(
  tx: Transaction,
  ids: Ids,
  { before, limit }: { before: number; limit: number },
): Promise<number> {
  const floor = idFloor('lead', before + ID_SLACK_MS)
  const leads = await tx.query<{ id: string }>(OLD_LEADS, [
    floor,
    Math.round(before),
    Math.ceil(limit / LEAD_ROWS),
  ])
  const leadIds = leads.map(({ id }) => id)
  await eraseLeads(tx, { leadIds, reason: 'retention', ids })
  return leads.length * LEAD_ROWS
}

function deleteAudit(tx: Transaction, before: number, limit: number): Promise<number> {
  return pruneAudit(tx, { floor: idFloor('audit', before + ID_SLACK_MS), before, limit })
}

async function cancelParked(tx: Transaction, before: number, limit: number): Promise<number> {
  const rows = await tx.query<DeliveryRow>(OLD_PARKED, [before, limit])
  await cancelAll(tx, rows, 'retention')
  return rows.length
}

interface Old {
  before: number
  limit: number
}

/** Those that no partition takes along (partitions.ts). */
async function deleteDeliveries(
  tx: Transaction,
  { ranges, before, limit }: Old & { ranges: [string, string][] },
): Promise<number> {
  const find = (sql: string, ...values: (string | number)[]) =>
    tx.query<{ id: string }>(sql, values)
  let deleted = await deleteFound(tx, await find(OLD_DEFAULT, before, limit), before)
  for (const range of ranges) {
    if (deleted === limit) break
    const rows = await find(OLD_DELIVERIES, before, limit - deleted, ...range)
    deleted += await deleteFound(tx, rows, before)
  }
  return deleted
}

async function deleteFound(
  tx: Transaction,
  rows: { id: string }[],
  before: number,
): Promise<number> {
  if (rows.length === 0) return 0
  const ids = column(rows, (row) => row.id)
  tx.send(DELETE_ATTEMPTS, [ids])
  await tx.query(DELETE_DELIVERIES, [ids])
  const events = array([...new Set(rows.map((row) => eventIdOf(row.id)))])
  await tx.query(DELETE_EVENTS, [events, before])
  return rows.length
}

/**
 * Events that no webhook wanted. Others go with their last delivery, so each event is looked at
 * once: the walk never returns to where it was.
 */
async function deleteLonelyEvents(
  tx: Transaction,
  { before, table, limit }: Old & { table: string },
): Promise<number> {
  const floor = idFloor('event', before)
  const [kept] = await tx.query<{ value: string }>(LOCK_CURSOR)
  let after = kept?.value ?? ''
  let deleted = 0
  for (let page = 0; page < EVENT_PAGES_MAX && deleted < limit; page++) {
    const rows = await tx.query<{ id: string }>(oldEvents(table), [after, floor, limit - deleted])
    const last = rows.at(-1)
    if (!last) break
    const gone = await tx.query(DELETE_EVENTS, [column(rows, (row) => row.id), before])
    deleted += gone.length
    after = last.id
  }
  if (kept && after !== kept.value) tx.send(KEEP_CURSOR, [after])
  return deleted
}

/**
 * By the rows' places, which their locks hold still: to join them by their keys would read whole
 * tables, because PostgreSQL cannot know that a limit in a parameter is small.
 */
const DELETE_IDEMPOTENCY = `DELETE FROM idempotency WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM idempotency WHERE created_at <= $1
  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_CHANGES = `DELETE FROM changes WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM changes WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const OLD_LEADS = 'SELECT id FROM leads WHERE id < $1 AND created_at < $2 ORDER BY id LIMIT $3'
const OLD_PARKED = `SELECT ${WAITING_ROW} FROM waiting WHERE state = 'parked' AND updated_at < $1
  ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED`
const OLD_DEFAULT = `SELECT id FROM finished_default WHERE finished_at < $1
  ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED`
const OLD_DELIVERIES = `SELECT id FROM finished WHERE finished_at < $1 AND id >= $3 AND id < $4
  ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED`
const DELETE_ATTEMPTS = 'DELETE FROM attempts WHERE delivery_id = ANY($1::text[])'
const DELETE_DELIVERIES = 'DELETE FROM finished WHERE id = ANY($1::text[])'
const DELETE_EVENTS = `DELETE FROM events e WHERE e.id = ANY($1::text[]) AND e.created_at < $2
  AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id > 'dlv_' || substr(e.id, 5, 23) || '000'
    AND d.id <= 'dlv_' || substr(e.id, 5, 23) || 'zzz') RETURNING 1`
const LOCK_CURSOR = `SELECT value FROM meta WHERE key = 'prune_events_after' FOR UPDATE SKIP LOCKED`
const KEEP_CURSOR = `UPDATE meta SET value = $1 WHERE key = 'prune_events_after'`
const oldEvents = (table: string) =>
  `SELECT id FROM ${table} WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`
const DELETE_MINUTES = `DELETE FROM stats_minutes WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM stats_minutes WHERE minute < $1
  ORDER BY minute LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
/** Those that are over as a whole: what is left of one would be less than what happened. */
const DELETE_ROLLUPS = `DELETE FROM stats_rollups WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM stats_rollups WHERE step_ms = $1 AND at < $2
  ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_RECOVERIES = `DELETE FROM recoveries WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM recoveries WHERE finished_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_KEPT_BACK = `DELETE FROM kept_back WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM kept_back WHERE event_id < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
/** Those that nothing has any more. What is taken up again meanwhile was touched, and stays. */
const DELETE_SHAPES = `DELETE FROM shapes WHERE touched_at < $1::bigint AND id = ANY(ARRAY(
  SELECT id FROM shapes WHERE touched_at < $1
    AND NOT EXISTS (SELECT 1 FROM webhooks WHERE webhooks.shape = shapes.id)
    AND NOT EXISTS (SELECT 1 FROM finished WHERE finished.shape = shapes.id)
    AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.shape = shapes.id)
    AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.shape = shapes.id)
  LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
const DELETE_BULK = `DELETE FROM bulk_actions WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM bulk_actions WHERE finished_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
/** What is left of a webhook goes after its last delivery. */
const DELETE_DELETED_WEBHOOKS = `DELETE FROM deleted_webhooks WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM deleted_webhooks AS gone WHERE deleted_at < $1
    AND NOT EXISTS (SELECT 1 FROM finished WHERE finished.webhook_id = gone.id COLLATE "C")
    AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.webhook_id = gone.id COLLATE "C")
    AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.webhook_id = gone.id COLLATE "C")
  LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1`
