/** Tells what was noted of webhooks: an event to those that subscribe to it, in one commit with that it is told. */

import { eventIdOf } from '../../../../id.ts'
import type { Notice } from '../../../../notice.ts'
import type { NoticesDue, Road } from '../../../road.ts'
import { FilterJudge } from '../../../rules/keep-back.ts'
import { TOLD_EVERY_MS } from '../../../rules/notices.ts'
import type { Core } from '../../core.ts'
import { insertDelivery, insertEvent, keepBack } from '../insertions.ts'

export function noticesDue(core: Core, limit: number): NoticesDue {
  const { now } = core.tx
  const told = now - TOLD_EVERY_MS
  const rows = core.all<Omit<Notice, 'eventId'>>(DUE, told, now, limit)
  const next = core.get<{ at: number | null }>(NEXT, told)
  return {
    notices: rows.map((row) => ({ ...row, eventId: eventIdOf(row.deliveryId) })),
    nextInMs: next?.at == null ? null : Math.max(0, next.at - told),
  }
}

export function tellNotice(
  core: Core,
  { notice, event }: Parameters<Road['tellNotice']>[0],
): Awaited<ReturnType<Road['tellNotice']>> {
  const { webhookId, chatbotId, type, times, toldAt } = notice
  const all = event === null ? null : core.subscribers(chatbotId, type)
  const others = all?.filter((subscriber) => subscriber.webhookId !== webhookId) ?? []
  const isTold = event !== null && others.length > 0
  const { now } = core.tx
  const kept = core.runCounting(TELL, times, now, isTold ? now : toldAt, webhookId, type, toldAt)
  if (kept === 0) return 'told_meanwhile'
  if (!isTold) return 'nobody'
  const made = { id: event.id, eventType: type, payload: event.payload, lead: null }
  insertEvent(core, { chatbotId, idempotency: null }, made)
  const judge = new FilterJudge({ ...made, chatbotId, at: now })
  for (const [index, other] of others.entries()) {
    const against = judge.reasonAgainst(other.filter)
    if (against !== null) {
      keepBack(core, event.id, other.webhookId, against)
      continue
    }
    insertDelivery(core, event.id, other, { chatbotId, claimedBy: null, ordinal: index + 1 })
    if (other.state === 'active') core.tx.woken.add(other.webhookId)
  }
  return 'told'
}

/** Where the clock was set back, what was told in a time to come may be told again. */
const DUE = `SELECT webhook_id AS webhookId, chatbot_id AS chatbotId, type, times, since,
    told_at AS toldAt, delivery_id AS deliveryId, event_type AS eventType, attempts, status,
    cause
  FROM notices WHERE times > 0 AND (told_at IS NULL OR told_at <= ? OR told_at > ?)
  ORDER BY told_at LIMIT ?`
const NEXT = 'SELECT min(told_at) AS at FROM notices WHERE times > 0 AND told_at > ?'
const TELL = `UPDATE notices SET since = CASE times WHEN ?1 THEN since ELSE ?2 END,
    times = max(0, times - ?1), told_at = ?3
  WHERE webhook_id = ?4 AND type = ?5 AND told_at IS ?6 AND times > 0`
