/** Events: published one by one or in batches, and read back. */
import { z } from 'zod'
import type { ApiError } from '../../errors.ts'
import type { ApiDeps, EventSource } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { besideOf } from '../shapes/beside.ts'
import { type Cursors, listPage } from '../shapes/cursor.ts'
import { DELIVERY_EXAMPLE, deliverySchema } from '../shapes/delivery-schemas.ts'
import { apiError, notFound } from '../shapes/error-answer.ts'
import { IDEMPOTENCY_KEY, idempotencyKey } from '../shapes/idempotency-key.ts'
import { presentEvent, presentListedEvent } from '../shapes/present.ts'
import {
  EXAMPLE_IDS,
  eventType,
  idField,
  idFilter,
  instant,
  isoTime,
  listOf,
  pageQuery,
} from '../shapes/schemas.ts'
import { refuseEmptySpan } from '../shapes/span.ts'
import { EVENT_BODY_BYTES_MAX } from './leads.ts'

export const BATCH_EVENTS_MAX = 500
export const BATCH_BYTES_MAX = 8 * 1024 * 1024

/** Of one event in a large batch, as it was sent: six times what a delivery's body may have, if all is escaped. */
export const EVENT_TEXT_BYTES_MAX = 1024 * 1024

/** Taken as it is: a copy of each payload would be the dearest part of the check. */
const payload = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error: (issue) => (issue.input === undefined ? 'is required' : 'must be an object') },
  )
  .meta({
    documentAs: { type: 'object', additionalProperties: true },
    description:
      'Any JSON object that makes a body below 100 KiB, nested up to 64 levels. Refused are `__proto__`, `constructor.prototype`, a key that stands twice, U+0000 and numbers that a double does not hold exactly.',
  })

const newEventSchema = z
  .strictObject({ eventType: eventType.meta({ examples: ['order.created'] }), payload })
  .meta({ id: 'EventCreate' })

/** As a list at once, or, of a large body, as one that is read item by item. */
const batchSchema: z.ZodType<
  { events: EventSource },
  { events: z.input<typeof newEventSchema>[] }
> = z
  .strictObject({ events: z.array(newEventSchema).min(1).max(BATCH_EVENTS_MAX) })
  .meta({ id: 'EventBatch' })

const acceptedEventSchema = z.object({ eventId: idField('event') }).meta({ id: 'AcceptedEvent' })

const acceptedEventsSchema = z
  .object({
    eventIds: z.array(idField('event')).meta({ description: 'In the order of the batch.' }),
  })
  .meta({ id: 'AcceptedEvents' })

const listedEventSchema = z
  .object({
    id: idField('event'),
    chatbotId: idField('chatbot'),
    eventType: z.string(),
    payload: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Null once its lead was erased.' }),
    erased: z.boolean(),
    createdAt: isoTime,
  })
  .meta({ id: 'ListedEvent' })

const eventSchema = z
  .object({
    ...listedEventSchema.shape,
    deliveries: z.array(deliverySchema),
    keptBack: z
      .array(z.object({ webhookId: idField('webhook'), reason: z.string() }))
      .meta({ description: 'Webhooks whose filter keeps it back, and why.' }),
  })
  .meta({ id: 'Event' })

const EVENT_EXAMPLE = { eventType: 'order.created', payload: { orderId: '1001', total: 49.9 } }

const LISTED_EXAMPLE = {
  id: EXAMPLE_IDS.event,
  chatbotId: EXAMPLE_IDS.chatbot,
  ...EVENT_EXAMPLE,
  erased: false,
  createdAt: '2026-09-14T09:30:12.345Z',
}

export function eventRoutes(deps: ApiDeps, cursors: Cursors): Route[] {
  return [
    publishRoute(deps),
    batchRoute(deps),
    listRoute(deps, cursors),
    getRoute(deps),
    sendRoute(deps),
  ]
}

function publishRoute({ ingest }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots/{id}/events',
    operationId: 'publishEvent',
    tag: 'Events',
    summary: 'Publish an event',
    description:
      'Of any type but the lead event, which comes from leads, and those that begin with `webhook.` or `delivery.`, which this server tells itself.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    headers: [IDEMPOTENCY_KEY],
    body: { schema: newEventSchema, example: EVENT_EXAMPLE, bytesMax: EVENT_BODY_BYTES_MAX },
    answer: {
      status: 202,
      description: 'It is on disk and on its way.',
      schema: acceptedEventSchema,
      example: { eventId: EXAMPLE_IDS.event },
    },
    errors: ['use_leads', 'reserved_event_type', 'idempotency_conflict', 'backlog_full'],
    async handle({ id, body, request }) {
      const options = { route: 'events' as const, idempotencyKey: idempotencyKey(request) }
      const { eventIds } = await ingest.acceptEvents(id, [body], options)
      return { eventId: eventIds[0] }
    },
  })
}

