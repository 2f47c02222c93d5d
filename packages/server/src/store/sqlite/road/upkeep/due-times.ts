/**
 * After the wall clock was set back: what waits, waits no longer than it was told to. A row knows its
 * own wait, for both of its times were written by one clock at one moment: `due_at - updated_at`. A row
 * whose `updated_at` lies ahead of us was written by a clock that was ahead, and its due time with it.
 * Nothing is ever moved further ahead.
 */
import { idTime } from '../../../../id.ts'
import type { WebhookRow } from '../../../reading/rows.ts'
import type { DuePosition, PulledIn, PullInStep } from '../../../road.ts'
import type { Core } from '../../core.ts'

interface WaitingRow {
  id: string
  webhook_id: string
  due_at: number
  updated_at: number
}

export function pullInDue(core: Core, { jumpedBackMs, after, limit }: PullInStep): PulledIn {
  if (after === null && !knowsTheFuture(core)) return { pulled: 0, next: null }
  if (after === null) pullRests(core, jumpedBackMs)
  const { webhookId, dueAt, deliveryId } = after ?? FIRST
  const { now } = core.tx
  const rows = core.all<WaitingRow>(WAITING, webhookId, dueAt, deliveryId, now, limit)
  const ahead = rows.filter((row) => row.updated_at > now)
  for (const row of ahead) pull(core, row, jumpedBackMs)
  const last = rows.at(-1)
  return { pulled: ahead.length, next: rows.length === limit && last ? positionOf(last) : null }
}

/** A rest, too, knows its own wait: `probe_at - rest_set_at`. */
function pullRests(core: Core, jumpedBackMs: number): void {
  const { now } = core.tx
  for (const { id } of core.all<{ id: string }>(RESTING, now)) {
    core.changeWebhook(id, (row) => pullRest(core, row, jumpedBackMs), 'health')
  }
  for (const { id } of core.all<{ id: string }>(RESTED, now)) {
    core.changeWebhook(id, () => core.one<WebhookRow>(PULL_RESTED, now, id), 'health')
  }
}

function pullRest(core: Core, row: WebhookRow, jumpedBackMs: number): WebhookRow | 'set_anew' {
  const { now } = core.tx
  const { probe_at, rest_set_at, resting_until } = row
  // By this very transaction, and by our clock.
  if (probe_at === null || rest_set_at === null || resting_until === null) return 'set_anew'
  if (rest_set_at <= now) return 'set_anew'
  const waitMs = Math.max(0, probe_at - rest_set_at)
  const moved = jumpedBackMs > 0 ? probe_at - jumpedBackMs : Number.POSITIVE_INFINITY
  const probeAt = Math.min(now + waitMs, moved)
  core.tx.woken.add(row.id)
  const until = resting_until - (probe_at - probeAt)
  return core.one<WebhookRow>(PULL_REST, probeAt, until, probeAt - waitMs, row.id)
}

/** By the jump itself where it is known: what was waited already counts. */
function pull(core: Core, row: WaitingRow, jumpedBackMs: number): void {
  const { tx } = core
  const waitMs = Math.max(0, row.due_at - row.updated_at)
  const moved = jumpedBackMs > 0 ? row.due_at - jumpedBackMs : Number.POSITIVE_INFINITY
  const dueAt = Math.min(tx.now + waitMs, moved)
  core.run(PULL, dueAt, dueAt - waitMs, row.id)
  tx.woken.add(row.webhook_id)
}

/** Whether anything was written by a clock that was ahead of ours: by the ends of indexes. */
function knowsTheFuture(core: Core): boolean {
  const { now } = core.tx
  const { attempt, change, finish } = core.get<Newest>(NEWEST) ?? {}
  const { id } = core.get<{ id: string }>(NEWEST_DELIVERY) ?? {}
  const newest = [attempt ?? 0, change ?? 0, finish ?? 0, id ? idTime(id) : 0]
  return newest.some((at) => at > now)
}

interface Newest {
  attempt: number | null
  change: number | null
  finish: number | null
}

const FIRST: DuePosition = { webhookId: '', dueAt: 0, deliveryId: '' }

function positionOf(row: WaitingRow): DuePosition {
  return { webhookId: row.webhook_id, dueAt: row.due_at, deliveryId: row.id }
}

const NEWEST = `SELECT (SELECT max(recorded_at) FROM attempts) AS attempt,
  (SELECT max(at) FROM changes) AS change, (SELECT max(finished_at) FROM finished) AS finish`
const NEWEST_DELIVERY = `SELECT max((SELECT coalesce(max(id), '') FROM claimed),
  (SELECT coalesce(max(id), '') FROM waiting), (SELECT coalesce(max(id), '') FROM finished)) AS id`
const WAITING = `SELECT id, webhook_id, due_at, updated_at FROM waiting
  INDEXED BY waiting_claimable WHERE state = 'pending' AND (webhook_id, due_at, id) > (?, ?, ?)
    AND due_at > ? ORDER BY webhook_id, due_at, id LIMIT ?`
const RESTING = 'SELECT id FROM webhooks WHERE resting_until IS NOT NULL AND rest_set_at > ?'
const PULL_REST = `UPDATE webhooks SET probe_at = ?, resting_until = ?, rest_set_at = ?
  WHERE id = ? RETURNING *`
const RESTED = 'SELECT id FROM webhooks WHERE rested_at > ?'
const PULL_RESTED = 'UPDATE webhooks SET rested_at = ? WHERE id = ? RETURNING *'
/** The schedule's time, where it was brought forward, goes with it. */
const PULL = `UPDATE waiting SET due_at = ?1, updated_at = ?2,
    schedule_due_at = schedule_due_at - (due_at - ?1) WHERE id = ?3`
