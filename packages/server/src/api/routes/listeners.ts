/**
 * Listeners: whoever takes a webhook's deliveries by asking for them (listen/listening.ts). A webhook
 * of kind `listen` is made here; else it is a webhook like any other.
 */
import { LISTEN_URL, SETTINGS_BY_DEFAULT } from '../../webhook.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { SECRET_EXAMPLE } from '../shapes/delivery-example.ts'
import { apiError, notFound } from '../shapes/error-answer.ts'
import { CREATION_KEY } from '../shapes/idempotency-key.ts'
import {
  LISTEN_EXAMPLE,
  leaveQuery,
  listeningSchema,
  newListenerSchema,
  PULL_SECONDS_MAX,
  PULLED_EXAMPLE,
  pulledSchema,
  pullSchema,
  reportedSchema,
  reportSchema,
} from '../shapes/listener-schemas.ts'
import { presentWebhook } from '../shapes/present.ts'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'
import { createdWebhookSchema } from '../shapes/webhook-schemas.ts'
import { CREATION_ERRORS, onceFor } from './changing/creation.ts'
import { ETAG } from './changing/versions.ts'
import { createAndAnswer, findWebhook } from './webhooks/webhooks.ts'

export function listenerRoutes(deps: ApiDeps): Route[] {
  return [createRoute(deps), startRoute(deps), pullRoute(deps), reportRoute(deps), leaveRoute(deps)]
}

function createRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots/{id}/listeners',
    operationId: 'createListener',
    tag: 'Listeners',
    summary: 'Create a webhook that is listened to',
    description:
      'A webhook of kind `listen`: it has no URL, and its deliveries are parked until somebody listens. For a machine that no connection leads to; `chatzuri listen` does all of it.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    audit: 'webhook.created',
    headers: [CREATION_KEY],
    body: { schema: newListenerSchema, example: { eventTypes: ['lead.submit'] } },
    answer: {
      status: 201,
      description: 'The webhook and its secret.',
      headers: ETAG,
      schema: createdWebhookSchema,
      example: {
        ...LISTEN_EXAMPLE,
        state: 'away',
        secret: SECRET_EXAMPLE,
        stateReason: `Nobody listens: run \`chatzuri listen --webhook ${LISTEN_EXAMPLE.id}\`.`,
      },
    },
    location: ({ id }) => `/api/v1/webhooks/${id}`,
    errors: ['too_many_webhooks', ...CREATION_ERRORS],
    handle({ id: chatbotId, body, ...call }) {
      const { temporary = true, secret, ...settings } = body
      return createAndAnswer(deps, call, {
        ...SETTINGS_BY_DEFAULT,
        ...settings,
        chatbotId,
        url: LISTEN_URL,
        secret: secret ?? deps.generateSecret(),
        listen: { temporary },
        once: onceFor(call.request, chatbotId, body),
      })
    },
  })
}

function startRoute({ listening, clock }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/listener',
    operationId: 'startListening',
    tag: 'Listeners',
    summary: 'Begin to listen to a webhook',
    description:
      'What was parked comes back. A webhook has one listener: the latest takes over, with what an earlier one had in hand. An away or disabled webhook becomes active, a paused one stays paused.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.listened',
    answer: {
      status: 201,
      description: 'Who listens from now on.',
      schema: listeningSchema,
      example: { listenerId: EXAMPLE_IDS.listener, webhook: LISTEN_EXAMPLE },
    },
    location: (_, id) => `/api/v1/webhooks/${id}/listener`,
    errors: ['webhook_has_url'],
    async handle({ id, audit }) {
      const joined = await listening.join(id, audit())
      if (joined === null) throw notFound('webhook')
      if (joined === 'has_url') throw apiError('webhook_has_url')
      const { listenerId, webhook } = joined
      return { listenerId, webhook: presentWebhook(webhook, clock.now()) }
    },
  })
}

function pullRoute({ listening }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/pull',
    operationId: 'pullDeliveries',
    tag: 'Listeners',
    summary: 'Take what is to be sent',
    description:
      'Waits until there is something, or answers with nothing. Whoever asks has nothing in hand any more: what was handed out before and not reported is handed out again, as is all that a listener held that is silent for longer than one timeout and a little more.',
    access: 'chatbot-by-id',
    id: 'webhook',
    endless: true,
    body: { schema: pullSchema, example: { listenerId: EXAMPLE_IDS.listener, waitSeconds: 0 } },
    answer: {
      status: 200,
      description: 'Signed requests.',
      schema: pulledSchema,
      example: PULLED_EXAMPLE,
    },
    errors: ['listener_replaced', 'listener_lapsed'],
    async handle({ id: webhookId, body, reply }) {
      const { listenerId, waitSeconds = PULL_SECONDS_MAX } = body
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const waitMs = waitSeconds * 1_000
      const pulled = await listening.pull({ webhookId, listenerId, waitMs, signal: gone.signal })
      if (pulled === null) throw notFound('webhook')
      if (pulled.kind === 'busy') {
        const message = 'So many listeners wait that no more is taken'
        throw apiError('rate_limited', message, { retryAfterSeconds: 10 })
      }
      if (pulled.kind !== 'requests') throw apiError(`listener_${pulled.kind}`)
      const { state, stateReason } = pulled.webhook
      return {
        state,
        stateReason,
        data: pulled.requests.map(({ claim, request }) => ({
          deliveryId: claim.deliveryId,
          eventId: claim.eventId,
          eventType: claim.eventType,
          attemptNumber: claim.attemptNumber,
          headers: Object.fromEntries(request.headers),
          body: request.body.toString(),
          timeoutSeconds: request.timeoutMs / 1_000,
        })),
      }
    },
  })
}

function reportRoute({ listening, readReport, clock }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/results',
    operationId: 'reportResult',
    tag: 'Listeners',
    summary: 'Report what came of a delivery',
    description:
      'Recorded as an attempt of our own would be: a 2xx is delivered, all else is tried again by the schedule.',
    access: 'chatbot-by-id',
    id: 'webhook',
    body: {
      schema: reportSchema,
      example: {
        listenerId: EXAMPLE_IDS.listener,
        deliveryId: EXAMPLE_IDS.delivery,
        attemptNumber: 1,
        durationMs: 12,
        result: { kind: 'answered', status: 200, headers: {}, body: '{"received":true}' },
      },
    },
    answer: {
      status: 200,
      description: 'What it means for the delivery.',
      schema: reportedSchema,
      example: { recorded: true, state: 'delivered', nextAttemptInMs: null },
    },
    async handle({ id: webhookId, body }) {
      const { durationMs, result: reported, ...held } = body
      const result = readReport(reported, { durationMs, nowMs: clock.now() })
      const recorded = await listening.report({ ...held, webhookId, result })
      if (recorded.kind === 'lease_lost') {
        return { recorded: false, state: null, nextAttemptInMs: null }
      }
      const { state, dueInMs } = recorded
      return {
        recorded: true,
        state,
        nextAttemptInMs: dueInMs === null ? null : Math.round(dueInMs),
      }
    },
  })
}

function leaveRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/webhooks/{id}/listener',
    operationId: 'stopListening',
    tag: 'Listeners',
    summary: 'Listen no longer',
    description:
      'What was in hand and what comes from now on is parked. Changes nothing if another listens.',
    access: 'chatbot-by-id',
    id: 'webhook',
    query: leaveQuery,
    queryExample: { listenerId: EXAMPLE_IDS.listener },
    answer: { status: 204, description: 'Done.' },
    async handle({ id, query }) {
      await findWebhook(deps, id)
      await deps.listening.leave(id, query.listenerId)
    },
  })
}
