/** API keys: for the operator, or limited to one chatbot. The key itself is shown once. */
import { z } from 'zod'
import type { ApiKey } from '../../../access.ts'
import { isBlank } from '../../../text/typed-text.ts'
import type { Credentials } from '../../access/credentials.ts'
import { drawToken, hashToken } from '../../access/token.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { type Cursors, listPage } from '../../shapes/cursor.ts'
import { notFound } from '../../shapes/error-answer.ts'
import { CREATION_KEY } from '../../shapes/idempotency-key.ts'
import { isoAt } from '../../shapes/present.ts'
import {
  EXAMPLE_IDS,
  idField,
  idFilter,
  isoTime,
  listOf,
  pageQuery,
  text,
} from '../../shapes/schemas.ts'
import { CREATION_ERRORS, onceFor, refuseRepeat, refuseSecondLook } from '../changing/creation.ts'

const apiKeyFields = {
  id: idField('key'),
  name: z.string(),
  chatbotId: idField('chatbot').nullable().meta({ description: "Null: the operator's." }),
  createdAt: isoTime,
  lastUsedAt: isoTime.nullable().meta({ description: 'To about a minute.' }),
}
const apiKeySchema = z.object(apiKeyFields).meta({ id: 'ApiKey' })

const createdKeySchema = z
  .object({ ...apiKeyFields, key: z.string().meta({ description: 'Shown this once.' }) })
  .meta({ id: 'CreatedApiKey' })

const newKeySchema = z
  .strictObject({
    name: text({ max: 100 })
      .refine((name) => !isBlank(name), 'must not be blank')
      .meta({ description: 'What it is for.' }),
    chatbotId: idFilter('chatbot')
      .exactOptional()
      .meta({ description: 'Limits it to this chatbot. Without it: as far as your own key.' }),
  })
  .meta({ id: 'ApiKeyCreate' })

const KEY_EXAMPLE: z.infer<typeof apiKeySchema> = {
  id: EXAMPLE_IDS.key,
  name: 'Shop backend',
  chatbotId: EXAMPLE_IDS.chatbot,
  createdAt: '2026-09-14T09:30:12.345Z',
  lastUsedAt: null,
}

export function apiKeyRoutes(deps: ApiDeps, cursors: Cursors, credentials: Credentials): Route[] {
  return [createRoute(deps), listRoute(deps, cursors), deleteRoute(deps, credentials)]
}

function createRoute({ store, ids, random }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/api-keys',
    operationId: 'createApiKey',
    tag: 'Access',
    summary: 'Create a key',
    description:
      "With a chatbot's key: another one for the same chatbot. We keep its hash only; who loses it makes a new one.",
    access: 'chatbot-by-body',
    audit: 'key.created',
    headers: [CREATION_KEY],
    body: {
      schema: newKeySchema,
      example: { name: 'Shop backend', chatbotId: EXAMPLE_IDS.chatbot },
    },
    answer: {
      status: 201,
      description: 'The key.',
      schema: createdKeySchema,
      example: { ...KEY_EXAMPLE, key: 'czk_uY2V0ZXN0LWtleS1mb3ItZG9jcy1v' },
    },
    location: ({ id }) => `/api/v1/api-keys/${id}`,
    errors: ['chatbot_not_found', 'already_created', ...CREATION_ERRORS],
    async handle({ body, audit, request }) {
      const { name, chatbotId = null } = body
      const key = drawToken('key', random)
      const id = ids.next('key')
      const made = await store.createApiKey(
        { id, name, chatbotId, hash: hashToken(key), once: onceFor(request, chatbotId, body) },
        audit({ targetId: id, chatbotId }),
      )
      if (made === 'chatbot_not_found') throw notFound('chatbot')
      refuseRepeat(made)
      refuseSecondLook(made, id)
      return { ...presentApiKey(made), key }
    },
  })
}

function listRoute({ store }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/api-keys',
    operationId: 'listApiKeys',
    tag: 'Access',
    summary: 'List keys',
    description: 'Newest first. The one in the environment or in `DATA_DIR` is not among them.',
    access: 'chatbot-by-query',
    query: z.strictObject({ chatbotId: idFilter('chatbot').exactOptional(), ...pageQuery }),
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot },
    answer: {
      status: 200,
      description: 'A page of keys.',
      schema: listOf(apiKeySchema, 'ApiKeyList'),
      example: { data: [KEY_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle({ query }) {
      return listPage({
        cursors,
        scope: 'api-keys',
        query,
        read: (page, filter) => store.readPage('apiKeys', filter, page),
        present: presentApiKey,
      })
    },
  })
}

function deleteRoute({ store }: ApiDeps, credentials: Credentials): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/api-keys/{id}',
    operationId: 'deleteApiKey',
    tag: 'Access',
    summary: 'Revoke a key',
    description:
      'From now on it is refused, and so are the sessions and links that were made with it: at once by this server, within seconds by others that share its database.',
    access: 'chatbot-by-id',
    id: 'key',
    audit: 'key.deleted',
    answer: { status: 204, description: 'Revoked.' },
    async handle({ id, audit }) {
      // Also if it failed: what could not be answered may have been committed.
      const deleted = await store.deleteApiKey(id, audit()).finally(() => credentials.forget())
      if (!deleted) throw notFound('key')
    },
  })
}

function presentApiKey({ id, name, chatbotId, createdAt, lastUsedAt }: ApiKey) {
  return { id, name, chatbotId, createdAt: isoAt(createdAt), lastUsedAt: isoAt(lastUsedAt) }
}
