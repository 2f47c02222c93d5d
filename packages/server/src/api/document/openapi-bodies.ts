/** The three bodies that an endpoint may get, by its webhook's format, as JSON Schema with an example of each. */
import { LEAD_EVENT, LEAD_EVENT_SPELLINGS } from '../../event.ts'
import { type FormatOfGuide, formatBody } from '../../wants/formats.ts'
import { SIGNATURE_EXAMPLES } from '../shapes/delivery-example.ts'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'
import type { JsonSchema } from './openapi-schemas.ts'

export interface Received {
  /** In the formats but the guide's, whose lead has two spellings. */
  eventType: JsonSchema
  /** In `payload`; a lead's are others in `data`. */
  payload: JsonSchema
  example: { eventType: string; payload: Record<string, unknown> }
}

export function bodySchema(told: Received): JsonSchema {
  const isLead = told.example.eventType === LEAD_EVENT
  return { anyOf: [ofGuide(told, isLead), ofAgent(told, isLead), ofEvent(told, isLead)] }
}

const text = (description: string): JsonSchema => ({ type: 'string', description })
const ID: JsonSchema = { type: 'string', examples: [EXAMPLE_IDS.chatbot] }

function ofGuide(told: Received, isLead: boolean): JsonSchema {
  const eventType = isLead ? { type: 'string', enum: [...LEAD_EVENT_SPELLINGS] } : told.eventType
  const payload = isLead ? withMore(told.payload) : told.payload
  return form('guide', told, { eventType, chatbotId: ID, payload })
}

function ofAgent(told: Received, isLead: boolean): JsonSchema {
  const payload = isLead ? withMore(told.payload) : told.payload
  return form('agent', told, { eventType: told.eventType, agentId: ID, payload })
}

function ofEvent(told: Received, isLead: boolean): JsonSchema {
  const timestamp = {
    ...text('When the event was accepted, in whole seconds; the same at every attempt.'),
    format: 'date-time',
  }
  const data = isLead ? withMore(LEAD_DATA) : told.payload
  return form('event', told, { event: told.eventType, timestamp, agent_id: ID, data })
}

/** All of its keys are always there. */
function form(
  format: FormatOfGuide,
  { example }: Received,
  properties: Record<string, JsonSchema>,
): JsonSchema {
  return {
    title: `Of the format ${format}`,
    type: 'object',
    properties,
    required: Object.keys(properties),
    examples: [JSON.parse(exampleBody(format, example))],
  }
}

function exampleBody(format: FormatOfGuide, { eventType, payload }: Received['example']): string {
  const lead = eventType === LEAD_EVENT ? { extras: null, consent: null } : null
  const acceptedAt = Number(SIGNATURE_EXAMPLES.timestamp) * 1_000
  const { chatbot: chatbotId } = EXAMPLE_IDS
  const told = { eventType, chatbotId, payload: JSON.stringify(payload), acceptedAt, lead }
  return formatBody(format, told, [])
}

const LEAD_DATA: JsonSchema = {
  type: 'object',
  properties: {
    name: text('Empty: not given.'),
    email: text('Empty: not given.'),
    phone: text('As the customer wrote it. Empty: not given.'),
    channel: text('Where it was left: `website`, unless who brought it said another.'),
  },
  required: ['name', 'email', 'phone', 'channel'],
}

const UTM = ['source', 'medium', 'campaign', 'term', 'content']

/** What a webhook may ask for (`include`). */
const MORE: Record<string, JsonSchema> = {
  custom: {
    type: 'object',
    description: 'Only if the webhook includes it: the owner’s own fields, by name.',
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
  context: {
    type: 'object',
    description: 'Only if the webhook includes it: where the visitor was; unknown ones are empty.',
    properties: {
      page: text('Origin and path.'),
      title: text('Of the page.'),
      referrer: text('Origin and path.'),
      utm: {
        type: 'object',
        properties: Object.fromEntries(UTM.map((name) => [name, { type: 'string' }])),
        required: UTM,
      },
      language: text('Of the browser.'),
      timeZone: text('Of the browser.'),
    },
    required: ['page', 'title', 'referrer', 'utm', 'language', 'timeZone'],
  },
  consent: {
    type: ['object', 'null'],
    description: 'Only if the webhook includes it; null: none was asked for.',
    properties: {
      given: { type: 'boolean' },
      text: text('What was agreed to, as it was shown.'),
      at: { type: 'string', format: 'date-time' },
      page: { type: 'string' },
    },
    required: ['given', 'text', 'at', 'page'],
  },
}

function withMore(schema: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...schema.properties, ...MORE } }
}
