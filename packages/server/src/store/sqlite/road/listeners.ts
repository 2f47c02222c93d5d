/**
 * Listeners: nodes that take one webhook's deliveries (store/road.ts). Their leases are in
 * memory with those of the nodes, so that after a start nobody listens until they come again.
 */

import type { WebhookState } from '../../../webhook.ts'
import { runAtOnce } from '../../desk/operations/transaction.ts'
import { deleteWebhook } from '../../desk/operations/webhooks.ts'
import type { WebhookRow } from '../../reading/rows.ts'
import type { ListenerLease } from '../../road.ts'
import { whenLeft, whenListened } from '../../rules/listened.ts'
import type { Core } from '../core.ts'
import { deskTransaction } from '../desk-transaction.ts'
import { leaveNode, renewLease, setLease } from './nodes.ts'
import { releaseNode } from './release.ts'

/** What a webhook's row says of who listens. */
interface Seat {
  listenerId: string | null
  awaySince: number | null
  failingSince: number | null
  state: WebhookState
  reason: string | null
}

type Listener = Pick<ListenerLease, 'webhookId' | 'listenerId'>

export function joinListener(
  core: Core,
  { webhookId, listenerId, leaseMs }: ListenerLease,
): WebhookRow | 'has_url' | null {
  let earlier: string | null = null
  const joined = core.changeWebhook(webhookId, (before) => {
    if (before.kind !== 'listen') return 'has_url'
    earlier = before.listener_id
    setLease(core, { nodeId: listenerId, leaseMs })
    // As when it is resumed: failures from before must not disable it again.
    const failingSince = before.state === 'disabled' ? null : before.failing_since
    return set(core, before, { listenerId, awaySince: null, failingSince, ...whenListened(before) })
  })
  if (earlier !== null) leaveNode(core, earlier)
  return joined
}

export function renewListener(
  core: Core,
  { webhookId, listenerId, leaseMs }: ListenerLease,
): 'renewed' | 'replaced' | 'lapsed' | null {
  const row = core.get<Pick<WebhookRow, 'listener_id'>>(READ_LISTENER, webhookId)
  if (!row) return null
  if (row.listener_id !== listenerId) return row.listener_id === null ? 'lapsed' : 'replaced'
  if (!renewLease(core, { nodeId: listenerId, leaseMs })) return 'lapsed'
  releaseNode(core, listenerId)
  return 'renewed'
}

/** What it held goes back after that, and so is parked. False: another listens by now, or nobody. */
export function leaveListener(core: Core, { webhookId, listenerId }: Listener): boolean {
  const left = core.changeWebhook(webhookId, (row) => {
    if (row.listener_id !== listenerId) return 'not_its_own'
    const { failing_since: failingSince } = row
    const awaySince = core.tx.now
    return set(core, row, { listenerId: null, awaySince, failingSince, ...whenLeft(row) })
  })
  if (left === null || left === 'not_its_own') return false
  leaveNode(core, listenerId)
  return true
}

export function sweepListeners(
  core: Core,
  removeAfterMs: number,
): { away: string[]; removed: string[] } {
  const listened = core.all<{ id: string; listener_id: string }>(LISTENED)
  const away = listened.filter((row) => !core.isLive(row.listener_id))
  for (const { id, listener_id } of away) {
    leaveListener(core, { webhookId: id, listenerId: listener_id })
  }
  const abandoned = core.all<{ id: string }>(ABANDONED, core.tx.now - removeAfterMs)
  const tx = deskTransaction(core)
  for (const { id } of abandoned) runAtOnce(deleteWebhook(tx, { id }))
  return { away: away.map(({ id }) => id), removed: abandoned.map(({ id }) => id) }
}

function set(core: Core, { id }: WebhookRow, seat: Seat): WebhookRow {
  const { listenerId, awaySince, state, reason, failingSince } = seat
  core.unsettle(id)
  const values = [listenerId, awaySince, state, reason, failingSince, core.tx.now, id]
  return core.one<WebhookRow>(SET_LISTENER, ...values)
}

const SET_LISTENER = `UPDATE webhooks SET listener_id = ?, away_since = ?, state = ?,
  state_reason = ?, failing_since = ?, updated_at = ?
  WHERE id = ? RETURNING *`
const READ_LISTENER = 'SELECT listener_id FROM webhooks WHERE id = ?'
const LISTENED = 'SELECT id, listener_id FROM webhooks WHERE listener_id IS NOT NULL'
const ABANDONED = 'SELECT id FROM webhooks WHERE temporary = 1 AND away_since <= ?'
