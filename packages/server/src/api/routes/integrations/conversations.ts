/**
 * Conversations by day and page, under the names that published integrations know. Of a conversation
 * only that leads were left in it is stored here; its messages are where the chatbot runs.
 */
import { z } from 'zod'
import type { Conversation } from '../../../lead.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, isoTime } from '../../shapes/schemas.ts'
import {
  chatbotMeant,
  countedPage,
  INTEGRATION_EXAMPLE,
  integrationQuery,
  spanOf,
} from './query.ts'

const PATH = '/api/v1/get-conversations'

/** What integrations take for "it is not known": no conversation's source is stored. */
const SOURCE = 'Unspecified'

const sources = z
  .union([z.string(), z.array(z.string())], { error: 'must be a text or a list of texts' })
  .transform((given) =>
    (Array.isArray(given) ? given : given.split(','))
      .map((source) => source.trim().toLowerCase())
      .filter((source) => source !== ''),
  )

const querySchema = z.object({
  ...integrationQuery,
  filteredSources: z
    .preprocess((given) => given ?? '', sources)
    .optional()
    .meta({
      description: `Sources separated by commas, or a list of them. Every conversation's source is \`${SOURCE}\`: a filter without it answers an empty list.`,
      documentAs: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      examples: [SOURCE],
    }),
})

const conversationSchema = z
  .object({
    id: z.string().meta({ examples: [EXAMPLE_IDS.conversation] }),
    created_at: isoTime.meta({ description: 'When its first lead was left.' }),
    updated_at: isoTime.meta({
      description: 'The same as `created_at`: what follows is not stored.',
    }),
    chatbot_id: z.string().meta({ examples: [EXAMPLE_IDS.chatbot] }),
    source: z.string().meta({ description: `\`${SOURCE}\`: it is not stored.` }),
    messages: z
      .array(z.object({ role: z.string(), content: z.string() }))
      .meta({ description: 'Empty: messages are not stored.' }),
  })
  .meta({ id: 'ConversationOfLeads', description: 'A conversation that leads were left in.' })

const answerSchema = z
  .object({ data: z.array(conversationSchema) })
  .meta({ id: 'ConversationsOfLeads' })

const shared = {
  path: PATH,
  tag: 'Integrations' as const,
  description:
    'Those that leads were left in, newest first, by day and page. Messages, sources and later changes are not stored here: `messages` is empty, `source` is `Unspecified`, and `updated_at` is `created_at`.',
  answer: {
    status: 200 as const,
    description: 'A page of conversations.',
    schema: answerSchema,
    example: {
      data: [
        {
          id: EXAMPLE_IDS.conversation,
          created_at: '2026-09-14T09:30:12.345Z',
          updated_at: '2026-09-14T09:30:12.345Z',
          chatbot_id: EXAMPLE_IDS.chatbot,
          source: SOURCE,
          messages: [],
        },
      ],
    },
  },
  errors: ['chatbot_not_found' as const],
}

export function integrationConversationRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      ...shared,
      method: 'GET',
      operationId: 'getConversations',
      summary: 'Get conversations by day and page',
      access: 'chatbot-by-query',
      query: querySchema,
      queryExample: INTEGRATION_EXAMPLE,
      handle: ({ query }) => answer(deps, query),
    }),
    defineRoute({
      ...shared,
      method: 'POST',
      operationId: 'queryConversations',
      summary: 'Get conversations by day and page, asked in a body',
      access: 'chatbot-by-body',
      body: {
        schema: querySchema.meta({ id: 'GetConversations' }),
        example: INTEGRATION_EXAMPLE,
        optional: true,
      },
      handle: ({ body }) => answer(deps, body),
    }),
  ]
}

async function answer({ store }: ApiDeps, asked: z.output<typeof querySchema>) {
  const page = countedPage(asked)
  const span = spanOf(asked)
  const chatbotId = await chatbotMeant(store, asked.chatbotId)
  const isMatching = matchesSource(asked.filteredSources ?? [])
  const found =
    span && isMatching ? await store.listConversations({ chatbotId, ...span }, page) : []
  return { data: found.map(presentConversation) }
}

function matchesSource(asked: readonly string[]): boolean {
  return asked.length === 0 || asked.includes(SOURCE.toLowerCase())
}

function presentConversation(conversation: Conversation): z.infer<typeof conversationSchema> {
  const { id, chatbotId, createdAt } = conversation
  const createdText = isoAt(createdAt)
  return {
    id,
    created_at: createdText,
    updated_at: createdText,
    chatbot_id: chatbotId,
    source: SOURCE,
    messages: [],
  }
}
