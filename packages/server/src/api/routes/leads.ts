/** Leads: taken in, found, exported, erased. */
import { z } from 'zod'
import { ownFieldNames } from '../../chatbot.ts'
import { LEAD_STATES } from '../../lead.ts'
import { ADDRESS_LENGTH_MAX } from '../../lead-extras.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { type Cursors, listPage } from '../shapes/cursor.ts'
import { notFound } from '../shapes/error-answer.ts'
import { IDEMPOTENCY_KEY, idempotencyKey } from '../shapes/idempotency-key.ts'
import { extrasGiven, givenExtras } from '../shapes/leads/lead-extras.ts'
import { LEAD_EXAMPLE, leadSchema } from '../shapes/leads/lead-schemas.ts'
import { presentLead } from '../shapes/present.ts'
import {
  anyOf,
  EXAMPLE_IDS,
  idField,
  idFilter,
  instant,
  listOf,
  pageQuery,
  search,
  text,
} from '../shapes/schemas.ts'
import { refuseEmptySpan } from '../shapes/span.ts'
import { erasuresRoute } from './erasures.ts'
import { leadExportRoute } from './export/lead-export.ts'
import { leadFilterOf, leadsCsvRoute, plainField } from './export/leads-csv.ts'

/** More than a delivery can hold; what is larger than that is refused by its size when it is made. */
export const EVENT_BODY_BYTES_MAX = 128 * 1024

const leadText = z.string().nullable().exactOptional()

const CONSENT_TEXT_LENGTH_MAX = 2_000

const givenConsent = z
  .strictObject({
    given: z.boolean(),
    text: text({ min: 1, max: CONSENT_TEXT_LENGTH_MAX }).meta({
      description: 'What the customer was asked, to the letter.',
    }),
    page: text({ max: ADDRESS_LENGTH_MAX }).exactOptional(),
  })
  .meta({
    id: 'GivenConsent',
    description: 'What the customer was asked to agree to, and said, now.',
  })

const newLeadSchema = z
  .strictObject({
    conversationId: leadText.meta({
      description: 'Ours, or 1 to 128 characters of your own, kept as given. Default: a new one.',
    }),
    customerName: leadText.meta({ examples: ['Ann'] }),
    customerEmail: leadText.meta({ examples: ['ann@example.com'] }),
    customerPhone: leadText.meta({
      description:
        'Free text up to 64 characters. Of emails and phones white space and what nobody sees goes at the ends; within, what nobody sees is refused.',
      examples: ['+254700000000'],
    }),
    ...givenExtras,
    consent: givenConsent.exactOptional(),
  })
  .meta({
    id: 'LeadCreate',
    description: 'Each may be missing, `null` or `""`; at least one of the three is not empty.',
  })

const acceptedLeadSchema = z
  .object({
    leadId: idField('lead'),
    conversationId: z.string(),
    eventId: idField('event'),
  })
  .meta({ id: 'AcceptedLead' })

const leadFilter = {
  chatbotId: idFilter('chatbot').exactOptional(),
  q: search.exactOptional().meta({
    description:
      "An id, or of people: the beginnings of a name's words, an email by its beginning, its words or its domain, a phone by four digits or more from its start or its end. Capitals, accents, spaces and what nobody sees make no difference.",
  }),
  deliveryState: anyOf([...LEAD_STATES, 'none'])
    .exactOptional()
    .meta({
      description:
        'Of its deliveries the one in the worst state, in this order; `none`: it has no delivery. Several: repeated, or with a comma. With `delivered` or `none` each page is looked for among the next 5,000 leads: pass `from` and `to`.',
    }),
  from: instant.exactOptional().meta({ description: 'Left at this time or later …' }),
  to: instant.exactOptional().meta({ description: '… and before this one.' }),
}

export function leadRoutes(deps: ApiDeps, cursors: Cursors): Route[] {
  return [
    acceptRoute(deps),
    listRoute(deps, cursors),
    leadsCsvRoute(deps, z.strictObject({ ...leadFilter, plain: plainField })),
    getRoute(deps),
    leadExportRoute(deps),
    eraseRoute(deps),
    erasuresRoute(deps, cursors),
  ]
}

function acceptRoute({ ingest, store, clock }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots/{id}/leads',
    operationId: 'acceptLead',
    tag: 'Leads',
    summary: "Hand in a customer's info",
    description:
      'Sends the lead event to every subscribed webhook. The answer comes when it is on disk.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    headers: [IDEMPOTENCY_KEY],
    body: {
      schema: newLeadSchema,
      example: {
        customerName: 'Ann',
        customerEmail: 'ann@example.com',
        customerPhone: '+254700000000',
      },
      bytesMax: EVENT_BODY_BYTES_MAX,
    },
    answer: {
      status: 202,
      description: 'It is on disk and on its way.',
      schema: acceptedLeadSchema,
      example: {
        leadId: EXAMPLE_IDS.lead,
        conversationId: EXAMPLE_IDS.conversation,
        eventId: EXAMPLE_IDS.event,
      },
    },
    errors: ['idempotency_conflict', 'lead_erased', 'backlog_full'],
    async handle({ id, body, request }) {
      const { custom, context, channel, consent: answered, ...lead } = body
      // A lead that brings neither is not made to wait for its form.
      const chatbot = custom || context ? await store.getChatbot(id) : null
      const keepsQuery = chatbot?.leadForm.pageQuery ?? false
      const first = chatbot ? ownFieldNames(chatbot.leadForm) : []
      const extras = extrasGiven({ custom, context, channel }, { keepsQuery, first })
      const consent = answered ? { page: '', ...answered, at: clock.now() } : null
      return ingest.acceptLead(id, { ...lead, extras, consent }, idempotencyKey(request))
    },
  })
}

function listRoute({ store }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/leads',
    operationId: 'listLeads',
    tag: 'Leads',
    summary: 'Find leads',
    description: 'Newest first.',
    access: 'chatbot-by-query',
    query: z.strictObject({ ...leadFilter, ...pageQuery }),
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot, from: '2026-09-01T00:00:00Z', limit: 20 },
    answer: {
      status: 200,
      description: 'A page of leads.',
      schema: listOf(leadSchema, 'LeadList'),
      example: { data: [LEAD_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle({ query }) {
      refuseEmptySpan(query)
      return listPage({
        cursors,
        scope: 'leads',
        query,
        read: (page, filter) => store.readPage('leads', leadFilterOf(filter), page),
        present: presentLead,
      })
    },
  })
}

function getRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/leads/{id}',
    operationId: 'getLead',
    tag: 'Leads',
    summary: 'Get a lead',
    access: 'chatbot-by-id',
    id: 'lead',
    answer: {
      status: 200,
      description: 'The lead.',
      schema: leadSchema,
      example: LEAD_EXAMPLE,
    },
    async handle({ id }) {
      const lead = await store.getLead(id)
      if (!lead) throw notFound('lead')
      return presentLead(lead)
    },
  })
}

function eraseRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/leads/{id}',
    operationId: 'eraseLead',
    tag: 'Leads',
    summary: 'Erase a person',
    description:
      'Erases the lead, its event, and the answers that may echo it; cancels what still waits. What was delivered is with its receivers: `GET /api/v1/leads/{id}/export` says who they are, so ask it first. That somebody was erased is remembered without personal data.',
    access: 'chatbot-by-id',
    id: 'lead',
    audit: 'lead.erased',
    answer: { status: 204, description: 'Erased.' },
    async handle({ id, audit }) {
      if (!(await store.eraseLead(id, 'request', audit()))) throw notFound('lead')
    },
  })
}
