/** Webhooks: where owners want events sent. Secrets, header values and credentials are shown masked. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { NewWebhook, Once, WebhookChange } from '../../../store/desk.ts'
import { memberPath } from '../../../text/json.ts'
import { SETTINGS_BY_DEFAULT, shownUrl, type Webhook } from '../../../webhook.ts'
import type { AuditOf } from '../../access/call-audit.ts'
import { type Caller, readerOf } from '../../access/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { type Cursors, listPage } from '../../shapes/cursor.ts'
import { SECRET_EXAMPLE } from '../../shapes/delivery-example.ts'
import { apiError, invalidInput, notFound } from '../../shapes/error-answer.ts'
import { CREATION_KEY } from '../../shapes/idempotency-key.ts'
import { metadataFilter } from '../../shapes/metadata-filter.ts'
import { idFilter, listOf, pageQuery } from '../../shapes/schemas.ts'
import { type HeaderFault, MASK, unmaskHeaders } from '../../shapes/webhook-headers.ts'
import {
  createdWebhookSchema,
  newWebhookSchema,
  WEBHOOK_EXAMPLE,
  webhookChangeSchema,
  webhookSchema,
} from '../../shapes/webhook-schemas.ts'
import { CREATION_ERRORS, onceFor, refuseRepeat } from '../changing/creation.ts'
import {
  changedMeanwhile,
  ETAG,
  expectedVersions,
  IF_MATCH,
  setETag,
} from '../changing/versions.ts'
import { refuseUnfitWants, withoutOldTemplate } from './check-wants.ts'
import { webhookShower } from './shown-webhook.ts'

const webhookListSchema = listOf(webhookSchema, 'WebhookList')
export const webhookAnswer = { headers: ETAG, schema: webhookSchema, example: WEBHOOK_EXAMPLE }

export function webhookRoutes(deps: ApiDeps, cursors: Cursors): Route[] {
  return [
    createRoute(deps),
    listRoute(deps, cursors),
    findRoute(deps, cursors),
    getRoute(deps),
    updateRoute(deps),
    deleteRoute(deps),
  ]
}

function createRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/chatbots/{id}/webhooks',
    operationId: 'createWebhook',
    tag: 'Webhooks',
    summary: 'Create a webhook',
    description:
      'From now on the endpoint gets the events of these types. Without a `secret` one is made.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    audit: 'webhook.created',
    headers: [CREATION_KEY],
    body: {
      schema: newWebhookSchema,
      example: { url: 'https://shop.example/hooks/leads', eventTypes: ['lead.submit'] },
    },
    answer: {
      status: 201,
      description: 'The webhook and its secret.',
      headers: ETAG,
      schema: createdWebhookSchema,
      example: { ...WEBHOOK_EXAMPLE, secret: SECRET_EXAMPLE },
    },
    location: ({ id }) => `/api/v1/webhooks/${id}`,
    errors: ['blocked_address', 'too_many_webhooks', ...CREATION_ERRORS],
    handle: ({ id: chatbotId, body, ...call }) => {
      const once = onceFor(call.request, chatbotId, body)
      return createWebhook(deps, { chatbotId, once, ...body }, call)
    },
  })
}

/** What a call has that creates one. */
interface Creating {
  audit: AuditOf
  reply: FastifyReply
  caller: Caller | null
}

interface WebhookToCreate extends z.output<typeof newWebhookSchema> {
  chatbotId: string
  once: Once | null
}

/** As it is answered, with its secret. Throws for what the schema alone can't refuse. */
export async function createWebhook(deps: ApiDeps, given: WebhookToCreate, call: Creating) {
  const { secret, ...settings } = given
  refuseBlocked(deps, given.url)
  if (given.headers) refuseMasks(unmaskHeaders(given.headers, {}).faults)
  refuseMaskedUrl(given.url)
  refuseUnfitWants({ ...SETTINGS_BY_DEFAULT, ...settings })
  return createAndAnswer(deps, call, {
    ...SETTINGS_BY_DEFAULT,
    ...settings,
    secret: secret === undefined ? deps.generateSecret() : usableSecret(deps, secret),
  })
}

