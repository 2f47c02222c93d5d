/**
 * Listeners: nodes that take one webhook's deliveries (store/listener-store.ts). Their leases are in
 * memory with those of the nodes, so that after a start nobody listens until they come again.
 */

import type { ListenerLease } from '../../listener-store.ts'
import type { WebhookRow } from '../../reading/rows.ts'
import { whenLeft, whenListened } from '../../rules/listened.ts'
import type { Core } from '../core.ts'
import { type Config, READ_WEBHOOK, UNSETTLE } from './config.ts'
import type { Deliveries } from './deliveries.ts'
import type { Nodes } from './nodes.ts'

type Listener = Pick<ListenerLease, 'webhookId' | 'listenerId'>

export class Listeners {
  readonly #core: Core
  readonly #rooms: { config: Config; deliveries: Deliveries; nodes: Nodes }

  constructor(core: Core, rooms: { config: Config; deliveries: Deliveries; nodes: Nodes }) {
    this.#core = core
    this.#rooms = rooms
  }

  joinListener({ webhookId, listenerId, leaseMs }: ListenerLease): WebhookRow | 'has_url' | null {
    const core = this.#core
    core.tx.flushHealth(core)
    const before = core.get<WebhookRow>(READ_WEBHOOK, webhookId)
    if (!before) return null
    if (before.kind !== 'listen') return 'has_url'
    core.nodes.set(listenerId, core.clock.monotonic() + leaseMs)
    const { state, reason } = whenListened(before)
    // As when it is resumed: failures from before must not disable it again.
    const failingSince = before.state === 'disabled' ? null : before.failing_since
    const values = [listenerId, null, state, reason, failingSince]
    core.run(SET_LISTENER, ...values, core.tx.now, webhookId)
    const row = this.#changed(before)
    if (before.listener_id !== null) this.#rooms.nodes.leaveNode(before.listener_id)
    return row
  }

  renewListener(listener: ListenerLease): 'renewed' | 'replaced' | 'lapsed' | null {
    const { webhookId, listenerId } = listener
    const row = this.#core.get<WebhookRow>(READ_WEBHOOK, webhookId)
    if (!row) return null
    if (row.listener_id !== listenerId) return row.listener_id === null ? 'lapsed' : 'replaced'
    const { nodes, deliveries } = this.#rooms
    if (!nodes.renewLease({ nodeId: listenerId, leaseMs: listener.leaseMs })) return 'lapsed'
    deliveries.releaseNode(listenerId)
    return 'renewed'
  }

  leaveListener({ webhookId, listenerId }: Listener): boolean {
    this.#core.tx.flushHealth(this.#core)
    const row = this.#core.get<WebhookRow>(READ_WEBHOOK, webhookId)
    const isOwn = row?.listener_id === listenerId
    if (isOwn) this.#goAway(row)
    return isOwn
  }

  sweepListeners(removeAfterMs: number): { away: string[]; removed: string[] } {
    const core = this.#core
    core.tx.flushHealth(core)
    const listened = core.all<WebhookRow & { listener_id: string }>(LISTENED)
    const away = listened.filter((row) => !core.isLive(row.listener_id))
    for (const row of away) this.#goAway(row)
    const abandoned = core.all<{ id: string }>(ABANDONED, core.tx.now - removeAfterMs)
    for (const { id } of abandoned) this.#rooms.config.deleteWebhook(id)
    return { away: away.map(({ id }) => id), removed: abandoned.map(({ id }) => id) }
  }

  /** What it held goes back after that, and so is parked. */
  #goAway(row: WebhookRow): void {
    const { now } = this.#core.tx
    const { state, reason } = whenLeft(row)
    this.#core.run(SET_LISTENER, null, now, state, reason, row.failing_since, now, row.id)
    this.#changed(row)
    if (row.listener_id !== null) this.#rooms.nodes.leaveNode(row.listener_id)
  }

  #changed({ id, chatbot_id }: WebhookRow): WebhookRow {
    const core = this.#core
    core.run(UNSETTLE, id)
    core.forgetWebhooks()
    core.tx.webhookChanged(core, id, chatbot_id)
    return core.get<WebhookRow>(READ_WEBHOOK, id) as WebhookRow
  }
}

const SET_LISTENER = `UPDATE webhooks SET listener_id = ?, away_since = ?, state = ?,
  state_reason = ?, failing_since = ?, updated_at = ? WHERE id = ?`
const LISTENED = 'SELECT * FROM webhooks WHERE listener_id IS NOT NULL'
const ABANDONED = 'SELECT id FROM webhooks WHERE temporary = 1 AND away_since <= ?'
