/** Tells what was noted of webhooks: an event to those that subscribe to it, in one commit with that it is told. */

import { deliveryIdOf, eventIdOf } from '../../../../id.ts'
import type { Notice } from '../../../../notice.ts'
import type { WebhookState } from '../../../../webhook.ts'
import type { NoticesDue, Road } from '../../../road.ts'
import { FilterJudge } from '../../../rules/keep-back.ts'
import { TOLD_EVERY_MS } from '../../../rules/notices.ts'
import type { Database } from '../../connection/database.ts'
import type { Transaction } from '../../connection/transaction.ts'
import { Insertions } from '../insertions.ts'

interface Other {
  webhookId: string
  spelling: string
  webhookState: WebhookState
  shape: string | null
  filter: string | null
}

export async function noticesDue(database: Database, limit: number): Promise<NoticesDue> {
  const [rows, [next]] = await Promise.all([
    database.query<Omit<Notice, 'eventId'>>(DUE, [TOLD_EVERY_MS, limit]),
    database.query<{ nextInMs: number | null }>(NEXT, [TOLD_EVERY_MS]),
  ])
  return {
    notices: rows.map((row) => ({ ...row, eventId: eventIdOf(row.deliveryId) })),
    nextInMs: next?.nextInMs ?? null,
  }
}

/** Of two nodes that tell the same at once the second finds it told. */
export async function tellNotice(
  tx: Transaction,
  { notice, event }: Parameters<Road['tellNotice']>[0],
): Promise<Awaited<ReturnType<Road['tellNotice']>>> {
  const { webhookId, chatbotId, type, times, toldAt } = notice
  const others = event === null ? [] : await tx.query<Other>(OTHERS, [chatbotId, type, webhookId])
  const isTold = event !== null && others.length > 0
  const toldNow = isTold ? tx.now : toldAt
  const kept = await tx.query(TELL, [times, tx.now, toldNow, webhookId, type, toldAt])
  if (kept.length === 0) return 'told_meanwhile'
  if (!isTold) return 'nobody'
  const writes = new Insertions(tx)
  const made = { ...event, eventType: type, lead: null }
  writes.addEvent(chatbotId, made)
  const judge = new FilterJudge({ ...made, chatbotId, at: tx.now })
  for (const [index, { filter, ...other }] of others.entries()) {
    const reason = judge.reasonAgainst(filter)
    if (reason !== null) {
      writes.keepBack({ event_id: event.id, webhook_id: other.webhookId, reason })
      continue
    }
    const id = deliveryIdOf(event.id, index + 1)
    writes.addDelivery({ id, eventId: event.id, chatbotId, claimedBy: null, ...other })
    if (other.webhookState === 'active') tx.woken.add(other.webhookId)
  }
  writes.send()
  return 'told'
}

const DUE = `SELECT webhook_id AS "webhookId", chatbot_id AS "chatbotId", type, times, since,
    told_at AS "toldAt", delivery_id AS "deliveryId", event_type AS "eventType", attempts, status,
    cause
  FROM notices WHERE times > 0 AND (told_at IS NULL
    OR told_at <= chatzuri_now() - $1::bigint OR told_at > chatzuri_now())
  ORDER BY told_at NULLS FIRST LIMIT $2`
const NEXT = `SELECT min(told_at) + $1::bigint - chatzuri_now() AS "nextInMs" FROM notices
  WHERE times > 0 AND told_at > chatzuri_now() - $1::bigint`
const OTHERS = `SELECT s.webhook_id AS "webhookId", s.spelling, w.state AS "webhookState", w.shape,
    nullif(w.filter, 'null') AS filter
  FROM subscriptions s JOIN webhooks w ON w.id = s.webhook_id
  WHERE s.chatbot_id = $1 AND s.event_type = $2 AND s.webhook_id <> $3 ORDER BY s.webhook_id`
const TELL = `UPDATE notices SET since = CASE times WHEN $1::int THEN since ELSE $2::bigint END,
    times = greatest(0, times - $1), told_at = $3::bigint
  WHERE webhook_id = $4 AND type = $5 AND told_at IS NOT DISTINCT FROM $6::bigint AND times > 0
  RETURNING 1`
