/**
 * Claiming what is due. Only deliveries of active webhooks are claimed; the clock that says what is
 * due is the store's.
 */
import { eventIdOf } from '../../../id.ts'
import { type DeliveryRow, payloadOfLead } from '../../reading/rows.ts'
import type { Claim, ClaimResult, LaneAsked } from '../../road.ts'
import { scheduleOfClaim } from '../../rules/extra.ts'
import { FRESH_FOR_MS, freshMax, PROBE_LOOK_MS } from '../../rules/rest.ts'
import type { Core } from '../core.ts'
import { findClaimed, moveDelivery } from './rows.ts'
import { shapedOf } from './shaped.ts'

interface ClaimInput {
  nodeId: string
  lanes: LaneAsked[]
}

interface ClaimRow extends DeliveryRow {
  /** Of an event that is no lead's. */
  payload: string | null
  conversation_id: string
  customer_email: string
  customer_name: string
  customer_phone: string
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

/**
 * One, when nobody holds the one before: which somebody wants to be sent now, or, when it is time,
 * another than who asked, if there is any.
 */
function claimProbe(
  core: Core,
  nodeId: string | null,
  { webhookId, limit }: LaneAsked,
  claims: Claim[],
): ClaimResult['left'][number] {
  const { now } = core.tx
  const rest = core.health(webhookId)
  const wanted = rest?.probeWanted ? core.get<ClaimRow>(FIND_WANTED, rest.probeWanted) : undefined
  const restMs = wanted ? 0 : Math.max(0, (rest?.probeAt ?? now) - now)
  const isHeld = rest?.probeId ? findClaimed(core, rest.probeId) !== undefined : false
  if (rest && nodeId && limit > 0 && restMs === 0 && !isHeld) {
    const [first, second] = core.all<ClaimRow>(FIND_DUE, webhookId, now, 2)
    const row = wanted ?? (first?.id === rest.restBy ? (second ?? first) : first)
    if (row) {
      claims.push({ ...claim(core, nodeId, row, { isWanted: row === wanted }), probe: true })
      rest.probeId = row.id
      rest.probeWanted = null
      core.touchHealth(webhookId)
      return { webhookId, dueInMs: PROBE_LOOK_MS, restMs: PROBE_LOOK_MS }
    }
  }
  const next = core.get<{ due_at: number }>(NEXT_DUE, webhookId)
  const waitMs = isHeld ? PROBE_LOOK_MS : restMs
  const dueInMs = next ? Math.max(next.due_at - now, waitMs) : null
  return { webhookId, dueInMs, restMs: waitMs }
}

function claim(
  core: Core,
  nodeId: string,
  found: ClaimRow,
  { isWanted = false }: { isWanted?: boolean } = {},
): Claim {
  // What is kept in memory until it is recorded is the delivery alone: whose payload it is, is said here.
  const { payload, conversation_id, customer_email, customer_name, customer_phone, ...own } = found
  const row: DeliveryRow = { ...own, claimed_by: null, finished_at: null }
  const schedule_due_at = scheduleOfClaim(row, { isWanted, now: core.tx.now })
  moveDelivery(core, row, { ...row, schedule_due_at, claimed_by: nodeId })
  const person = { conversation_id, customer_email, customer_name, customer_phone }
  return {
    deliveryId: row.id,
    eventId: eventIdOf(row.id),
    webhookId: row.webhook_id,
    chatbotId: row.chatbot_id,
    eventType: row.event_type,
    payload: payload ?? payloadOfLead(person),
    kind: row.kind,
    attemptNumber: row.attempt_count + 1,
    seriesAttempts: row.series_attempts,
    ...shapedOf(core, row),
  }
}

const CLAIMABLE = `SELECT d.*, e.payload, l.conversation_id, l.customer_email, l.customer_name,
    l.customer_phone`
const EVENT = `LEFT JOIN leads l ON l.id = 'lead_' || substr(d.id, 5, 23) || '000'
  LEFT JOIN events e ON e.id = 'evt_' || substr(d.id, 5, 23) || '000'`
const FIND_DUE = `${CLAIMABLE} FROM waiting d ${EVENT}
  WHERE d.webhook_id = ? AND d.state = 'pending' AND d.due_at <= ?
  ORDER BY d.due_at, d.id LIMIT ?`
/** Cancelled or parked since, it is wanted no more. */
const FIND_WANTED = `${CLAIMABLE} FROM waiting d ${EVENT} WHERE d.id = ? AND d.state = 'pending'`
const FIND_FRESH = `${CLAIMABLE} FROM waiting d INDEXED BY waiting_fresh ${EVENT}
  WHERE d.webhook_id = ? AND d.state = 'pending' AND d.attempt_count = 0
    AND d.due_at BETWEEN ? AND ?
  ORDER BY d.due_at, d.id LIMIT ?`
const NEXT_DUE = `SELECT due_at FROM waiting
  WHERE webhook_id = ? AND state = 'pending' ORDER BY due_at LIMIT 1`
