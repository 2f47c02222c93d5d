/** What an owner does with a webhook: tries it, pauses it, brings it back. */
import { z } from 'zod'
import { readerOf } from '../../access/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { attemptSchema, CURE_EXAMPLE, cureField } from '../../shapes/delivery-schemas.ts'
import { apiError, notFound } from '../../shapes/error-answer.ts'
import { presentAttempt, presentCure } from '../../shapes/present.ts'
import { EXAMPLE_IDS, eventType, idField } from '../../shapes/schemas.ts'
import { answerWith, findWebhook, webhookAnswer } from './webhooks.ts'

const testSchema = z
  .strictObject({
    eventType: eventType.exactOptional().meta({
      description:
        'Default: the first that the webhook subscribed to; under a wildcard `lead.submit`.',
    }),
  })
  .meta({ id: 'WebhookTest' })

const { id: _id, number: _number, ...testedFields } = attemptSchema.shape
const testResultSchema = z
  .object({ deliveryId: idField('delivery'), ...testedFields, cure: cureField })
  .meta({ id: 'WebhookTestResult', description: 'The attempt, and where it is listed.' })

const sentSchema = z
  .object({ count: z.int().meta({ description: 'How many deliveries wait, and are sent now.' }) })
  .meta({ id: 'WaitingSent' })

export function webhookActionRoutes(deps: ApiDeps): Route[] {
  return [testRoute(deps), sendWaitingRoute(deps), pauseRoute(deps), resumeRoute(deps)]
}

function testRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/test',
    operationId: 'testWebhook',
    tag: 'Webhooks',
    summary: 'Send a test event now',
    description:
      'Sends one real-shaped example, in any state of the webhook, and answers with what came back. It is listed among the deliveries, never retried, and not counted in health.',
    access: 'chatbot-by-id',
    id: 'webhook',
    body: { schema: testSchema, example: { eventType: 'lead.submit' }, optional: true },
    answer: {
      status: 200,
      description: 'The attempt, whether or not the endpoint liked it.',
      schema: testResultSchema,
      example: {
        deliveryId: EXAMPLE_IDS.delivery,
        startedAt: '2026-09-14T09:30:12.345Z',
        durationMs: 41,
        result: 'failed',
        status: 308,
        errorCode: 'status',
        error: 'The endpoint answered 308',
        responseHeaders: { location: 'https://shop.example/hooks/leads' },
        responseBody: '',
        note: null,
        cure: CURE_EXAMPLE,
      },
    },
    errors: ['wrong_state'],
    async handle({ id, body, caller }) {
      const webhook = await findWebhook(deps, id)
      if (webhook.kind === 'listen') {
        const message =
          'This webhook is listened to: there is no URL to test. Publish a real event, as `chatzuri trigger` does'
        throw apiError('wrong_state', message)
      }
      const tested = await deps.sendTest(id, body.eventType)
      if (tested === null) throw notFound('webhook')
      const { id: _attemptId, number: _attemptNumber, ...attempt } = presentAttempt(tested.attempt)
      const cure = presentCure({ attempt: tested.attempt, webhook, reader: readerOf(caller) })
      return { deliveryId: tested.deliveryId, ...attempt, cure }
    },
  })
}

function sendWaitingRoute({ store, onResending }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/send-waiting',
    operationId: 'sendWaiting',
    tag: 'Webhooks',
    summary: 'Send now what waits for its next attempt',
    description:
      'What waits becomes due, at the pace that the endpoint takes; while the webhook rests, one delivery is sent to see, and the others follow when it is taken. These attempts are extra: of what fails, the count and the time of its next attempt are as they were.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.waiting_sent',
    answer: {
      status: 202,
      description: 'Begun.',
      schema: sentSchema,
      example: { count: 18 },
    },
    errors: ['wrong_state'],
    async handle({ id, audit }) {
      const sent = await store.sendWaiting(id, audit())
      if (sent === null) throw notFound('webhook')
      if (sent === 'wrong_state') {
        throw apiError(
          'wrong_state',
          'The webhook is paused, disabled or away, and so its deliveries are parked: `resume` sends them',
        )
      }
      onResending()
      return sent
    },
  })
}

function pauseRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/pause',
    operationId: 'pauseWebhook',
    tag: 'Webhooks',
    summary: 'Pause a webhook',
    description: 'While it is paused its deliveries wait; nothing is lost.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.paused',
    answer: { status: 200, description: 'The webhook, paused.', ...webhookAnswer },
    errors: ['wrong_state'],
    async handle({ id, audit, reply, caller }) {
      const { state } = await findWebhook(deps, id)
      // Pausing would hide why it was disabled, and nothing is sent to it anyway.
      if (state === 'disabled') {
        throw apiError('wrong_state', 'The webhook is disabled already; `resume` brings it back')
      }
      const why = 'Paused by its owner.'
      const webhook = await deps.store.setWebhookState(id, 'paused', why, audit())
      if (!webhook) throw notFound('webhook')
      return answerWith(deps, { reply, caller }, webhook)
    },
  })
}

function resumeRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/resume',
    operationId: 'resumeWebhook',
    tag: 'Webhooks',
    summary: 'Resume a webhook',
    description:
      'Sends what waited meanwhile. Also brings back a disabled webhook, and ends a rest. One that takes a listener and has none is `away` then.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.resumed',
    answer: { status: 200, description: 'The webhook, active.', ...webhookAnswer },
    async handle({ id, audit, reply, caller }) {
      const webhook = await deps.store.setWebhookState(id, 'active', null, audit())
      if (!webhook) throw notFound('webhook')
      return answerWith(deps, { reply, caller }, webhook)
    },
  })
}
