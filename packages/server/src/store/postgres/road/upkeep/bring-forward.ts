/**
 * Brings forward, in small steps, what waits for webhooks whose row says so (rules/bring-forward.ts): the
 * oldest first. What a step has done is left behind for good, so that it never takes a delivery twice,
 * though that may have failed again meanwhile. One node at a time works on a webhook; what somebody else
 * has in hand at this moment is left to them.
 */
import type { DeliveryRow, WebhookRow } from '../../../reading/rows.ts'
import { isTakenAlong, readForwarding } from '../../../rules/bring-forward.ts'
import type { Transaction } from '../../connection/transaction.ts'
import { bringForwardAll } from '../move.ts'
import { WAITING_ROW } from '../rows.ts'

type Marked = Pick<
  WebhookRow,
  'id' | 'chatbot_id' | 'state' | 'forwarding' | 'resting_until' | 'rest_by'
>

export async function bringForward(tx: Transaction, limit: number): Promise<{ moved: number }> {
  let walked = 0
  while (walked < limit) {
    // The first is waited for: who records an attempt of it holds it but for a moment, and who passed by
    // would not come again for long. Whoever holds one waits for no other.
    const [webhook] = await tx.query<Marked>(walked === 0 ? NEXT : NEXT_FREE)
    if (!webhook?.forwarding) break
    walked += await walk(tx, webhook, { forwarding: webhook.forwarding, limit: limit - walked })
  }
  return { moved: walked }
}

/** Returns how many deliveries it looked at; one without any is a piece of work as well. */
async function walk(
  tx: Transaction,
  { id: webhookId, chatbot_id: chatbotId, state, ...rest }: Marked,
  { forwarding, limit }: { forwarding: string; limit: number },
): Promise<number> {
  const mark = readForwarding(forwarding)
  const values = [webhookId, mark.after, limit]
  const rows = state === 'active' ? await tx.query<DeliveryRow>(PENDING, values) : []
  // Through its rest goes one of them, and the others when that was taken.
  const isHeld = mark.byHand && mark.after === '' && rest.resting_until !== null
  const probe = isHeld ? (rows.find(({ id }) => id !== rest.rest_by) ?? rows[0]) : undefined
  if (probe) {
    await tx.query(WANT_PROBE, [probe.id, webhookId])
    tx.webhookChanged(webhookId, chatbotId, 'rest')
  }
  await bringForwardAll(
    tx,
    rows.filter((row) => row === probe || isTakenAlong(row, mark, tx.now)),
  )
  const last = rows.length < limit ? undefined : rows.at(-1)
  const next = last ? JSON.stringify({ ...mark, after: last.id }) : null
  await tx.query(ADVANCE, [webhookId, next])
  return Math.max(1, rows.length)
}

const NEXT = `SELECT id, chatbot_id, state, forwarding, resting_until, rest_by FROM webhooks
  WHERE forwarding IS NOT NULL ORDER BY forwarding LIMIT 1 FOR NO KEY UPDATE`
const NEXT_FREE = `${NEXT} SKIP LOCKED`
/** A range of the index's own columns leaves no other way (reading/deliveries.ts). */
const PENDING = `SELECT ${WAITING_ROW} FROM waiting
  WHERE (webhook_id, state, id) > ($1, 'pending', $2) AND (webhook_id, state) <= ($1, 'pending')
  ORDER BY webhook_id, state, id LIMIT $3 FOR UPDATE SKIP LOCKED`
const WANT_PROBE = 'UPDATE webhooks SET probe_wanted = $1 WHERE id = $2'
const ADVANCE = 'UPDATE webhooks SET forwarding = $2 WHERE id = $1'
