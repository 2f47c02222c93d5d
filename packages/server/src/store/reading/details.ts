/** One event, or one delivery, with all that belongs to it, of one state of the database. */

import { type CompiledQuery, sql } from 'kysely'
import type { AnswerNote } from '../../delivery.ts'
import { deliveryRangeOf, eventIdOf, leadIdOf } from '../../id.ts'
import type { Desk } from '../desk.ts'
import { type KeptBackRow, toShaped } from '../rules/shaped.ts'
import type { Encryption } from '../sealing/encryption.ts'
import { newestAttempts } from './attempts.ts'
import type { Builder } from './builder.ts'
import { isOfLiveChatbot } from './live-chatbot.ts'
import * as rows from './rows.ts'

type EventDetail = Awaited<ReturnType<Desk['getEvent']>>
type DeliveryDetail = Awaited<ReturnType<Desk['getDelivery']>>

export function eventDetailQueries(db: Builder, id: string): CompiledQuery[] {
  const keptBack = db.selectFrom('kept_back').selectAll().where('event_id', '=', id)
  return [...eventQueries(db, id), deliveriesOf(db, id).compile(), keptBack.compile()]
}

/** Of one, by its id: the table of what is finished has it with the attempt that ended it. */
const LAST_NOTE = sql<AnswerNote | null>`(SELECT ended.note FROM finished AS ended
  WHERE ended.id = deliveries.id)`.as('last_note')

/** Null: no such event. */
export function toEventDetail(found: unknown[][]): EventDetail {
  const [events, leads, deliveries = [], keptBack = []] = found
  const event = eventRow(events, leads)
  if (!event) return null
  return {
    ...rows.toEvent(event),
    erased: event.erased === 1,
    deliveries: (deliveries as rows.DeliveryRow[]).map(rows.toDelivery),
    keptBack: (keptBack as KeptBackRow[]).map((row) => ({
      webhookId: row.webhook_id,
      reason: row.reason,
    })),
  }
}

export function deliveryDetailQueries(db: Builder, id: string): CompiledQuery[] {
  const delivery = db.selectFrom('deliveries').where('id', '=', id)
  const webhookId = delivery.select('webhook_id')
  return [
    ...eventQueries(db, eventIdOf(id)),
    delivery.selectAll().select(LAST_NOTE).where(isOfLiveChatbot('deliveries')).compile(),
    newestAttempts(db, id).compile(),
    db.selectFrom('webhooks').selectAll().where('id', '=', webhookId).compile(),
    db.selectFrom('shapes').select('body').where('id', '=', delivery.select('shape')).compile(),
  ]
}

/** Null: no such delivery. */
export function toDeliveryDetail(found: unknown[][], encryption: Encryption): DeliveryDetail {
  const [events, leads, deliveries, attempts, webhooks, shapes] = found
  const row = deliveries?.[0] as rows.DeliveryRow | undefined
  const event = eventRow(events, leads)
  const webhook = webhooks?.[0] as rows.WebhookRow | undefined
  if (!row || !event) return null
  return {
    delivery: rows.toDelivery(row),
    attempts: (attempts as rows.AttemptRow[]).map(rows.toAttempt),
    payload: event.payload,
    erased: event.erased === 1,
    webhook: webhook ? rows.toWebhook(webhook, encryption) : null,
    shaped: shapedOf(shapes, leads, event.created_at),
    shapeChanged: webhook !== undefined && webhook.shape !== row.shape,
  }
}

function shapedOf(shapes: unknown[] = [], leads: unknown[] = [], acceptedAt: number) {
  const [shape] = shapes as { body: string }[]
  const [lead] = leads as rows.LeadRow[]
  if (!shape) return null
  return toShaped({
    body: shape.body,
    lead_id: lead?.id ?? null,
    extras: lead?.extras ?? null,
    consent: lead?.consent ?? null,
    accepted_at: acceptedAt,
  })
}

/** Its own row, and its lead's: it has one of them. */
function eventQueries(db: Builder, id: string): CompiledQuery[] {
  const event = db.selectFrom('events').selectAll().where('id', '=', id)
  const lead = db.selectFrom('leads').selectAll().where('id', '=', leadIdOf(id))
  return [
    event.where(isOfLiveChatbot('events')).compile(),
    lead.where(isOfLiveChatbot('leads')).compile(),
  ]
}

function eventRow(events: unknown[] = [], leads: unknown[] = []): rows.EventRow | undefined {
  const lead = leads[0] as rows.LeadRow | undefined
  return lead ? rows.eventOfLead(lead) : (events[0] as rows.EventRow | undefined)
}

/** Of one event, oldest first. */
export function deliveriesOf(db: Builder, eventId: string) {
  const { first, last } = deliveryRangeOf(eventId)
  return db
    .selectFrom('deliveries')
    .selectAll()
    .select(LAST_NOTE)
    .where('id', '>', first)
    .where('id', '<=', last)
    .orderBy('id')
}
