/**
 * Deliveries change hands here: claimed, given back, cancelled, sent once more.
 * Only deliveries of active webhooks are claimed; the clock that says what is due is the store's.
 */
import {
  CANCELLABLE,
  type DeliveryKind,
  type DeliveryState,
  RESENDABLE,
  type StateReason,
} from '../../../delivery.ts'
import { type DeliveryRow, toDeliveryChange } from '../../reading/rows.ts'
import type { Claim, ClaimResult, LaneAsked } from '../../road.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import { FRESH_FOR_MS, freshMax, PROBE_LOOK_MS } from '../../rules/rest.ts'
import type { Core } from '../core.ts'

export type ResendReply = DeliveryRow | 'wrong_state' | 'webhook_deleted' | 'erased' | null

interface ClaimRow {
  id: string
  event_id: string
  chatbot_id: string
  event_type: string
  payload: string
  kind: DeliveryKind
  attempt_count: number
  series_attempts: number
}

const FRESH = { fresh: true } as const

export class Deliveries {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  claimDue(input: { nodeId: string; lanes: LaneAsked[] }): ClaimResult {
    const core = this.#core
    const live = core.isLive(input.nodeId)
    const result: ClaimResult = { claims: [], left: [] }
    for (const lane of input.lanes) {
      const { webhookId } = lane
      const may = core.mayClaim(webhookId, input.nodeId)
      if (may && core.isResting(webhookId)) {
        result.left.push(this.#claimProbe(live ? input.nodeId : null, lane, result.claims))
        continue
      }
      if (may && live) this.#claimLane(input.nodeId, lane, result.claims)
      const next = may ? core.get<{ due_at: number }>(NEXT_DUE, webhookId) : undefined
      result.left.push({ webhookId, dueInMs: next ? next.due_at - core.tx.now : null })
    }
    return result
  }

  /** Three of four are what is fresh, if the webhook has rested. */
  #claimLane(nodeId: string, lane: LaneAsked, claims: Claim[]): void {
    const { webhookId } = lane
    const core = this.#core
    const { now } = core.tx
    const take = (rows: ClaimRow[], how: Pick<Claim, 'fresh'> = {}) => {
      for (const row of rows) claims.push({ ...this.#claim(nodeId, webhookId, row), ...how })
      return rows.length
    }
    let left = lane.limit
    const restedAt = core.restedAt(webhookId)
    if (restedAt !== null) {
      const most = freshMax(lane)
      const since = now - FRESH_FOR_MS
      const newest = take(core.all(FIND_FRESH, webhookId, restedAt, now, most), FRESH)
      const newer = take(core.all(FIND_FRESH, webhookId, since, restedAt - 1, most - newest))
      left -= newest + newer
    }
    take(core.all<ClaimRow>(FIND_DUE, webhookId, now, left))
  }

  /** One, when it is time and nobody holds the one before: another than who asked, if there is any. */
  #claimProbe(
    nodeId: string | null,
    { webhookId, limit }: LaneAsked,
    claims: Claim[],
  ): ClaimResult['left'][number] {
    const core = this.#core
    const { now } = core.tx
    const rest = core.health(webhookId)
    const restMs = Math.max(0, (rest?.probeAt ?? now) - now)
    const isHeld = rest?.probeId ? core.get(HELD, rest.probeId) !== undefined : false
    if (rest && nodeId && limit > 0 && restMs === 0 && !isHeld) {
      const [first, second] = core.all<ClaimRow>(FIND_DUE, webhookId, now, 2)
      const row = first?.id === rest.restBy ? (second ?? first) : first
      if (row) {
        claims.push({ ...this.#claim(nodeId, webhookId, row), probe: true })
        rest.probeId = row.id
        core.touchHealth(webhookId)
        return { webhookId, dueInMs: PROBE_LOOK_MS, restMs: PROBE_LOOK_MS }
      }
    }
    const next = core.get<{ due_at: number }>(NEXT_DUE, webhookId)
    const waitMs = isHeld ? PROBE_LOOK_MS : restMs
    const dueInMs = next ? Math.max(next.due_at - now, waitMs) : null
    return { webhookId, dueInMs, restMs: waitMs }
  }

  #claim(nodeId: string, webhookId: string, row: ClaimRow): Claim {
    this.#core.run(SET_CLAIM, nodeId, row.id)
    return {
      deliveryId: row.id,
      eventId: row.event_id,
      webhookId,
      chatbotId: row.chatbot_id,
      eventType: row.event_type,
      payload: row.payload,
      kind: row.kind,
      attemptNumber: row.attempt_count + 1,
      seriesAttempts: row.series_attempts,
    }
  }

  /** Whoever gives back knows that it waits: nobody is told. */
  release({ nodeId, deliveryIds }: { nodeId: string; deliveryIds: string[] }): void {
    for (const id of deliveryIds) {
      const row = this.#core.get<DeliveryRow>(READ_DELIVERY, id)
      if (row?.claimed_by === nodeId) this.#unclaim(row, false)
    }
  }

  /** Takes back all that a node held; how many. */
  releaseNode(nodeId: string): number {
    const rows = this.#core.all<DeliveryRow>(CLAIMED_BY, nodeId)
    for (const row of rows) this.#unclaim(row, true)
    return rows.length
  }

  /** Takes back every claim on disk: at start nobody can hold one. */
  releaseAll(): number {
    const rows = this.#core.all<DeliveryRow>(CLAIMED)
    for (const row of rows) this.#unclaim(row, true)
    return rows.length
  }

  #unclaim(row: DeliveryRow, wake: boolean): void {
    const core = this.#core
    core.run(CLEAR_CLAIM, row.id)
    if (row.state !== 'pending') return
    // Nobody waits for a test's answer any more, and a test is never repeated.
    if (row.kind === 'test') this.#endTest(row)
    else if (core.webhookState(row.webhook_id) !== 'active') core.unsettle(row.webhook_id)
    else if (wake) core.tx.woken.add(row.webhook_id)
  }

