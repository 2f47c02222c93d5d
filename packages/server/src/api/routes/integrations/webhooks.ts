/** Subscribing under the names that published integrations know; unsubscribing is deleteWebhook. */
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { SECRET_EXAMPLE } from '../../shapes/delivery-example.ts'
import { CREATION_KEY } from '../../shapes/idempotency-key.ts'
import { EXAMPLE_IDS } from '../../shapes/schemas.ts'
import { createdWebhookSchema, WEBHOOK_EXAMPLE } from '../../shapes/webhook-schemas.ts'
import { givenSettings } from '../../shapes/webhook-settings.ts'
import { CREATION_ERRORS, onceFor } from '../changing/creation.ts'
import { ETAG } from '../changing/versions.ts'
import { createWebhook, refuseBlocked } from '../webhooks/webhooks.ts'
import { chatbotIdField, chatbotMeant } from './query.ts'

const ENDPOINT_EXAMPLE = 'https://shop.example/hooks/leads'

/** Strict, unlike what only reads: a setting that was dropped in silence would be missed later. */
const newSubscriptionSchema = z
  .strictObject({
    chatbotId: chatbotIdField,
    endpoint: givenSettings.url,
    events: givenSettings.eventTypes,
  })
  .meta({ id: 'SubscriptionCreate' })

const subscriptionSchema = createdWebhookSchema
  .extend({
    endpoint: z.string().meta({ description: 'The same as `url`.' }),
    events: z.array(z.string()).meta({ description: 'The same as `eventTypes`.' }),
  })
  .meta({ id: 'Subscription', description: 'The webhook, its secret, and what was asked for.' })

export function integrationWebhookRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/webhooks',
      operationId: 'registerWebhook',
      tag: 'Integrations',
      summary: 'Create a webhook by endpoint and events',
      description:
        'The same as `POST /api/v1/chatbots/{id}/webhooks`, under the names that automation platforms send. `DELETE /api/v1/webhooks/{id}` ends it.',
      access: 'chatbot-by-body',
      audit: 'webhook.created',
      headers: [CREATION_KEY],
      body: {
        schema: newSubscriptionSchema,
        example: {
          chatbotId: EXAMPLE_IDS.chatbot,
          endpoint: ENDPOINT_EXAMPLE,
          events: ['leads.submit'],
        },
      },
      answer: {
        status: 201,
        description: 'The webhook and its secret.',
        headers: ETAG,
        schema: subscriptionSchema,
        example: {
          ...WEBHOOK_EXAMPLE,
          eventTypes: ['leads.submit'],
          description: '',
          headers: {},
          secret: SECRET_EXAMPLE,
          endpoint: ENDPOINT_EXAMPLE,
          events: ['leads.submit'],
        },
      },
      location: ({ id }) => `/api/v1/webhooks/${id}`,
      errors: ['blocked_address', 'too_many_webhooks', 'chatbot_not_found', ...CREATION_ERRORS],
      async handle({ body, ...call }) {
        const { endpoint, events } = body
        refuseBlocked(deps, endpoint, 'endpoint')
        const chatbotId = await chatbotMeant(deps.store, body.chatbotId)
        const once = onceFor(call.request, chatbotId, body)
        const values = { chatbotId, url: endpoint, eventTypes: events, once }
        const webhook = await createWebhook(deps, values, call)
        return { ...webhook, endpoint: webhook.url, events: webhook.eventTypes }
      },
    }),
  ]
}
