/** What is to be told of a webhook, noted where somebody is to be told. */
import type { NewNotice } from '../../rules/notices.ts'
import type { Core } from '../core.ts'

export function noteDown(core: Core, notice: NewNotice): void {
  const { webhookId, chatbotId, type, since, deliveryId } = notice
  const subscribers = core.subscribers(chatbotId, type) ?? []
  if (!subscribers.some((other) => other.webhookId !== webhookId)) return
  const { eventType, attempts, status, cause } = notice
  const facts = [deliveryId, eventType, attempts, status, cause]
  core.run(NOTE, webhookId, type, chatbotId, since, core.tx.now, ...facts)
}

const NOTE = `INSERT INTO notices (webhook_id, type, chatbot_id, times, since, noted_at, delivery_id,
    event_type, attempts, status, cause)
  VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (webhook_id, type) DO UPDATE SET times = times + 1,
    since = CASE times WHEN 0 THEN excluded.since ELSE since END, noted_at = excluded.noted_at,
    delivery_id = excluded.delivery_id, event_type = excluded.event_type,
    attempts = excluded.attempts, status = excluded.status, cause = excluded.cause`
