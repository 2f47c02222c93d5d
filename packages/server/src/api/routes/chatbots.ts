/** Chatbots: where conversations, leads and events come from. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { type Chatbot, DEFAULT_LEAD_FORM, isChatbotSought } from '../../chatbot.ts'
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
import { CREATION_KEY } from '../shapes/idempotency-key.ts'
import { presentChatbot } from '../shapes/present.ts'
import { idFilter, listOf, pageQuery, search } from '../shapes/schemas.ts'
import { CREATION_ERRORS, onceFor, refuseRepeat } from './changing/creation.ts'
import { changedMeanwhile, ETAG, expectedVersions, IF_MATCH, setETag } from './changing/versions.ts'

const chatbotAnswer = { headers: ETAG, schema: chatbotSchema, example: CHATBOT_EXAMPLE }

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
    headers: [CREATION_KEY],
    body: { schema: newChatbotSchema, example: { name: 'Shop assistant' } },
    answer: { status: 201, description: 'The chatbot.', ...chatbotAnswer },
    location: ({ id }) => `/api/v1/chatbots/${id}`,
    errors: [...CREATION_ERRORS],
    async handle({ body, audit, request, reply }) {
      const { name, leadForm = DEFAULT_LEAD_FORM, allowedOrigins = [] } = body
      const id = ids.next('chatbot')
      const once = onceFor(request, null, body)
      const chatbot = { id, name, leadForm, allowedOrigins, once }
      const entry = audit({ targetId: id, chatbotId: id })
      const made = await store.createChatbot(chatbot, entry)
      refuseRepeat(made)
      return answerWith(reply, made)
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
    async handle({ id, reply }) {
      return answerWith(reply, await findChatbot(store, id))
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
    description:
      'What is left out stays; `leadForm` is replaced whole. With `If-Match`, only what nobody has changed meanwhile.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    audit: 'chatbot.updated',
    headers: [IF_MATCH],
    body: { schema: chatbotChangeSchema, example: { name: 'Shop assistant (EU)' } },
    answer: { status: 200, description: 'The chatbot as it is now.', ...chatbotAnswer },
    errors: ['changed_meanwhile'],
    async handle({ id, body, audit, request, reply }) {
      const versions = expectedVersions(request)
      const chatbot = await store.updateChatbot(id, body, audit(), versions)
      if (!chatbot) throw notFound('chatbot')
      if (chatbot !== 'other_version') return answerWith(reply, chatbot)
      const current = await findChatbot(store, id)
      throw await changedMeanwhile({ store }, { request, reply, current })
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
    headers: [IF_MATCH],
    answer: { status: 204, description: 'Deleted.' },
    errors: ['changed_meanwhile'],
    async handle({ id, audit, request, reply }) {
      const versions = expectedVersions(request)
      const deleted = await store
        .deleteChatbot(id, audit(), versions)
        .finally(() => credentials.forget())
      if (!deleted) throw notFound('chatbot')
      if (deleted !== 'other_version') return
      const current = await findChatbot(store, id)
      throw await changedMeanwhile({ store }, { request, reply, current })
    },
  })
}

async function findChatbot(store: ApiDeps['store'], id: string): Promise<Chatbot> {
  const chatbot = await store.getChatbot(id)
  if (!chatbot) throw notFound('chatbot')
  return chatbot
}

function answerWith(reply: FastifyReply, chatbot: Chatbot) {
  setETag(reply, chatbot)
  return presentChatbot(chatbot)
}