  #endTest(row: DeliveryRow): void {
    const { tx } = this.#core
    this.#core.run(END_TEST, UNFINISHED_TEST, tx.now, tx.now, row.id)
    tx.backlogDelta -= 1
    this.#changed(row.id)
  }

  createTest(input: {
    nodeId: string
    webhookId: string
    eventId: string
    eventType: string
    payload: string
  }): Claim | null {
    const core = this.#core
    const { now } = core.tx
    const { nodeId, webhookId, eventId, eventType, payload } = input
    const webhook = core.get<{ chatbot_id: string }>(WEBHOOK_CHATBOT, webhookId)
    if (!webhook) return null
    const chatbotId = webhook.chatbot_id
    const deliveryId = core.ids.next('delivery')
    core.run(INSERT_TEST_EVENT, eventId, chatbotId, eventType, payload, now)
    core.run(
      INSERT_TEST,
      deliveryId,
      eventId,
      webhookId,
      chatbotId,
      eventType,
      now,
      nodeId,
      now,
      now,
    )
    core.tx.backlogDelta += 1
    this.#changed(deliveryId)
    return {
      deliveryId,
      eventId,
      webhookId,
      chatbotId,
      eventType,
      payload,
      kind: 'test',
      attemptNumber: 1,
      seriesAttempts: 0,
    }
  }

