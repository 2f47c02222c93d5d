/** The event types that we send ourselves. Any other type is whatever its publisher says. */
import { z } from 'zod'
import { canonicalEventType, LEAD_EVENT } from '../../event.ts'
import { defineRoute, type Route } from '../route.ts'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'
import { NOTICE_EVENT_TYPES } from './notice-types.ts'

export interface EventTypeInfo {
  name: string
  description: string
  /** JSON Schema of the payload. */
  schema: Record<string, unknown>
  /** A payload. */
  example: Record<string, unknown>
}

const leadField = (description: string) => ({ type: 'string', description })

export const EVENT_TYPES: readonly EventTypeInfo[] = [
  {
    name: LEAD_EVENT,
    description:
      'A customer left a name, an email or a phone number with the chatbot. Also spelled `leads.submit`: deliveries carry the spelling that their webhook subscribed with.',
    schema: {
      type: 'object',
      properties: {
        conversationId: leadField('The conversation in which it was left.'),
        customerEmail: leadField('Empty: not given.'),
        customerName: leadField('Empty: not given.'),
        customerPhone: leadField('As the customer wrote it. Empty: not given.'),
      },
      required: ['conversationId', 'customerEmail', 'customerName', 'customerPhone'],
    },
    example: {
      conversationId: EXAMPLE_IDS.conversation,
      customerEmail: 'ann@example.com',
      customerName: 'Ann',
      customerPhone: '+254700000000',
    },
  },
  ...NOTICE_EVENT_TYPES,
]

/** The payload of a test event: real-shaped where the shape is ours. */
export function examplePayload(eventType: string): Record<string, unknown> {
  const known = EVENT_TYPES.find(({ name }) => name === canonicalEventType(eventType))
  return known?.example ?? { test: true, message: `An example of ${eventType}` }
}

const eventTypeSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    schema: z.record(z.string(), z.unknown()).meta({ description: "The payload's JSON Schema." }),
    example: z.record(z.string(), z.unknown()).meta({ description: 'A payload.' }),
  })
  .meta({ id: 'EventType' })

export function eventTypeRoutes(): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/event-types',
      operationId: 'listEventTypes',
      tag: 'Events',
      summary: 'List event types',
      description: 'Those with a shape of ours. Webhooks may subscribe to any other type as well.',
      access: 'signed-in',
      answer: {
        status: 200,
        description: 'All of them.',
        schema: z
          .object({ data: z.array(eventTypeSchema), nextCursor: z.string().nullable() })
          .meta({ id: 'EventTypeList' }),
        example: { data: EVENT_TYPES, nextCursor: null },
      },
      handle: () => ({ data: EVENT_TYPES, nextCursor: null }),
    }),
  ]
}
