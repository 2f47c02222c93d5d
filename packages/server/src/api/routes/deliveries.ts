/** Deliveries: found, explained, sent again or cancelled. */
import { z } from 'zod'
import { DELIVERY_STATES } from '../../delivery.ts'
import { assert } from '../../errors.ts'
import { STATUS_CLASSES, type StatusClass } from '../../outcome.ts'
import type { DeliveryDetail, DeliveryFilter, NewAuditEntry } from '../../store/desk.ts'
import { readerOf } from '../access/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { besideOf } from '../shapes/beside.ts'
import { type Cursors, listPage } from '../shapes/cursor.ts'
import {
  attemptSchema,
  DELIVERY_DETAIL_EXAMPLE,
  DELIVERY_EXAMPLE,
  deliveryDetailSchema,
  deliverySchema,
} from '../shapes/delivery-schemas.ts'
import { apiError, invalidInput, notFound } from '../shapes/error-answer.ts'
import { presentAttempt, presentCure, presentDelivery } from '../shapes/present.ts'
import {
  anyOf,
  EXAMPLE_IDS,
  eventType,
  idFilter,
  instant,
  listOf,
  pageQuery,
  search,
  text,
} from '../shapes/schemas.ts'
import { refuseEmptySpan } from '../shapes/span.ts'
import { sendRefusal } from './events.ts'

/** A code, or a class of them. */
export const answeredStatus = z
  .string()
  .regex(/^[345](?:\d\d|xx)$/i, 'must be a status from 300 to 599, or `3xx`, `4xx` or `5xx`')
  .transform((given) => asStatusClass(given.toLowerCase()) ?? Number(given))
  .meta({
    description:
      'What the endpoint answered last to what is not delivered: a status, or `3xx`, `4xx` or `5xx`.',
    documentAs: { type: 'string', pattern: '^[345](\\d\\d|xx)$' },
    examples: ['5xx'],
  })

function asStatusClass(text: string): StatusClass | undefined {
  return STATUS_CLASSES.find((known) => known === text)
}

const deliveryQuery = z.strictObject({
  chatbotId: idFilter('chatbot').exactOptional(),
  webhookId: idFilter('webhook').exactOptional(),
  eventId: idFilter('event').exactOptional(),
  eventType: eventType.exactOptional(),
  state: anyOf(DELIVERY_STATES)
    .exactOptional()
    .meta({ description: 'In one of these: it may be repeated.' }),
  givenUp: z.literal('true').exactOptional().meta({
    description:
      'Only what was given up and needs somebody: exhausted, of a webhook that is there, and neither resent nor set aside.',
  }),
  status: answeredStatus.exactOptional(),
  error: text({ min: 1, max: 2_000 })
    .exactOptional()
    .meta({ description: 'The `lastError` of what is not delivered, to the letter.' }),
  from: instant.exactOptional().meta({ description: 'Accepted at this time or later …' }),
  to: instant.exactOptional().meta({ description: '… and before this one.' }),
  q: search.exactOptional().meta({
    description:
      "An id, or of people: the beginnings of a name's words, an email by its beginning, its words or its domain, a phone by four digits or more from its start or its end. Capitals, accents, spaces and what nobody sees make no difference.",
  }),
  ...pageQuery,
})

const resendSchema = z
  .strictObject({
    shape: z.literal('current').exactOptional().meta({
      description:
        "Another delivery, in the webhook's present format. Absent: the same bytes once more.",
    }),
  })
  .meta({ id: 'Resend' })

const deliveryAnswer = { schema: deliverySchema, example: DELIVERY_EXAMPLE }

export function deliveryRoutes(deps: ApiDeps, cursors: Cursors): Route[] {
  return [
    listRoute(deps, cursors),
    getRoute(deps),
    attemptsRoute(deps, cursors),
    resendRoute(deps),
    cancelRoute(deps),
  ]
}

