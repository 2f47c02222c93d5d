/** Deletes what is older than its retention, in small steps, oldest first. */
import { AUDIT_MS } from '../../../../audit.ts'
import { deliveryRangeOf, eventIdOf, idFloor } from '../../../../id.ts'
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
import type { Core } from '../../core.ts'
import { eraseLead } from '../erase.ts'
import { cancelRow } from '../move.ts'
import { pruneAccess, pruneAudit } from './prune-access.ts'

export function prune(
  core: Core,
  { retentionMs, leadRetentionMs, limit, aheadMs = 0 }: Retention,
): { deleted: number } {
  const now = core.tx.now - aheadMs
  const before = now - retentionMs
  const steps: ((left: number) => number)[] = [
    (left) => core.runCounting(DELETE_IDEMPOTENCY, now - IDEMPOTENCY_MS, left),
    (left) => core.runCounting(DELETE_CHANGES, now - CHANGES_MS, left),
    (left) => (leadRetentionMs === null ? 0 : eraseLeads(core, now - leadRetentionMs, left)),
    (left) => cancelParked(core, before, left),
    (left) => deleteDeliveries(core, before, left),
    (left) => deleteLonelyEvents(core, before, left),
    (left) => core.runCounting(DELETE_MINUTES, before, left),
    ...ROLLUP_STEPS_MS.map(
      (stepMs) => (left: number) => core.runCounting(DELETE_ROLLUPS, stepMs, before - stepMs, left),
    ),
    (left) => core.runCounting(DELETE_RECOVERIES, before, left),
    (left) => core.runCounting(DELETE_BULK, before, left),
    (left) => core.runCounting(DELETE_KEPT_BACK, idFloor('event', before), left),
    (left) => core.runCounting(DELETE_SHAPES, now - SHAPES_MS, left),
    (left) => core.runCounting(DELETE_DELETED_WEBHOOKS, before, left),
    (left) => pruneAccess(core, left, now),
    (left) => deleteAudit(core, now - Math.max(AUDIT_MS, retentionMs), left),
  ]
  let deleted = 0
  for (const step of steps) if (deleted < limit) deleted += step(limit - deleted)
  return { deleted }
}

function eraseLeads(core: Core, before: number, limit: number): number {
  const most = Math.ceil(limit / LEAD_ROWS)
  const leads = core.all<{ id: string }>(OLD_LEADS, idFloor('lead', before), before, most)
  for (const { id } of leads) eraseLead(core, { leadId: id, reason: 'retention' })
  return leads.length * LEAD_ROWS
}

function deleteAudit(core: Core, before: number, limit: number): number {
  return pruneAudit(core, { floor: idFloor('audit', before), before, limit })
}

function cancelParked(core: Core, before: number, limit: number): number {
  const rows = core.all<DeliveryRow>(OLD_PARKED, before, limit)
  for (const row of rows) cancelRow(core, row, 'retention')
  return rows.length
}

/** With their attempts, and with their event if nothing else is left of it. */
function deleteDeliveries(core: Core, before: number, limit: number): number {
  const rows = core.all<{ id: string }>(OLD_DELIVERIES, before, limit)
  if (rows.length === 0) return 0
  const ids = JSON.stringify(rows.map(({ id }) => id))
  core.run(DELETE_ATTEMPTS, ids)
  core.run(DELETE_FINISHED, ids)
  for (const eventId of new Set(rows.map(({ id }) => eventIdOf(id)))) {
    if (core.get(EVENT, eventId)) deleteEvent(core, eventId, before)
  }
  return rows.length
}

function deleteEvent(core: Core, eventId: string, before: number): number {
  const { first, last } = deliveryRangeOf(eventId)
  return core.runCounting(DELETE_EVENT, eventId, before, first, last)
}

/**
 * Events that no webhook wanted. Others go with their last delivery, so each event is looked at
 * once: the walk never returns to where it was.
 */
