/**
 * The document's `webhooks` section: what an endpoint gets, and what it should answer. One entry for
 * each event type of ours, made from its definition, and one for whatever else is published. Each
 * example is a whole request: its signatures are those of its body. A body is one of three, by its
 * webhook's format; the example has the guide's.
 */
import { EVENT_TYPE_PATTERN, LEAD_EVENT } from '../../event.ts'
import { exampleDelivery, SECRET_EXAMPLE } from '../shapes/delivery-example.ts'
import { idPattern } from '../shapes/schemas.ts'
import { EVENT_TYPES, type EventTypeInfo } from './event-types.ts'
import { bodySchema, type Received } from './openapi-bodies.ts'
import type { Operation, Parameter, ResponseObject } from './openapi-document.ts'
import type { JsonSchema } from './openapi-schemas.ts'

const HEADERS: Parameter[] = [
  header('x-chatzuri-signature', /^([0-9a-f]{40}|sha256=[0-9a-f]{64})$/, {
    description: `40 lower-case hex digits: HMAC-SHA1 over the body's bytes, keyed with the webhook's secret as shown. Of the format \`event\` \`sha256=\` and 64 of them: HMAC-SHA256, with the same key. It signs no time: verify \`webhook-signature\` instead, and nothing else. While a rotation is under way it is made with the previous secret. The example's secret is \`${SECRET_EXAMPLE}\`.`,
  }),
  header('webhook-id', idPattern('event'), {
    description:
      'The event’s id: the same for every attempt and every resend. Drop what you have seen.',
  }),
  header('webhook-timestamp', /^[0-9]{10,}$/, { description: 'Unix seconds of this attempt.' }),
  header('webhook-signature', /^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$/, {
    description:
      'Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`, keyed with the base64-decoded part after `whsec_`; one for each live secret, separated by spaces.',
  }),
  header('user-agent', /^Chatzuri-Webhooks\//, {
    description: '`Chatzuri-Webhooks/` and a version.',
  }),
]

function header(
  name: string,
  pattern: RegExp,
  { description }: { description: string },
): Parameter {
  const schema: JsonSchema = { type: 'string', pattern: pattern.source }
  return { name, in: 'header', required: true, description, schema }
}

const RESPONSES: Record<string, ResponseObject> = {
  '2XX': {
    description:
      'Delivered. The body is advisory: `{"received":true}` is shown as acknowledged, an `error` key or `false` as failed.',
    content: { 'application/json': { schema: { type: 'object' }, example: { received: true } } },
  },
  '410': { description: 'The endpoint is gone: the webhook is disabled, this delivery waits.' },
  default: {
    description:
      'Tried again by the schedule. `Retry-After` on 429 and 503 is kept to. Redirects are not followed.',
  },
}

export function webhooksSection(): Record<string, Record<string, Operation>> {
  const known = EVENT_TYPES.map((info) => [info.name, { post: knownEvent(info) }] as const)
  return { ...Object.fromEntries(known), event: { post: OTHER_EVENT } }
}

function knownEvent({ name, description, schema, example }: EventTypeInfo): Operation {
  const isLead = name === LEAD_EVENT
  const fields = isLead ? ' Its fields are always there and always strings.' : ''
  return received({
    operationId: `receive${pascalCase(name)}`,
    summary: `Receive \`${name}\``,
    description: `${description}${fields}`,
    eventType: { type: 'string', enum: [name] },
    payload: schema,
    example: { eventType: name, payload: example },
  })
}

function pascalCase(eventType: string): string {
  return eventType.replace(/(?:^|[._])([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

const OTHER_EVENT: Operation = received({
  operationId: 'receiveEvent',
  summary: 'Receive any other event',
  description:
    'What was published, in the order of its keys: the body is byte for byte a fixed point of `JSON.stringify`.',
  eventType: { type: 'string', pattern: EVENT_TYPE_PATTERN.source },
  payload: { type: 'object', additionalProperties: true },
  example: { eventType: 'order.created', payload: { orderId: '1001', total: 49.9 } },
})

interface ReceivedSpec extends Received {
  operationId: string
  summary: string
  description: string
}

function received({ eventType, payload, example, ...about }: ReceivedSpec): Operation {
  const { headers, body } = exampleDelivery(example.eventType, example.payload)
  const schema = bodySchema({ eventType, payload, example })
  const parameters = HEADERS.map((parameter) => {
    const shown = headers[parameter.name]
    return shown === undefined ? parameter : { ...parameter, example: shown }
  })
  const content = { 'application/json': { schema, example: JSON.parse(body) as unknown } }
  return {
    ...about,
    tags: ['Received'],
    security: [],
    parameters,
    requestBody: { required: true, content },
    responses: RESPONSES,
  }
}
