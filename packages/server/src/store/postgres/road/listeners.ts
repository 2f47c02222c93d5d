/**
 * Listeners: nodes that take one webhook's deliveries (store/road.ts), in the list of nodes
 * with a role of their own and no keys. A webhook's row is locked before it changes hands.
 *
 * Records lock deliveries before webhooks; so what a listener held is given back in a transaction of
 * its own, after the one in which its lease ended. Should the process end between the two, the
 * rescue of what dead nodes held does it.
 */
import type { Webhook, WebhookState } from '../../../webhook.ts'
import { runAwaiting } from '../../desk/operations/transaction.ts'
import { deleteWebhook } from '../../desk/operations/webhooks.ts'
import type { NewAuditEntry } from '../../desk.ts'
import { toWebhook, type WebhookRow } from '../../reading/rows.ts'
import type { ListenerLease } from '../../road.ts'
import { whenLeft, whenListened } from '../../rules/listened.ts'
import type { Encryption } from '../../sealing/encryption.ts'
import type { Database } from '../connection/database.ts'
import type { Transaction } from '../connection/transaction.ts'
import { deskTransaction } from '../desk-transaction.ts'
import { transactAudited } from '../transact-audited.ts'
import { giveBack } from './nodes.ts'

interface ListenerParts {
  database: Database
  encryption: Encryption
}

type Listener = Pick<ListenerLease, 'webhookId' | 'listenerId'>
type Listened = Pick<WebhookRow, 'id'> & { listener_id: string }

/** What a webhook's row says of who listens. */
interface Seat {
  listenerId: string | null
  awaySince: number | null
  failingSince: number | null
  state: WebhookState
  reason: string | null
}

/** Of one sweep. */
const SWEPT_MAX = 200

export async function joinListener(
  { database, encryption }: ListenerParts,
  listener: ListenerLease,
  audit?: NewAuditEntry,
): Promise<Webhook | 'has_url' | null> {
  const { listenerId } = listener
  let earlier: string | null = null
  const joined = await transactAudited(database, audit, async (tx) => {
    const joined = await tx.changeWebhook(listener.webhookId, async (before) => {
      if (before.kind !== 'listen') return 'has_url'
      earlier = before.listener_id
      if (earlier !== null) tx.send(LAPSE, [earlier])
      tx.send(JOIN, [listenerId, tx.now, Math.round(listener.leaseMs)])
      // As when it is resumed: failures from before must not disable it again.
      const failingSince = before.state === 'disabled' ? null : before.failing_since
      return set(tx, before, { listenerId, awaySince: null, failingSince, ...whenListened(before) })
    })
    return joined === null || joined === 'has_url' ? joined : toWebhook(joined, encryption)
  })
  if (earlier !== null) await giveBack(database, [earlier])
  return joined
}

export async function renewListener(
  database: Database,
  { webhookId, listenerId, leaseMs }: ListenerLease,
): Promise<'renewed' | 'replaced' | 'lapsed' | null> {
  const values = [webhookId, listenerId, Math.round(leaseMs)]
  const renewed = await database.query(RENEW, values)
  if (renewed.length > 0) {
    await giveBack(database, [listenerId])
    return 'renewed'
  }
  const [row] = await database.query<{ listener_id: string | null }>(READ_LISTENER, [webhookId])
  if (!row) return null
  return row.listener_id === null || row.listener_id === listenerId ? 'lapsed' : 'replaced'
}

export async function leaveListener(
  database: Database,
  { webhookId, listenerId }: Listener,
): Promise<boolean> {
  const left = await database.transact((tx) => endLease(tx, webhookId, listenerId))
  if (left) await giveBack(database, [listenerId])
  return left
}

export async function sweepListeners(
  database: Database,
  removeAfterMs: number,
): Promise<{ away: string[]; removed: string[] }> {
  const [away, removed] = await database.transact(async (tx) => {
    const lapsed = await tx.query<Listened>(LOCK_LAPSED, [tx.now, SWEPT_MAX])
    for (const { id, listener_id } of lapsed) await endLease(tx, id, listener_id)
    const abandoned = await tx.query<{ id: string }>(LOCK_ABANDONED, [
      tx.now - removeAfterMs,
      SWEPT_MAX,
    ])
    for (const { id } of abandoned) await runAwaiting(deleteWebhook(deskTransaction(tx), { id }))
    return [lapsed, abandoned] as const
  })
  if (away.length > 0)
    await giveBack(
      database,
      away.map((row) => row.listener_id),
    )
  return { away: away.map(({ id }) => id), removed: removed.map(({ id }) => id) }
}

/** False: another listens by now, or nobody. */
async function endLease(tx: Transaction, webhookId: string, listenerId: string): Promise<boolean> {
  const ended = await tx.changeWebhook(webhookId, async (row) => {
    if (row.listener_id !== listenerId) return 'not_its_own'
    tx.send(LAPSE, [listenerId])
    const { failing_since: failingSince } = row
    return set(tx, row, { listenerId: null, awaySince: tx.now, failingSince, ...whenLeft(row) })
  })
  return ended !== null && ended !== 'not_its_own'
}

function set(tx: Transaction, { id }: WebhookRow, seat: Seat): Promise<WebhookRow> {
  const { listenerId, awaySince, state, reason, failingSince } = seat
  tx.unsettle(id)
  const values = [id, listenerId, awaySince, state, reason, failingSince, tx.now]
  return tx.one<WebhookRow>(SET_LISTENER, values)
}

const JOIN = `INSERT INTO nodes (id, lease_until, roles, keys, started_at, heartbeat)
  VALUES ($1, $2::bigint + $3::bigint, 'listen', '', $2, $2)`
/** What lapsed is removed with the dead nodes. */
const LAPSE = 'UPDATE nodes SET lease_until = 0 WHERE id = $1'
const RENEW = `UPDATE nodes SET lease_until = clock.now + $3::bigint, heartbeat = clock.now
  FROM (SELECT chatzuri_now() AS now) AS clock
  WHERE id = $2 AND lease_until > clock.now
    AND EXISTS (SELECT 1 FROM webhooks WHERE id = $1 AND listener_id = $2) RETURNING 1`
const READ_LISTENER = 'SELECT listener_id FROM webhooks WHERE id = $1'
const SET_LISTENER = `UPDATE webhooks SET listener_id = $2, away_since = $3, state = $4,
  state_reason = $5, failing_since = $6, updated_at = $7 WHERE id = $1 RETURNING *`
const LOCK_LAPSED = `SELECT id, listener_id FROM webhooks w WHERE listener_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = w.listener_id AND n.lease_until > $1)
  ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`
const LOCK_ABANDONED = `SELECT id FROM webhooks WHERE temporary = 1 AND away_since IS NOT NULL
    AND away_since <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`
