/**
 * Moves deliveries to where their webhook's state says. A webhook whose state changed is noted in
 * `unsettled` by the same commit, so a crash forgets nothing, and with nothing to do this costs one
 * look at an empty table. Claimed deliveries are left to whoever holds them, unless they are to be
 * cancelled: recording and giving back look at the webhook's state themselves.
 */
import type { WebhookState } from '../../../../webhook.ts'
import type { DeliveryRow } from '../../../reading/rows.ts'
import { parkReason } from '../../../rules/after-attempt.ts'
import type { Core } from '../../core.ts'
import { eraseDeletedChatbots } from '../erase.ts'
import { cancelRow, move } from '../move.ts'

export function settle(core: Core, limit: number): { moved: number } {
  let moved = 0
  while (moved < limit) {
    const next = core.get<{ webhook_id: string }>(NEXT_UNSETTLED)
    if (!next) break
    const { webhook_id: webhookId } = next
    const state = core.webhookState(webhookId)
    const count = settleWebhook(core, { webhookId, state, limit: limit - moved })
    if (count < limit - moved) core.run(SETTLED, webhookId)
    moved += count
  }
  if (moved < limit) moved += eraseDeletedChatbots(core, limit - moved)
  return { moved }
}

function settleWebhook(
  core: Core,
  { webhookId, state, limit }: { webhookId: string; state: WebhookState | null; limit: number },
): number {
  const each = (find: string, most: number, moveOne: (row: DeliveryRow) => DeliveryRow) =>
    core.all<DeliveryRow>(find, webhookId, most).map(moveOne).length
  if (state === 'active') return each(PARKED, limit, (row) => move(core, row, 'pending', null))
  if (state !== null) {
    const reason = parkReason(state)
    return each(CLAIMABLE, limit, (row) => move(core, row, 'parked', reason))
  }
  let count = 0
  for (const find of [CLAIMABLE, CLAIMED, PARKED]) {
    count += each(find, limit - count, (row) => cancelRow(core, row, 'webhook_deleted'))
  }
  return count
}

const NEXT_UNSETTLED = 'SELECT webhook_id FROM unsettled LIMIT 1'
const SETTLED = 'DELETE FROM unsettled WHERE webhook_id = ?'

const WAITING = `SELECT *, NULL AS claimed_by, NULL AS finished_at FROM waiting WHERE webhook_id = ?`
const PARKED = `${WAITING} AND state = 'parked' ORDER BY id LIMIT ?`
const CLAIMABLE = `${WAITING} AND state = 'pending' LIMIT ?`
const CLAIMED = `SELECT * FROM claimed WHERE webhook_id = ? AND state = 'pending' LIMIT ?`
