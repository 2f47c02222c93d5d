/** What is to be told of webhooks, noted where somebody is to be told. */
import type { NewNotice } from '../../rules/notices.ts'
import { column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

/** Their webhooks' rows are locked: nobody else notes anything of these. */
export function noteDown(tx: Transaction, notices: NewNotice[]): void {
  if (notices.length === 0) return
  const rows = [...summed(notices)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  tx.send(NOTE, [
    tx.now,
    column(rows, (row) => row.webhookId),
    column(rows, (row) => row.type),
    column(rows, (row) => row.chatbotId),
    column(rows, (row) => row.times),
    column(rows, (row) => row.since),
    column(rows, (row) => row.deliveryId),
    column(rows, (row) => row.eventType),
    column(rows, (row) => row.attempts),
    column(rows, (row) => row.status),
    column(rows, (row) => row.cause),
  ])
}

/** One of each type and webhook: a statement changes a row once. */
function summed(notices: NewNotice[]): Map<string, NewNotice & { times: number }> {
  const sums = new Map<string, NewNotice & { times: number }>()
  for (const notice of notices) {
    const key = `${notice.webhookId} ${notice.type}`
    const before = sums.get(key)
    const { times, since } = before ?? { times: 0, since: notice.since }
    sums.set(key, { ...notice, since, times: times + 1 })
  }
  return sums
}

const NOTE = `INSERT INTO notices AS n (webhook_id, type, chatbot_id, times, since, noted_at,
    delivery_id, event_type, attempts, status, cause)
  SELECT webhook_id, type, chatbot_id, times, since, $1::bigint, delivery_id, event_type, attempts,
    status, cause
  FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::text[],
    $9::int[], $10::int[], $11::text[]) WITH ORDINALITY AS noted (webhook_id, type, chatbot_id, times,
    since, delivery_id, event_type, attempts, status, cause, place)
  WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.chatbot_id = noted.chatbot_id
    AND s.event_type = noted.type AND s.webhook_id <> noted.webhook_id)
  ORDER BY place
  ON CONFLICT (webhook_id, type) DO UPDATE SET times = n.times + excluded.times,
    since = CASE n.times WHEN 0 THEN excluded.since ELSE n.since END, noted_at = excluded.noted_at,
    delivery_id = excluded.delivery_id, event_type = excluded.event_type,
    attempts = excluded.attempts, status = excluded.status, cause = excluded.cause`