function listRoute(deps: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/chatbots/{id}/webhooks',
    operationId: 'listWebhooks',
    tag: 'Webhooks',
    summary: "List a chatbot's webhooks",
    description: 'Newest first.',
    access: 'chatbot-by-id',
    id: 'chatbot',
    query: z.strictObject({ metadata: metadataFilter.exactOptional(), ...pageQuery }),
    keyed: ['metadata'],
    queryExample: { limit: 20 },
    answer: {
      status: 200,
      description: 'A page of webhooks.',
      schema: webhookListSchema,
      example: { data: [WEBHOOK_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    async handle({ id, query, caller }) {
      const { store } = deps
      if (!(await store.getChatbot(id))) throw notFound('chatbot')
      return listPage({
        cursors,
        scope: `webhooks of ${id}`,
        query,
        read: (page) => store.readPage('webhooks', { ...filterOf(query), chatbotId: id }, page),
        present: webhookShower(deps, readerOf(caller)),
      })
    },
  })
}

/** Whoever looks after many chatbots would otherwise ask for the webhooks of each. */
function findRoute(deps: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks',
    operationId: 'findWebhooks',
    tag: 'Webhooks',
    summary: 'Find webhooks',
    description: 'Of one chatbot or of all of them, newest first.',
    access: 'chatbot-by-query',
    query: z.strictObject({
      chatbotId: idFilter('chatbot').exactOptional(),
      troubled: z.enum(['true', 'false']).exactOptional().meta({
        description:
          '`true`: only those that do not get what they should now: paused, disabled, failing or resting; and those whose last answer leaves a doubt, such as a web page.',
      }),
      metadata: metadataFilter.exactOptional(),
      ...pageQuery,
    }),
    keyed: ['metadata'],
    queryExample: { limit: 20 },
    answer: {
      status: 200,
      description: 'A page of webhooks.',
      schema: webhookListSchema,
      example: { data: [WEBHOOK_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle({ query, caller }) {
      return listPage({
        cursors,
        scope: 'webhooks',
        query,
        read: (page, { troubled, ...filter }) =>
          deps.store.readPage(
            'webhooks',
            troubled === 'true' ? { ...filter, troubledAt: deps.clock.now() } : filter,
            page,
          ),
        present: webhookShower(deps, readerOf(caller)),
      })
    },
  })
}

function filterOf<Query extends { limit: number; cursor?: string }>(query: Query) {
  const { limit: _limit, cursor: _cursor, ...filter } = query
  return filter
}

function getRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks/{id}',
    operationId: 'getWebhook',
    tag: 'Webhooks',
    summary: 'Get a webhook',
    access: 'chatbot-by-id',
    id: 'webhook',
    answer: { status: 200, description: 'The webhook.', ...webhookAnswer },
    handle: async ({ id, reply, caller }) =>
      answerWith(deps, { reply, caller }, await findWebhook(deps, id)),
  })
}

function updateRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/webhooks/{id}',
    operationId: 'updateWebhook',
    tag: 'Webhooks',
    summary: 'Change a webhook',
    description:
      'What is left out stays; `headers` and `metadata` are replaced whole. A masked value that is sent back as it was read keeps what is stored. Deliveries that wait go out by the new settings. With `If-Match`, only what nobody has changed meanwhile.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.updated',
    headers: [IF_MATCH],
    body: { schema: webhookChangeSchema, example: { timeoutSeconds: 10 } },
    answer: { status: 200, description: 'The webhook as it is now.', ...webhookAnswer },
    errors: ['blocked_address', 'changed_meanwhile'],
    async handle({ id, body, audit, request, reply, caller }) {
      const versions = expectedVersions(request)
      for (;;) {
        const stored = await findWebhook(deps, id)
        if (versions !== undefined && !versions.includes(stored.version)) {
          throw await changedMeanwhile(deps, { request, reply, current: stored })
        }
        const change = withoutOldTemplate(unmaskChange(body, stored), stored)
        refuseToShowUrl(change, stored)
        refuseUnfitWants({ ...stored, ...change })
        if (change.url !== undefined) refuseBlocked(deps, change.url)
        // What was masked stands for what is stored, so it holds for this version only.
        const webhook = await deps.store.updateWebhook(id, change, audit(), [stored.version])
        if (!webhook) throw notFound('webhook')
        if (webhook !== 'other_version') return answerWith(deps, { reply, caller }, webhook)
      }
    },
  })
}

function deleteRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/webhooks/{id}',
    operationId: 'deleteWebhook',
    tag: 'Webhooks',
    summary: 'Delete a webhook',
    description: 'Cancels what waits; what is finished stays readable.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.deleted',
    headers: [IF_MATCH],
    answer: { status: 204, description: 'Deleted.' },
    errors: ['changed_meanwhile'],
    async handle({ id, audit, request, reply }) {
      const deleted = await deps.store.deleteWebhook(id, audit(), expectedVersions(request))
      if (!deleted) throw notFound('webhook')
      if (deleted !== 'other_version') return
      const current = await findWebhook(deps, id)
      throw await changedMeanwhile(deps, { request, reply, current })
    },
  })
}