function listRoute(deps: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/deliveries',
    operationId: 'listDeliveries',
    tag: 'Deliveries',
    summary: 'Find deliveries',
    description: 'Newest first.',
    access: 'chatbot-by-query',
    query: deliveryQuery,
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot, state: 'exhausted', limit: 20 },
    answer: {
      status: 200,
      description: 'A page of deliveries.',
      schema: listOf(deliverySchema, 'DeliveryList'),
      example: { data: [DELIVERY_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    async handle({ query }) {
      refuseEmptySpan(query)
      refuseOtherStates(query)
      const { data, nextCursor } = await listPage({
        cursors,
        scope: 'deliveries',
        query,
        read: (page, filter) => deps.store.readPage('deliveries', filterOf(filter), page),
        present: (delivery) => delivery,
      })
      const beside = await besideOf(deps, data)
      return { data: data.map((delivery) => presentDelivery(delivery, beside)), nextCursor }
    },
  })
}

function filterOf(query: Omit<z.output<typeof deliveryQuery>, 'limit' | 'cursor'>): DeliveryFilter {
  const { state, givenUp, status, error, ...filter } = query
  return {
    ...filter,
    ...(state && { states: state }),
    ...(givenUp && { givenUp: true }),
    ...(status !== undefined && { lastStatus: status }),
    ...(error !== undefined && { lastError: error }),
  }
}

/** An empty answer would look as if nothing had been given up. */
function refuseOtherStates({ givenUp, state }: z.output<typeof deliveryQuery>) {
  if (givenUp === undefined || !state?.some((each) => each !== 'exhausted')) return
  const message = '`state` can only be `exhausted` beside `givenUp`'
  throw invalidInput([{ path: 'state', message }])
}

function getRoute(deps: ApiDeps): Route {
  const { store, previewRequest, explain } = deps
  return defineRoute({
    method: 'GET',
    path: '/api/v1/deliveries/{id}',
    operationId: 'getDelivery',
    tag: 'Deliveries',
    summary: 'Get a delivery, with its attempts and why it is in its state',
    access: 'chatbot-by-id',
    id: 'delivery',
    answer: {
      status: 200,
      description: 'The delivery.',
      schema: deliveryDetailSchema,
      example: DELIVERY_DETAIL_EXAMPLE,
    },
    slot: 'answer',
    async handle({ id, caller }) {
      const detail = await store.getDelivery(id)
      if (!detail) throw notFound('delivery')
      return {
        ...presentDelivery(detail.delivery, await besideOf(deps, [detail.delivery])),
        attempts: detail.attempts.map(presentAttempt),
        request: previewRequest(detail),
        shapeChanged: detail.shapeChanged,
        explanation: explain(detail),
        cure: presentCure({
          attempt: detail.attempts.at(-1),
          webhook: detail.webhook,
          reader: readerOf(caller),
        }),
      }
    },
  })
}

function attemptsRoute({ store }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/deliveries/{id}/attempts',
    operationId: 'listAttempts',
    tag: 'Deliveries',
    summary: 'List the attempts of a delivery',
    description: 'Newest first.',
    access: 'chatbot-by-id',
    id: 'delivery',
    query: z.strictObject(pageQuery),
    queryExample: { limit: 20 },
    answer: {
      status: 200,
      description: 'A page of attempts.',
      schema: listOf(attemptSchema, 'AttemptList'),
      example: { data: DELIVERY_DETAIL_EXAMPLE.attempts, nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    async handle({ id, query }) {
      if ((await store.chatbotOf('delivery', id)) === null) throw notFound('delivery')
      return listPage({
        cursors,
        scope: `attempts of ${id}`,
        query,
        read: (page) => store.readPage('attempts', { deliveryId: id }, page),
        present: presentAttempt,
      })
    },
  })
}