  resend(deliveryId: string): ResendReply {
    const row = this.#core.get<DeliveryRow>(READ_DELIVERY, deliveryId)
    if (!row) return null
    if (row.kind === 'test' || !RESENDABLE.includes(row.state)) return 'wrong_state'
    // Cancelled, but an attempt is on its way: its outcome would land on the new series.
    if (row.claimed_by !== null) return 'wrong_state'
    if (this.#core.get<{ erased: number }>(EVENT_ERASED, row.event_id)?.erased !== 0)
      return 'erased'
    const state = this.#core.webhookState(row.webhook_id)
    if (state === null) return 'webhook_deleted'
    this.#core.tx.backlogDelta += 1
    if (state === 'active') return this.#move(row, 'pending', null)
    return this.#move(row, 'parked', parkReason(state))
  }

  cancel(input: { deliveryId: string; reason: StateReason }): DeliveryRow | 'wrong_state' | null {
    const row = this.#core.get<DeliveryRow>(READ_DELIVERY, input.deliveryId)
    if (!row) return null
    if (!CANCELLABLE.includes(row.state)) return 'wrong_state'
    return this.cancelRow(row, input.reason)
  }

  /** The claim stays, so that an attempt on its way is still recorded. */
  cancelRow(row: DeliveryRow, reason: StateReason): DeliveryRow {
    const { tx } = this.#core
    tx.backlogDelta -= 1
    if (row.kind === 'event') tx.count(row.webhook_id, row.chatbot_id, 'cancelled')
    return this.#move(row, 'cancelled', reason)
  }

  park(row: DeliveryRow, reason: StateReason): DeliveryRow {
    return this.#move(row, 'parked', reason)
  }

  /** A parked delivery is due when its webhook is back, and by its age among those that were parked. */
  unpark(row: DeliveryRow): DeliveryRow {
    return this.#move(row, 'pending', null)
  }

  #move(row: DeliveryRow, state: DeliveryState, reason: StateReason | null): DeliveryRow {
    const { now } = this.#core.tx
    const resent = RESENDABLE.includes(row.state)
    const seriesAttempts = resent ? 0 : row.series_attempts
    const finishedAt = state === 'cancelled' ? now : null
    const dueAt = row.state === 'parked' ? Math.min(row.created_at, now) : now
    const uncharged = resent ? null : row.uncharged_since
    if (state === 'pending') this.#core.tx.woken.add(row.webhook_id)
    this.#core.run(
      MOVE,
      state,
      reason,
      seriesAttempts,
      state === 'pending' ? dueAt : null,
      uncharged,
      finishedAt,
      now,
      row.id,
    )
    return this.#changed(row.id)
  }

  #changed(deliveryId: string): DeliveryRow {
    const { tx } = this.#core
    const row = this.#core.get<DeliveryRow>(READ_DELIVERY, deliveryId) as DeliveryRow
    tx.keepDeliveryChange(this.#core, row.chatbot_id, row.id)
    if (tx.wantChanges) tx.changes.push(toDeliveryChange(row, tx.now))
    return row
  }
}

const UNFINISHED_TEST = 'The server stopped before this test had an answer.'

export const READ_DELIVERY = 'SELECT * FROM deliveries WHERE id = ?'
const EVENT_ERASED = 'SELECT erased FROM events WHERE id = ?'
const WEBHOOK_CHATBOT = 'SELECT chatbot_id FROM webhooks WHERE id = ?'

const CLAIMED_COLUMNS = `SELECT d.id, d.event_id, d.chatbot_id, d.event_type, e.payload, d.kind,
    d.attempt_count, d.series_attempts`
const FIND_DUE = `${CLAIMED_COLUMNS} FROM deliveries d JOIN events e ON e.id = d.event_id
  WHERE d.webhook_id = ? AND d.state = 'pending' AND d.claimed_by IS NULL AND d.due_at <= ?
  ORDER BY d.due_at, d.id LIMIT ?`
const FIND_FRESH = `${CLAIMED_COLUMNS}
  FROM deliveries d INDEXED BY deliveries_fresh JOIN events e ON e.id = d.event_id
  WHERE d.webhook_id = ? AND d.state = 'pending' AND d.claimed_by IS NULL AND d.attempt_count = 0
    AND d.due_at BETWEEN ? AND ?
  ORDER BY d.due_at, d.id LIMIT ?`
const HELD = 'SELECT 1 FROM deliveries WHERE id = ? AND claimed_by IS NOT NULL'
const NEXT_DUE = `SELECT due_at FROM deliveries
  WHERE webhook_id = ? AND state = 'pending' AND claimed_by IS NULL ORDER BY due_at LIMIT 1`
const SET_CLAIM = 'UPDATE deliveries SET claimed_by = ? WHERE id = ?'
const CLEAR_CLAIM = 'UPDATE deliveries SET claimed_by = NULL WHERE id = ?'
const CLAIMED_BY = 'SELECT * FROM deliveries WHERE claimed_by = ?'
const CLAIMED = 'SELECT * FROM deliveries WHERE claimed_by IS NOT NULL'
const MOVE = `UPDATE deliveries SET state = ?, state_reason = ?, series_attempts = ?, due_at = ?,
  uncharged_since = ?, finished_at = ?, updated_at = ? WHERE id = ?`

const INSERT_TEST_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, created_at)
  VALUES (?, ?, ?, ?, ?)`
const INSERT_TEST = `INSERT INTO deliveries (id, event_id, webhook_id, chatbot_id, event_type,
    due_at, claimed_by, created_at, updated_at, kind, state)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'test', 'pending')`
const END_TEST = `UPDATE deliveries SET state = 'exhausted', due_at = NULL, last_error = ?,
  finished_at = ?, updated_at = ? WHERE id = ?`