/** With its version, and what to do about it. */
export function answerWith(
  deps: ApiDeps,
  { reply, caller }: { reply: FastifyReply; caller: Caller | null },
  webhook: Webhook,
) {
  setETag(reply, webhook)
  return webhookShower(deps, readerOf(caller))(webhook)
}

type NewValues = Omit<NewWebhook, 'id' | 'webhooksMax'>

/**
 * Answers it with its secret; a repeated call with the secret of now, which may be another than the
 * one that its first answer showed: that is a look at it, and the audit log says so.
 */
export async function createAndAnswer(
  deps: ApiDeps,
  { audit, reply, caller }: Creating,
  values: NewValues,
) {
  const { store, ids, config } = deps
  const { webhooksMaxPerChatbot: webhooksMax } = config
  const { chatbotId } = values
  const id = ids.next('webhook')
  const entry = audit({ targetId: id, chatbotId })
  const webhook = await store.createWebhook({ ...values, id, webhooksMax }, entry)
  if (webhook === 'chatbot_not_found') throw notFound('chatbot')
  if (webhook === 'too_many_webhooks') {
    throw apiError('too_many_webhooks', `A chatbot has at most ${webhooksMax} webhooks`)
  }
  refuseRepeat(webhook)
  if (webhook.id !== id) {
    const look = audit({ targetId: webhook.id, chatbotId })
    await store.keepAudit({ ...look, action: 'webhook.secret_shown', fields: [] })
  }
  const shown = await answerWith(deps, { reply, caller }, webhook)
  return { ...shown, secret: webhook.secret }
}

export async function findWebhook({ store }: ApiDeps, id: string): Promise<Webhook> {
  const webhook = await store.getWebhook(id)
  if (!webhook) throw notFound('webhook')
  return webhook
}

/** An owner's own secret, or a 400 that says why it can't be used. */
export function usableSecret({ checkSecret }: ApiDeps, secret: string): string {
  const message = checkSecret(secret)
  if (message !== null) throw invalidInput([{ path: 'secret', message }])
  return secret
}

/** The address that is dialled is checked again, each time; this is to say so at once. */
export function refuseBlocked({ checkUrl }: ApiDeps, url: string, path = 'url') {
  const blocked = checkUrl(new URL(url))
  if (blocked === null) return
  const details = [{ path, message: blocked.message }]
  throw apiError('blocked_address', blocked.message, { details })
}

/** The path of a chat's URL is a secret, which another format would show. */
function refuseToShowUrl(change: WebhookChange, stored: Webhook): void {
  const after = { ...stored, ...change }
  if (after.url !== stored.url || shownUrl(after) === shownUrl(stored)) return
  const message =
    '`url` is required with another format: that of a chat is a secret, and would be shown'
  throw invalidInput([{ path: 'url', message }])
}

/** What was read masked and is sent back stands for what is stored. */
function unmaskChange(change: WebhookChange, stored: Webhook): WebhookChange {
  const unmasked = { ...change }
  if (change.url !== undefined) {
    if (stored.kind === 'listen') {
      const message = '`url` is of webhooks that are sent to; this one is listened to'
      throw invalidInput([{ path: 'url', message }])
    }
    const isMasked = change.url === shownUrl(stored)
    if (!isMasked) refuseMaskedUrl(change.url)
    unmasked.url = isMasked ? stored.url : change.url
  }
  if (change.headers !== undefined) {
    const { headers, faults } = unmaskHeaders(change.headers, stored.headers)
    refuseMasks(faults)
    unmasked.headers = headers
  }
  return unmasked
}

function refuseMaskedUrl(url: string) {
  const { username, password, pathname } = new URL(url)
  if (pathname.endsWith('/***')) {
    const message = '`url` has a masked path: give it whole again'
    throw invalidInput([{ path: 'url', message }])
  }
  if (username !== MASK && password !== MASK) return
  const message = '`url` has masked credentials: give them again'
  throw invalidInput([{ path: 'url', message }])
}

function refuseMasks(faults: HeaderFault[]) {
  if (faults.length === 0) return
  throw invalidInput(
    faults.map(({ name, message }) => {
      const path = memberPath('headers', name)
      return { path, message: `\`${path}\` ${message}` }
    }),
  )
}