function deleteLonelyEvents(core: Core, before: number, limit: number): number {
  const floor = idFloor('event', before)
  let deleted = 0
  for (let page = 0; page < EVENT_PAGES_MAX && deleted < limit; page++) {
    const after = String(core.get<{ value: string }>(READ_CURSOR)?.value ?? '')
    const rows = core.all<{ id: string }>(OLD_EVENTS, after, floor, limit)
    const last = rows.at(-1)
    if (!last) break
    for (const { id } of rows) deleted += deleteEvent(core, id, before)
    core.run(KEEP_CURSOR, last.id)
  }
  return deleted
}

const DELETE_IDEMPOTENCY = `DELETE FROM idempotency WHERE (chatbot_id, route, key) IN
  (SELECT chatbot_id, route, key FROM idempotency WHERE created_at <= ? LIMIT ?)`
const DELETE_CHANGES =
  'DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE at < ? LIMIT ?)'
const OLD_LEADS = 'SELECT id FROM leads WHERE id < ? AND created_at < ? ORDER BY id LIMIT ?'
const OLD_PARKED = `SELECT *, NULL AS claimed_by, NULL AS finished_at
  FROM waiting INDEXED BY waiting_parked_since WHERE state = 'parked' AND updated_at < ? ORDER BY updated_at LIMIT ?`
const OLD_DELIVERIES = 'SELECT id FROM finished WHERE finished_at < ? ORDER BY finished_at LIMIT ?'
const DELETE_ATTEMPTS = 'DELETE FROM attempts WHERE delivery_id IN (SELECT value FROM json_each(?))'
const DELETE_FINISHED = 'DELETE FROM finished WHERE id IN (SELECT value FROM json_each(?))'
const EVENT = 'SELECT 1 FROM events WHERE id = ?'
const DELETE_EVENT = `DELETE FROM events WHERE id = ? AND created_at < ?
  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id > ? AND deliveries.id <= ?)`
const READ_CURSOR = `SELECT value FROM meta WHERE key = 'prune_events_after'`
const KEEP_CURSOR = `UPDATE meta SET value = ? WHERE key = 'prune_events_after'`
const OLD_EVENTS = 'SELECT id FROM events WHERE id > ? AND id < ? ORDER BY id LIMIT ?'
const DELETE_MINUTES = `DELETE FROM stats_minutes WHERE (webhook_id, minute) IN
  (SELECT webhook_id, minute FROM stats_minutes WHERE minute < ? LIMIT ?)`
/** Those that are over as a whole: what is left of one would be less than what happened. */
const DELETE_ROLLUPS = `DELETE FROM stats_rollups WHERE (scope, step_ms, at) IN
  (SELECT scope, step_ms, at FROM stats_rollups WHERE step_ms = ? AND at < ? LIMIT ?)`
const DELETE_RECOVERIES = `DELETE FROM recoveries WHERE id IN
  (SELECT id FROM recoveries WHERE finished_at IS NOT NULL AND finished_at < ? LIMIT ?)`
const DELETE_BULK = `DELETE FROM bulk_actions WHERE id IN
  (SELECT id FROM bulk_actions WHERE finished_at IS NOT NULL AND finished_at < ? LIMIT ?)`
const DELETE_KEPT_BACK = `DELETE FROM kept_back WHERE (event_id, webhook_id) IN
  (SELECT event_id, webhook_id FROM kept_back WHERE event_id < ? LIMIT ?)`
/** Those that nothing has any more. */
const DELETE_SHAPES = `DELETE FROM shapes WHERE id IN (SELECT id FROM shapes WHERE touched_at < ?
    AND NOT EXISTS (SELECT 1 FROM webhooks WHERE webhooks.shape = shapes.id)
    AND NOT EXISTS (SELECT 1 FROM finished WHERE finished.shape = shapes.id)
    AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.shape = shapes.id)
    AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.shape = shapes.id) LIMIT ?)`
/** What is left of a webhook goes after its last delivery. */
const DELETE_DELETED_WEBHOOKS = `DELETE FROM deleted_webhooks WHERE id IN
  (SELECT id FROM deleted_webhooks AS gone WHERE deleted_at < ?
    AND NOT EXISTS (SELECT 1 FROM finished WHERE finished.webhook_id = gone.id)
    AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.webhook_id = gone.id)
    AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.webhook_id = gone.id) LIMIT ?)`