function resendRoute(deps: ApiDeps): Route {
  const { store } = deps
  return defineRoute({
    method: 'POST',
    path: '/api/v1/deliveries/{id}/resend',
    operationId: 'resendDelivery',
    tag: 'Deliveries',
    summary: 'Send a delivery again, or now',
    description:
      'Of what is over: a new series of attempts, with the same bytes and the same `webhook-id`; of a paused webhook it is parked. With `{"shape":"current"}`, another delivery of the event in the form that its webhook has now, under an id of its own, with the same `webhook-id`. What waits for its time is sent now, also where its webhook rests, as an extra attempt: if it fails, the count and the time of its next attempt are as they were.',
    access: 'chatbot-by-id',
    id: 'delivery',
    audit: 'delivery.resent',
    body: { schema: resendSchema, example: { shape: 'current' }, optional: true },
    answer: { status: 200, description: 'The delivery as it is now.', ...deliveryAnswer },
    errors: ['wrong_state', 'webhook_deleted', 'lead_erased'],
    async handle({ id, body, audit }) {
      if (body.shape === 'current') return resendAnew(deps, id, audit())
      const result = await store.resend(id, audit())
      if (result === null) throw notFound('delivery')
      if (result === 'wrong_state') {
        throw apiError('wrong_state', whyNotSent(await store.getDelivery(id)))
      }
      if (result === 'webhook_deleted') throw apiError('webhook_deleted')
      if (result === 'erased') throw apiError('lead_erased')
      return presentDelivery(result, await besideOf(deps, [result]))
    },
  })
}

/** Another delivery of the same event, in the form that its webhook has now. */
async function resendAnew(deps: ApiDeps, id: string, audit: NewAuditEntry) {
  const detail = await deps.store.getDelivery(id)
  if (!detail) throw notFound('delivery')
  const { delivery, webhook, erased } = detail
  if (webhook === null) throw apiError('webhook_deleted')
  if (erased) throw apiError('lead_erased')
  const { eventId, webhookId } = delivery
  const sent = await deps.store.sendEvent({ eventId, webhookId, insteadOf: id }, audit)
  if (typeof sent === 'string') throw sendRefusal(sent)
  assert(!('deliveryId' in sent), 'it is asked for a second one')
  return presentDelivery(sent, await besideOf(deps, [sent]))
}

/** And what to do instead. */
function whyNotSent(detail: DeliveryDetail | null): string {
  const { delivery, webhook } = detail ?? {}
  if (delivery?.kind === 'test') {
    return 'A test event is not sent again: send another by its webhook, `POST /api/v1/webhooks/{id}/test`'
  }
  if (webhook && webhook.state !== 'active') {
    return `Its webhook is ${webhook.state}, and so it is parked: it is sent when the webhook is resumed, \`POST /api/v1/webhooks/{id}/resume\``
  }
  if (delivery?.state === 'parked') {
    return 'It was parked, and its webhook is active again: it is about to be sent'
  }
  return 'Its attempt is under way, or next in the line of its webhook: look at what comes of it before you send it again'
}

function cancelRoute(deps: ApiDeps): Route {
  const { store } = deps
  return defineRoute({
    method: 'POST',
    path: '/api/v1/deliveries/{id}/cancel',
    operationId: 'cancelDelivery',
    tag: 'Deliveries',
    summary: 'Cancel a delivery that waits',
    description: 'An attempt that is on its way is still recorded.',
    access: 'chatbot-by-id',
    id: 'delivery',
    audit: 'delivery.cancelled',
    answer: { status: 200, description: 'The delivery, cancelled.', ...deliveryAnswer },
    errors: ['wrong_state'],
    async handle({ id, audit }) {
      const result = await store.cancel(id, 'cancelled_by_owner', audit())
      if (result === null) throw notFound('delivery')
      if (result === 'wrong_state') {
        throw apiError('wrong_state', 'Only what is pending or parked can be cancelled')
      }
      return presentDelivery(result, await besideOf(deps, [result]))
    },
  })
}
