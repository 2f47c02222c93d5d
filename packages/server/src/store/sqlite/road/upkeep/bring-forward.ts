/**
 * Brings forward, in small steps, what waits for webhooks whose row says so (rules/bring-forward.ts): the
 * oldest first. What a step has done is left behind for good, so that it never takes a delivery twice,
 * though that may have failed again meanwhile.
 */
import type { DeliveryRow } from '../../../reading/rows.ts'
import { isTakenAlong, readForwarding } from '../../../rules/bring-forward.ts'
import type { Core } from '../../core.ts'
import { bringForward as bringOneForward, sendNow } from '../move.ts'

export function bringForward(core: Core, limit: number): { moved: number } {
  let walked = 0
  for (const { id } of core.all<{ id: string }>(MARKED, limit)) {
    if (walked >= limit) break
    walked += walk(core, id, limit - walked)
  }
  return { moved: walked }
}

/** Returns how many deliveries it looked at; one without any is a piece of work as well. */
function walk(core: Core, webhookId: string, limit: number): number {
  const webhook = core.health(webhookId)
  if (!webhook?.forwarding) return 0
  const mark = readForwarding(webhook.forwarding)
  const isActive = webhook.state === 'active'
  const rows = isActive ? core.all<DeliveryRow>(PENDING, webhookId, mark.after, limit) : []
  // Through its rest goes one of them, and the others when that was taken.
  const isHeld = mark.byHand && mark.after === '' && webhook.restingUntil !== null
  const probe = isHeld ? (rows.find(({ id }) => id !== webhook.restBy) ?? rows[0]) : undefined
  for (const row of rows) {
    if (row === probe) sendNow(core, row)
    else if (isTakenAlong(row, mark, core.tx.now)) bringOneForward(core, row)
  }
  const last = rows.length < limit ? undefined : rows.at(-1)
  const noted = core.health(webhookId)
  if (noted) noted.forwarding = last ? JSON.stringify({ ...mark, after: last.id }) : null
  core.touchHealth(webhookId)
  return Math.max(1, rows.length)
}

const MARKED = 'SELECT id FROM webhooks WHERE forwarding IS NOT NULL ORDER BY forwarding LIMIT ?'
const PENDING = `SELECT *, NULL AS claimed_by, NULL AS finished_at FROM waiting
    INDEXED BY waiting_by_webhook
  WHERE webhook_id = ? AND state = 'pending' AND id > ? ORDER BY id LIMIT ?`
