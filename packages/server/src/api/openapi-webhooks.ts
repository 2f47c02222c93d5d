/** The document's `webhooks` section: what an endpoint gets, and what it should answer. */
import { LEAD_EVENT_SPELLINGS } from '../event.ts'
import { BODY_EXAMPLE, SIGNATURE_EXAMPLES } from './delivery-example.ts'
import { EVENT_TYPES } from './event-types.ts'
import type { Operation, Parameter, ResponseObject } from './openapi.ts'
import type { JsonSchema } from './openapi-schemas.ts'
import { EXAMPLE_IDS } from './schemas.ts'

const HEADERS: Parameter[] = [
  header('x-chatzuri-signature', {
    description:
      "40 lower-case hex digits: HMAC-SHA1 over the body's bytes, keyed with the webhook's secret as shown. While a rotation is under way: with the previous secret.",
    example: SIGNATURE_EXAMPLES.guide,
  }),
  header('webhook-id', {
    description:
      'The event’s id: the same for every attempt and every resend. Drop what you have seen.',
    example: EXAMPLE_IDS.event,
  }),
  header('webhook-timestamp', {
    description: 'Unix seconds of this attempt.',
    example: SIGNATURE_EXAMPLES.timestamp,
  }),
  header('webhook-signature', {
    description:
      'Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`, keyed with the base64-decoded part after `whsec_`; one for each live secret, separated by spaces.',
    example: SIGNATURE_EXAMPLES.modern,
  }),
  header('user-agent', { description: '`Chatzuri-Webhooks/` and a version.' }),
]

function header(
  name: string,
  { description, example }: { description: string; example?: string },
): Parameter {
  const schema: JsonSchema = { type: 'string' }
  if (example !== undefined) schema.examples = [example]
  return { name, in: 'header', required: true, description, schema }
}

const RESPONSES: Record<string, ResponseObject> = {
  '2XX': {
    description:
      'Delivered. The body is advisory: `{"received":true}` is shown as acknowledged, an `error` key or `false` as failed.',
    content: { 'application/json': { example: { received: true } } },
  },
  '410': { description: 'The endpoint is gone: the webhook is disabled, this delivery waits.' },
  default: {
    description:
      'Tried again by the schedule. `Retry-After` on 429 and 503 is kept to. Redirects are not followed.',
  },
}

export function webhooksSection(): Record<string, Record<string, Operation>> {
  const [lead] = EVENT_TYPES
  return {
    'lead.submit': {
      post: delivery({
        operationId: 'receiveLead',
        summary: 'A customer left his info',
        description:
          'The lead event, in the spelling that the webhook subscribed with. All four fields are always there and always strings.',
        eventType: { type: 'string', enum: [...LEAD_EVENT_SPELLINGS] },
        payload: { ...lead?.schema },
        example: JSON.parse(BODY_EXAMPLE),
      }),
    },
    event: {
      post: delivery({
        operationId: 'receiveEvent',
        summary: 'Any other event',
        description: 'What was published, byte for byte a fixed point of `JSON.stringify`.',
        eventType: { type: 'string' },
        payload: { type: 'object', additionalProperties: true },
        example: {
          eventType: 'order.created',
          chatbotId: EXAMPLE_IDS.chatbot,
          payload: { orderId: '1001', total: 49.9 },
        },
      }),
    },
  }
}

interface DeliverySpec {
  operationId: string
  summary: string
  description: string
  eventType: JsonSchema
  payload: JsonSchema
  example: unknown
}

function delivery({ eventType, payload, example, ...about }: DeliverySpec): Operation {
  const schema: JsonSchema = {
    type: 'object',
    properties: { eventType, chatbotId: { type: 'string' }, payload },
    required: ['eventType', 'chatbotId', 'payload'],
  }
  return {
    ...about,
    security: [],
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: RESPONSES,
  }
}
