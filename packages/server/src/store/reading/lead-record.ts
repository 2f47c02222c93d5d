/** All that is kept about one person, put together from the rows of one state of the database. */
import type { CompiledQuery } from 'kysely'
import { deliveryRangeOf, eventIdOf } from '../../id.ts'
import type { LeadRecord } from '../desk.ts'
import type { Encryption } from '../sealing/encryption.ts'
import { newestAttempts } from './attempts.ts'
import type { Builder } from './builder.ts'
import { deliveriesOf } from './details.ts'
import { countStates, leadsWithDeliveries, stateOf } from './lead-deliveries.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import * as rows from './rows.ts'

export function listedLeadQuery(db: Builder, id: string): CompiledQuery {
  return leadsWithDeliveries(db, leadOf(db, id)).compile()
}

function leadOf(db: Builder, id: string) {
  const lead = db.selectFrom('leads').selectAll().where('id', '=', id)
  return lead.where(isOfLiveChatbot('leads'))
}

export function leadRecordQueries(db: Builder, leadId: string): CompiledQuery[] {
  const lead = db.selectFrom('leads').where('id', '=', leadId)
  const range = deliveryRangeOf(eventIdOf(leadId))
  const deliveries = db
    .selectFrom('deliveries')
    .where('id', '>', range.first)
    .where('id', '<=', range.last)
  return [
    leadOf(db, leadId).compile(),
    db
      .selectFrom('conversations')
      .selectAll()
      .where('chatbot_id', '=', lead.select('chatbot_id'))
      .where('id', '=', lead.select('conversation_id'))
      .compile(),
    deliveriesOf(db, eventIdOf(leadId)).compile(),
    newestAttempts(db, range).compile(),
    db
      .selectFrom('webhooks')
      .selectAll()
      .where('id', 'in', deliveries.select('webhook_id'))
      .compile(),
  ]
}

/** Null: no such lead. */
export function toLeadRecord(found: unknown[][], encryption: Encryption): LeadRecord | null {
  const [leads, conversations, deliveries = [], attempts = [], webhooks = []] = found
  const lead = leads?.[0] as rows.LeadRow | undefined
  if (!lead) return null
  const conversation = conversations?.[0] as rows.ConversationRow | undefined
  const tried = Map.groupBy(attempts as rows.AttemptRow[], (attempt) => attempt.delivery_id)
  const known = new Map((webhooks as rows.WebhookRow[]).map((webhook) => [webhook.id, webhook]))
  return {
    lead: {
      ...rows.toLead(lead),
      deliveries: countStates((deliveries as rows.DeliveryRow[]).map(stateOf)),
    },
    conversation: conversation ? { id: conversation.id, createdAt: conversation.created_at } : null,
    event: rows.toEvent(rows.eventOfLead(lead)),
    deliveries: (deliveries as rows.DeliveryRow[]).map((delivery) => {
      const webhook = known.get(delivery.webhook_id)
      return {
        delivery: rows.toDelivery(delivery),
        attempts: (tried.get(delivery.id) ?? []).map(rows.toAttempt),
        webhook: webhook ? rows.toWebhook(webhook, encryption) : null,
      }
    }),
  }
}
