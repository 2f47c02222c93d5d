/**
 * All that is kept about one person, and to whom it was sent: the answer to "what do you have about
 * me?". Of the receivers it names the hosts; their secrets, headers and paths concern nobody else.
 */
import { z } from 'zod'
import { ATTEMPTS_SHOWN_MAX } from '../../../delivery.ts'
import { bodyText } from '../../../event.ts'
import type { LeadRecord } from '../../../store/desk.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { besideOf } from '../../shapes/beside.ts'
import { BODY_EXAMPLE } from '../../shapes/delivery-example.ts'
import {
  attemptSchema,
  DELIVERY_DETAIL_EXAMPLE,
  deliverySchema,
} from '../../shapes/delivery-schemas.ts'
import { notFound } from '../../shapes/error-answer.ts'
import { LEAD_EXAMPLE, leadSchema } from '../../shapes/leads/lead-schemas.ts'
import {
  type Beside,
  isoAt,
  presentAttempt,
  presentDelivery,
  presentLead,
} from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, isoTime } from '../../shapes/schemas.ts'

const receiverSchema = z
  .object({
    webhookId: idField('webhook'),
    host: z.string().nullable().meta({
      description: 'Where it is sent now, with its port; null: the webhook was deleted.',
    }),
  })
  .meta({ id: 'Receiver' })

const exportSchema = z
  .object({
    exportedAt: isoTime,
    lead: leadSchema,
    conversation: z
      .object({ id: z.string(), createdAt: isoTime })
      .nullable()
      .meta({ description: 'The conversation that the lead was left in.' }),
    event: z
      .object({
        id: idField('event'),
        eventType: z.string(),
        payload: z.record(z.string(), z.unknown()),
        createdAt: isoTime,
      })
      .nullable()
      .meta({ description: 'Null once RETENTION has deleted it.' }),
    deliveries: z
      .array(
        deliverySchema.extend({
          receiver: receiverSchema,
          sentBody: z.string().nullable().meta({
            description: 'The very text of each attempt; null: no attempt was made.',
          }),
          firstSentAt: isoTime.nullable(),
          lastSentAt: isoTime.nullable(),
          attempts: z.array(attemptSchema).meta({
            description: `Of more than ${ATTEMPTS_SHOWN_MAX} the newest: \`GET /api/v1/deliveries/{id}/attempts\` has all.`,
          }),
        }),
      )
      .meta({ description: 'To whom it was sent, and when. RETENTION deletes these, too.' }),
  })
  .meta({ id: 'LeadExport' })

const {
  request: _,
  shapeChanged: __,
  explanation: ___,
  cure: ____,
  attempts,
  ...delivery
} = DELIVERY_DETAIL_EXAMPLE

const EXPORT_EXAMPLE: z.infer<typeof exportSchema> = {
  exportedAt: '2026-09-20T10:00:00.000Z',
  lead: LEAD_EXAMPLE,
  conversation: { id: EXAMPLE_IDS.conversation, createdAt: '2026-09-14T09:30:12.345Z' },
  event: {
    id: EXAMPLE_IDS.event,
    eventType: 'lead.submit',
    payload: {
      conversationId: EXAMPLE_IDS.conversation,
      customerEmail: 'ann@example.com',
      customerName: 'Ann',
      customerPhone: '+254700000000',
    },
    createdAt: '2026-09-14T09:30:12.345Z',
  },
  deliveries: [
    {
      ...delivery,
      receiver: { webhookId: EXAMPLE_IDS.webhook, host: 'shop.example' },
      sentBody: BODY_EXAMPLE,
      firstSentAt: '2026-09-14T09:30:12.350Z',
      lastSentAt: '2026-09-14T09:30:12.350Z',
      attempts,
    },
  ],
}

export function leadExportRoute(deps: ApiDeps): Route {
  const { store } = deps
  return defineRoute({
    method: 'GET',
    path: '/api/v1/leads/{id}/export',
    operationId: 'exportLead',
    tag: 'Leads',
    summary: 'Export all that is kept about a person',
    description:
      'The lead, its conversation, its event, and each delivery with its attempts: what was sent to whom and when, and what they answered. For somebody who asks what you have about them.',
    access: 'chatbot-by-id',
    audit: 'lead.exported',
    id: 'lead',
    answer: {
      status: 200,
      description: 'All of it, from one moment.',
      schema: exportSchema,
      example: EXPORT_EXAMPLE,
    },
    slot: 'answer',
    async handle({ id, audit }) {
      const record = await store.getLeadRecord(id)
      if (!record) throw notFound('lead')
      await store.keepAudit(audit())
      const sent = record.deliveries.map(({ delivery }) => delivery)
      return presentRecord(record, await besideOf(deps, sent))
    },
  })
}

function presentRecord({ lead, conversation, event, deliveries }: LeadRecord, beside: Beside) {
  return {
    exportedAt: isoAt(beside.nowMs),
    lead: presentLead(lead),
    conversation: conversation && { ...conversation, createdAt: isoAt(conversation.createdAt) },
    event: event && {
      id: event.id,
      eventType: event.eventType,
      payload: JSON.parse(event.payload) as unknown,
      createdAt: isoAt(event.createdAt),
    },
    deliveries: deliveries.map((each) => presentSent(each, event, beside)),
  }
}

function presentSent(
  { delivery, attempts, webhook }: LeadRecord['deliveries'][number],
  event: LeadRecord['event'],
  beside: Beside,
) {
  const [first, last] = [attempts.at(0), attempts.at(-1)]
  return {
    ...presentDelivery(delivery, beside),
    receiver: {
      webhookId: delivery.webhookId,
      host: webhook && new URL(webhook.url).host,
    },
    sentBody: first && event ? bodyText({ ...delivery, payload: event.payload }) : null,
    firstSentAt: isoAt(first?.startedAt ?? null),
    lastSentAt: isoAt(last?.startedAt ?? null),
    attempts: attempts.map(presentAttempt),
  }
}
