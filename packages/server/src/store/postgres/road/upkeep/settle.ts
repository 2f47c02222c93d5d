/**
 * Moves deliveries to where their webhook's state says. A webhook whose state changed is noted in
 * `unsettled` by the same commit, so a crash forgets nothing. Claimed deliveries are left to whoever
 * holds them, unless they are to be cancelled: recording and giving back look at the webhook's state
 * themselves.
 *
 * Nobody locks a webhook to read its state: an accept or a record that runs beside a pause may still
 * write `pending`. So a note stays until every transaction that was open when the note was first
 * seen has ended, and its deliveries were moved once more after that. The hot paths pay nothing.
 */
import type { Ids } from '../../../../id.ts'
import type { WebhookState } from '../../../../webhook.ts'
import type { DeliveryRow } from '../../../reading/rows.ts'
import { parkReason } from '../../../rules/after-attempt.ts'
import { array } from '../../connection/parameters.ts'
import type { Transaction } from '../../connection/transaction.ts'
import { eraseDeletedChatbots } from '../erase.ts'
import { cancelAll, moveAll, webhookStates } from '../move.ts'
import { CLAIMED_ROW, WAITING_ROW } from '../rows.ts'

interface Note {
  seq: number
  webhook_id: string
  /** Whoever may have decided by the old state has ended. */
  last: boolean
}

const NOTES_MAX = 200

export async function settle(tx: Transaction, limit: number, ids: Ids): Promise<{ moved: number }> {
  const notes = await tx.query<Note>(TAKE_NOTES, [NOTES_MAX])
  let moved = 0
  if (notes.length > 0) {
    const byWebhook = Map.groupBy(notes, (note) => note.webhook_id)
    const states = await webhookStates(tx, byWebhook.keys())
    const settled: number[] = []
    for (const [webhookId, own] of byWebhook) {
      if (moved >= limit) break
      const count = await settleWebhook(tx, {
        webhookId,
        limit: limit - moved,
        state: states.get(webhookId) ?? null,
      })
      if (count < limit - moved) settled.push(...own.filter((n) => n.last).map((n) => n.seq))
      moved += count
    }
    if (settled.length > 0) tx.send(REMOVE_NOTES, [array(settled)])
  }
  if (moved < limit) moved += await eraseDeletedChatbots(tx, limit - moved, ids)
  return { moved }
}

async function settleWebhook(
  tx: Transaction,
  {
    webhookId,
    state,
    limit,
  }: {
    webhookId: string
    state: WebhookState | null
    limit: number
  },
): Promise<number> {
  const find = (sql: string, most: number) => tx.query<DeliveryRow>(sql, [webhookId, most])
  if (state === 'active') {
    const rows = await find(PARKED, limit)
    return (await moveAll(tx, rows, { state: 'pending', reason: null })).length
  }
  if (state !== null) {
    const rows = await find(CLAIMABLE, limit)
    return (await moveAll(tx, rows, { state: 'parked', reason: parkReason(state) })).length
  }
  let count = 0
  for (const sql of [CLAIMABLE, CLAIMED, PARKED]) {
    const rows = await find(sql, limit - count)
    count += (await cancelAll(tx, rows, 'webhook_deleted')).length
  }
  return count
}

/**
 * `xmax` of the first look is above every transaction that had begun by then; when `xmin` has reached
 * it, they have all ended. Notes that another node works on are left to it.
 */
const TAKE_NOTES = `WITH taken AS MATERIALIZED (SELECT seq FROM unsettled ORDER BY seq LIMIT $1
    FOR UPDATE SKIP LOCKED)
  UPDATE unsettled u SET horizon = coalesce(u.horizon, pg_snapshot_xmax(pg_current_snapshot()))
  FROM taken WHERE u.seq = taken.seq
  RETURNING u.seq, u.webhook_id, u.horizon <= pg_snapshot_xmin(pg_current_snapshot()) AS last`
const REMOVE_NOTES = 'DELETE FROM unsettled WHERE seq = ANY($1::bigint[])'

const PARKED = `SELECT ${WAITING_ROW} FROM waiting WHERE webhook_id = $1 AND state = 'parked'
  ORDER BY id LIMIT $2 FOR UPDATE`
const CLAIMABLE = `SELECT ${WAITING_ROW} FROM waiting WHERE webhook_id = $1 AND state = 'pending'
  ORDER BY due_at, id LIMIT $2 FOR UPDATE`
const CLAIMED = `SELECT ${CLAIMED_ROW} FROM claimed WHERE webhook_id = $1 AND state = 'pending'
  ORDER BY id LIMIT $2 FOR UPDATE`
