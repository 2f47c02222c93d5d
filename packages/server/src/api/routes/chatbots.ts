/** Chatbots: where conversations, leads and events come from. */
import { z } from 'zod'
import { DEFAULT_LEAD_FORM, isChatbotSought } from '../../chatbot.ts'
import type { Page } from '../../store/desk.ts'
import type { Credentials } from '../access/credentials.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import {
  CHATBOT_EXAMPLE,
  chatbotChangeSchema,
  chatbotSchema,
  newChatbotSchema,
} from '../shapes/chatbot-schemas.ts'
import { type Cursors, listPage } from '../shapes/cursor.ts'
import { notFound } from '../shapes/error-answer.ts'
import { presentChatbot } from '../shapes/present.ts'
import { idFilter, listOf, pageQuery, search } from '../shapes/schemas.ts'

const chatbotAnswer = { schema: chatbotSchema, example: CHATBOT_EXAMPLE }

export function chatbotRoutes(deps: ApiDeps, cursors: Cursors, credentials: Credentials): Route[] {
  return [
    createRoute(deps),
    listRoute(deps, cursors),
    getRoute(deps),
    updateRoute(deps),
    deleteRoute(deps, credentials),
  ]
}

function createRoute({ store, ids }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots',
    operationId: 'createChatbot',
    tag: 'Chatbots',
    summary: 'Create a chatbot',
    access: 'operator',
    audit: 'chatbot.created',
    body: { schema: newChatbotSchema, example: { name: 'Shop assistant' } },
    answer: { status: 201, description: 'The chatbot.', ...chatbotAnswer },
    async handle({ body, audit }) {
      const { name, leadForm = DEFAULT_LEAD_FORM, allowedOrigins = [] } = body
      const id = ids.next('chatbot')
      const chatbot = { id, name, leadForm, allowedOrigins }
      const entry = audit({ targetId: id, chatbotId: id })
      return presentChatbot(await store.createChatbot(chatbot, entry))
    },
  })
}

function listRoute({ store }: ApiDeps, cursors: Cursors): Route {
  const one = async ({ id, q }: { id: string; q?: string }, { after }: Page) => {
    const chatbot = after === null || id < after ? await store.getChatbot(id) : null
    const isMeant = chatbot && (q === undefined || isChatbotSought(chatbot, q))
    return { rows: isMeant ? [chatbot] : [], more: false }
  }
  return defineRoute({
    method: 'GET',
    path: '/api/v1/chatbots',
    operationId: 'listChatbots',
    tag: 'Chatbots',
    summary: 'List chatbots',
    description: 'Newest first.',
    access: 'chatbot-by-query',
    query: z.strictObject({
      chatbotId: idFilter('chatbot').exactOptional().meta({ description: 'This one only.' }),
      q: search.exactOptional().meta({
        description:
          'A part of its name, or its id. Capitals, normal forms and what nobody sees make no difference.',
      }),
      ...pageQuery,
    }),
    queryExample: { q: 'shop', limit: 20 },
    answer: {
      status: 200,
      description: 'A page of chatbots.',
      schema: listOf(chatbotSchema, 'ChatbotList'),
      example: { data: [CHATBOT_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle: ({ query }) =>
      listPage({
        cursors,
        scope: 'chatbots',
        query,
        read: (page, { chatbotId, ...filter }) =>
          chatbotId === undefined
            ? store.readPage('chatbots', filter, page)
            : one({ id: chatbotId, ...filter }, page),
        present: presentChatbot,
      }),
  })
}

function getRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/chatbots/{id}',
    operationId: 'getChatbot',
    tag: 'Chatbots',
    summary: 'Get a chatbot',
    access: 'chatbot-by-id',
    id: 'chatbot',
    answer: { status: 200, description: 'The chatbot.', ...chatbotAnswer },
    async handle({ id }) {
      const chatbot = await store.getChatbot(id)
      if (!chatbot) throw notFound('chatbot')
      return presentChatbot(chatbot)
    },
  })
}

function updateRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/chatbots/{id}',
    operationId: 'updateChatbot',
    tag: 'Chatbots',
    summary: 'Change a chatbot',
    description: 'What is left out stays; `leadForm` is replaced whole.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    audit: 'chatbot.updated',
    body: { schema: chatbotChangeSchema, example: { name: 'Shop assistant (EU)' } },
    answer: { status: 200, description: 'The chatbot as it is now.', ...chatbotAnswer },
    async handle({ id, body, audit }) {
      const chatbot = await store.updateChatbot(id, body, audit())
      if (!chatbot) throw notFound('chatbot')
      return presentChatbot(chatbot)
    },
  })
}

function deleteRoute({ store }: ApiDeps, credentials: Credentials): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/chatbots/{id}',
    operationId: 'deleteChatbot',
    tag: 'Chatbots',
    summary: 'Delete a chatbot',
    description:
      'Deletes its webhooks, cancels what waits for them, and erases its leads: for good. Nothing of it can be read after the answer; the disk follows in steps.',
    access: 'operator',
    id: 'chatbot',
    audit: 'chatbot.deleted',
    answer: { status: 204, description: 'Deleted.' },
    async handle({ id, audit }) {
      const deleted = await store.deleteChatbot(id, audit()).finally(() => credentials.forget())
      if (!deleted) throw notFound('chatbot')
    },
  })
}
