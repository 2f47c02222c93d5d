/** Leads by day and page, under the names that published integrations know. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Lead } from '../../../lead.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { inPieces } from '../../server/answers/answer-pieces.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, isoTime } from '../../shapes/schemas.ts'
import { readCounted } from '../export/counted-leads.ts'
import {
  chatbotMeant,
  countedPage,
  INTEGRATION_EXAMPLE,
  integrationQuery,
  spanOf,
} from './query.ts'

const PATH = '/api/v1/get-leads'

const querySchema = z.object(integrationQuery)

const customerSchema = z
  .object({
    id: idField('lead'),
    created_at: isoTime,
    name: z.string(),
    email: z.string(),
    phone: z.string(),
    conversationId: z.string(),
  })
  .meta({ id: 'CollectedCustomer', description: 'What is unknown is `""`, never null.' })

const answerSchema = z
  .object({
    collectedCustomers: z.array(customerSchema),
    data: z.array(customerSchema).meta({ description: 'The same once more.' }),
  })
  .meta({ id: 'CollectedCustomers' })

const CUSTOMER_EXAMPLE: z.infer<typeof customerSchema> = {
  id: EXAMPLE_IDS.lead,
  created_at: '2026-09-14T09:30:12.345Z',
  name: 'Ann',
  email: 'ann@example.com',
  phone: '+254700000000',
  conversationId: EXAMPLE_IDS.conversation,
}

const shared = {
  path: PATH,
  tag: 'Integrations' as const,
  description:
    'Newest first, by day and page. An empty list: there are no more. New code should rather use `GET /api/v1/leads`.',
  answer: {
    status: 200 as const,
    description: 'A page of leads.',
    schema: answerSchema,
    example: { collectedCustomers: [CUSTOMER_EXAMPLE], data: [CUSTOMER_EXAMPLE] },
  },
  errors: ['chatbot_not_found' as const],
  slot: 'answer' as const,
}

export function integrationLeadRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      ...shared,
      method: 'GET',
      operationId: 'getCollectedCustomers',
      summary: 'Get leads by day and page',
      access: 'chatbot-by-query',
      query: querySchema,
      queryExample: INTEGRATION_EXAMPLE,
      handle: ({ query, reply }) => answer(deps, query, reply),
    }),
    defineRoute({
      ...shared,
      method: 'POST',
      operationId: 'queryCollectedCustomers',
      summary: 'Get leads by day and page, asked in a body',
      access: 'chatbot-by-body',
      body: {
        schema: querySchema.meta({ id: 'GetLeads' }),
        example: INTEGRATION_EXAMPLE,
        optional: true,
      },
      handle: ({ body, reply }) => answer(deps, body, reply),
    }),
  ]
}

async function answer(
  { store }: ApiDeps,
  asked: z.output<typeof querySchema>,
  reply: FastifyReply,
) {
  const page = countedPage(asked)
  const span = spanOf(asked)
  const chatbotId = await chatbotMeant(store, asked.chatbotId)
  if (!span) return { collectedCustomers: [], data: [] }
  const found = await readCounted(store, { chatbotId, ...span }, page)
  if (found.kind === 'parts') {
    reply.header('content-type', 'application/json; charset=utf-8')
    return reply.send(inPieces(answerInParts(found.parts)))
  }
  const data = found.leads.map(presentCustomer)
  return { collectedCustomers: data, data }
}

/** The same text as the whole would be. */
async function* answerInParts(parts: () => AsyncIterable<Lead[]>): AsyncGenerator<string> {
  yield '{"collectedCustomers":['
  yield* listInParts(parts())
  yield '],"data":['
  yield* listInParts(parts())
  yield ']}'
}

async function* listInParts(parts: AsyncIterable<Lead[]>): AsyncGenerator<string> {
  let before = ''
  for await (const leads of parts) {
    for (const lead of leads) {
      yield before + JSON.stringify(presentCustomer(lead))
      before = ','
    }
  }
}

function presentCustomer(lead: Lead): z.infer<typeof customerSchema> {
  return {
    id: lead.id,
    created_at: isoAt(lead.createdAt),
    name: lead.customerName,
    email: lead.customerEmail,
    phone: lead.customerPhone,
    conversationId: lead.conversationId,
  }
}
