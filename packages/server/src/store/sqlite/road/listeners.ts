/**
 * Listeners: nodes that take one webhook's deliveries (../road.ts). Their leases are in
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
import type { Deliveries } from './deliveries.ts'
import type { Nodes } from './nodes.ts'

/** What a webhook's row says of who listens. */
interface Seat {
  listenerId: string | null
  awaySince: number | null
  failingSince: number | null
  state: WebhookState
  reason: string | null
}

type Listener = Pick<ListenerLease, 'webhookId' | 'listenerId'>

export class Listeners {
  readonly #core: Core
  readonly #rooms: { deliveries: Deliveries; nodes: Nodes }

  constructor(core: Core, rooms: { deliveries: Deliveries; nodes: Nodes }) {
    this.#core = core
    this.#rooms = rooms
  }

  joinListener({ webhookId, listenerId, leaseMs }: ListenerLease): WebhookRow | 'has_url' | null {
    const core = this.#core
    let earlier: string | null = null
    const joined = core.changeWebhook(webhookId, (before) => {
      if (before.kind !== 'listen') return 'has_url'
      earlier = before.listener_id
      core.nodes.set(listenerId, core.clock.monotonic() + leaseMs)
      // As when it is resumed: failures from before must not disable it again.
      const failingSince = before.state === 'disabled' ? null : before.failing_since
      return this.#set(before, {
        listenerId,
        awaySince: null,
        failingSince,
        ...whenListened(before),
      })
    })
    if (earlier !== null) this.#rooms.nodes.leaveNode(earlier)
    return joined
  }

  renewListener(listener: ListenerLease): 'renewed' | 'replaced' | 'lapsed' | null {
    const { webhookId, listenerId } = listener
    const row = this.#core.get<Pick<WebhookRow, 'listener_id'>>(READ_LISTENER, webhookId)
    if (!row) return null
    if (row.listener_id !== listenerId) return row.listener_id === null ? 'lapsed' : 'replaced'
    const { nodes, deliveries } = this.#rooms
    if (!nodes.renewLease({ nodeId: listenerId, leaseMs: listener.leaseMs })) return 'lapsed'
    deliveries.releaseNode(listenerId)
    return 'renewed'
  }

  leaveListener({ webhookId, listenerId }: Listener): boolean {
    return this.#endLease(webhookId, listenerId)
  }

  sweepListeners(removeAfterMs: number): { away: string[]; removed: string[] } {
    const core = this.#core
    const listened = core.all<{ id: string; listener_id: string }>(LISTENED)
    const away = listened.filter((row) => !core.isLive(row.listener_id))
    for (const { id, listener_id } of away) this.#endLease(id, listener_id)
    const abandoned = core.all<{ id: string }>(ABANDONED, core.tx.now - removeAfterMs)
    const tx = deskTransaction(core)
    for (const { id } of abandoned) runAtOnce(deleteWebhook(tx, id))
    return { away: away.map(({ id }) => id), removed: abandoned.map(({ id }) => id) }
  }

  /** What it held goes back after that, and so is parked. False: another listens by now, or nobody. */
  #endLease(webhookId: string, listenerId: string): boolean {
    const ended = this.#core.changeWebhook(webhookId, (row) => {
      if (row.listener_id !== listenerId) return 'not_its_own'
      const { failing_since: failingSince } = row
      const awaySince = this.#core.tx.now
      return this.#set(row, { listenerId: null, awaySince, failingSince, ...whenLeft(row) })
    })
    if (ended === null || ended === 'not_its_own') return false
    this.#rooms.nodes.leaveNode(listenerId)
    return true
  }

  #set({ id }: WebhookRow, seat: Seat): WebhookRow {
    const core = this.#core
    const { listenerId, awaySince, state, reason, failingSince } = seat
    const { now } = core.tx
    core.unsettle(id)
    const values = [listenerId, awaySince, state, reason, failingSince, now, id]
    return core.one<WebhookRow>(SET_LISTENER, ...values)
  }
}

const SET_LISTENER = `UPDATE webhooks SET listener_id = ?, away_since = ?, state = ?,
  state_reason = ?, failing_since = ?, updated_at = ?
  WHERE id = ? RETURNING *`
const READ_LISTENER = 'SELECT listener_id FROM webhooks WHERE id = ?'
const LISTENED = 'SELECT id, listener_id FROM webhooks WHERE listener_id IS NOT NULL'
const ABANDONED = 'SELECT id FROM webhooks WHERE temporary = 1 AND away_since <= ?'