function batchRoute({ ingest }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots/{id}/events/batch',
    operationId: 'publishEvents',
    tag: 'Events',
    summary: 'Publish many events',
    description: `Up to ${BATCH_EVENTS_MAX} events and 8 MiB, all or nothing.`,
    access: 'chatbot-by-id',
    id: 'chatbot',
    headers: [IDEMPOTENCY_KEY],
    body: {
      schema: batchSchema,
      example: { events: [EVENT_EXAMPLE] },
      bytesMax: BATCH_BYTES_MAX,
      parts: {
        list: 'events',
        item: newEventSchema,
        itemExample: EVENT_EXAMPLE,
        itemsMax: BATCH_EVENTS_MAX,
        itemBytesMax: EVENT_TEXT_BYTES_MAX,
      },
    },
    answer: {
      status: 202,
      description: 'All are on disk and on their way.',
      schema: acceptedEventsSchema,
      example: { eventIds: [EXAMPLE_IDS.event] },
    },
    errors: ['use_leads', 'reserved_event_type', 'idempotency_conflict', 'backlog_full'],
    handle: ({ id, body, request }) =>
      ingest.acceptEvents(id, body.events, {
        route: 'events/batch',
        idempotencyKey: idempotencyKey(request),
      }),
  })
}

function listRoute({ store }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/events',
    operationId: 'listEvents',
    tag: 'Events',
    summary: 'Find events',
    description:
      'Newest first, leads and tests included. What became of one: `GET /api/v1/events/{id}`.',
    access: 'chatbot-by-query',
    query: z.strictObject({
      chatbotId: idFilter('chatbot').exactOptional(),
      eventType: eventType.exactOptional(),
      from: instant.exactOptional().meta({ description: 'Accepted at this time or later …' }),
      to: instant.exactOptional().meta({ description: '… and before this one.' }),
      ...pageQuery,
    }),
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot, eventType: 'order.created', limit: 20 },
    answer: {
      status: 200,
      description: 'A page of events.',
      schema: listOf(listedEventSchema, 'EventList'),
      example: { data: [LISTED_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle({ query }) {
      refuseEmptySpan(query)
      return listPage({
        cursors,
        scope: 'events',
        query,
        read: (page, filter) => store.readPage('events', filter, page),
        present: presentListedEvent,
      })
    },
  })
}

function getRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/events/{id}',
    operationId: 'getEvent',
    tag: 'Events',
    summary: 'Get an event and its deliveries',
    access: 'chatbot-by-id',
    id: 'event',
    answer: {
      status: 200,
      description: 'The event.',
      schema: eventSchema,
      example: {
        ...LISTED_EXAMPLE,
        deliveries: [{ ...DELIVERY_EXAMPLE, eventType: 'order.created' }],
        keptBack: [],
      },
    },
    slot: 'answer',
    async handle({ id }) {
      const event = await deps.store.getEvent(id)
      if (!event) throw notFound('event')
      return presentEvent(event, await besideOf(deps, event.deliveries))
    },
  })
}

const eventToSendSchema = z
  .strictObject({ webhookId: idFilter('webhook') })
  .meta({ id: 'EventToSend' })

const sentEventSchema = z.object({ deliveryId: idField('delivery') }).meta({ id: 'SentEvent' })

function sendRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/events/{id}/send',
    operationId: 'sendEvent',
    tag: 'Events',
    summary: 'Send an event to one webhook',
    description:
      'One of the same chatbot that has no delivery of it: it was made later, or is not subscribed to its type. A paused or disabled one gets it when it is resumed.',
    access: 'chatbot-by-id',
    id: 'event',
    audit: 'event.sent',
    body: { schema: eventToSendSchema, example: { webhookId: EXAMPLE_IDS.webhook } },
    answer: {
      status: 202,
      description: 'It is on its way.',
      schema: sentEventSchema,
      example: { deliveryId: EXAMPLE_IDS.delivery },
    },
    errors: ['already_sent', 'wrong_state', 'lead_erased', 'webhook_not_found'],
    async handle({ id: eventId, body: { webhookId }, audit }) {
      const sent = await store.sendEvent({ eventId, webhookId }, audit())
      if (typeof sent === 'string') throw sendRefusal(sent)
      if (sent.kind === 'had_it') {
        const path = `\`POST /api/v1/deliveries/${sent.deliveryId}/resend\``
        throw apiError(
          'already_sent',
          `The webhook has a delivery of this event: ${path} sends it again`,
        )
      }
      return { deliveryId: sent.id }
    },
  })
}

export function sendRefusal(
  reason:
    | 'event_not_found'
    | 'webhook_not_found'
    | 'erased'
    | 'is_test'
    | 'too_many'
    | 'wrong_state',
): ApiError {
  if (reason === 'event_not_found') return notFound('event')
  if (reason === 'webhook_not_found') return notFound('webhook')
  if (reason === 'erased') return apiError('lead_erased')
  if (reason === 'too_many')
    return apiError('wrong_state', 'The event has as many deliveries as one can have')
  if (reason === 'wrong_state')
    return apiError('wrong_state', 'It is not over yet: wait for it, or cancel it first')
  return apiError('wrong_state', 'A test event goes to no other webhook: send one by its own')
}
