/**
 * Claiming what is due. Only deliveries of active webhooks are claimed; the clock that says what is
 * due is the store's.
 */
import type { DeliveryKind } from '../../../delivery.ts'
import type { Claim, ClaimResult, LaneAsked } from '../../road.ts'
import { FRESH_FOR_MS, freshMax, PROBE_LOOK_MS } from '../../rules/rest.ts'
import type { Core } from '../core.ts'

interface ClaimInput {
  nodeId: string
  lanes: LaneAsked[]
}

interface ClaimRow {
  id: string
  event_id: string
  webhook_id: string
  chatbot_id: string
  event_type: string
  payload: string
  kind: DeliveryKind
  attempt_count: number
  series_attempts: number
}

export function claimDue(core: Core, { nodeId, lanes }: ClaimInput): ClaimResult {
  const live = core.isLive(nodeId)
  const result: ClaimResult = { claims: [], left: [] }
  for (const lane of lanes) {
    const { webhookId } = lane
    const may = core.mayClaim(webhookId, nodeId)
    if (may && core.isResting(webhookId)) {
      result.left.push(claimProbe(core, live ? nodeId : null, lane, result.claims))
      continue
    }
    if (may && live) claimLane(core, nodeId, lane, result.claims)
    const next = may ? core.get<{ due_at: number }>(NEXT_DUE, webhookId) : undefined
    result.left.push({ webhookId, dueInMs: next ? next.due_at - core.tx.now : null })
  }
  return result
}

/** Three of four are what is fresh, if the webhook has rested. */
function claimLane(core: Core, nodeId: string, lane: LaneAsked, claims: Claim[]): void {
  const { webhookId } = lane
  const { now } = core.tx
  let left = lane.limit
  const restedAt = core.restedAt(webhookId)
  if (restedAt !== null) {
    const most = freshMax(lane)
    const newest = core.all<ClaimRow>(FIND_FRESH, webhookId, restedAt, now, most)
    for (const row of newest) claims.push({ ...claim(core, nodeId, row), fresh: true })
    const since = now - FRESH_FOR_MS
    const newer = core.all<ClaimRow>(
      FIND_FRESH,
      webhookId,
      since,
      restedAt - 1,
      most - newest.length,
    )
    for (const row of newer) claims.push(claim(core, nodeId, row))
    left -= newest.length + newer.length
  }
  const due = core.all<ClaimRow>(FIND_DUE, webhookId, now, left)
  for (const row of due) claims.push(claim(core, nodeId, row))
}

/** One, when it is time and nobody holds the one before: another than who asked, if there is any. */
function claimProbe(
  core: Core,
  nodeId: string | null,
  { webhookId, limit }: LaneAsked,
  claims: Claim[],
): ClaimResult['left'][number] {
  const { now } = core.tx
  const rest = core.health(webhookId)
  const restMs = Math.max(0, (rest?.probeAt ?? now) - now)
  const isHeld = rest?.probeId ? core.get(HELD, rest.probeId) !== undefined : false
  if (rest && nodeId && limit > 0 && restMs === 0 && !isHeld) {
    const [first, second] = core.all<ClaimRow>(FIND_DUE, webhookId, now, 2)
    const row = first?.id === rest.restBy ? (second ?? first) : first
    if (row) {
      claims.push({ ...claim(core, nodeId, row), probe: true })
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

function claim(core: Core, nodeId: string, row: ClaimRow): Claim {
  core.run(SET_CLAIM, nodeId, row.id)
  return {
    deliveryId: row.id,
    eventId: row.event_id,
    webhookId: row.webhook_id,
    chatbotId: row.chatbot_id,
    eventType: row.event_type,
    payload: row.payload,
    kind: row.kind,
    attemptNumber: row.attempt_count + 1,
    seriesAttempts: row.series_attempts,
  }
}

const CLAIMED_COLUMNS = `SELECT d.id, d.event_id, d.webhook_id, d.chatbot_id, d.event_type, e.payload, d.kind,
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
