/** Many at once: deliveries resent or cancelled by ids or by a filter, earlier events sent to a webhook. */
import { z } from 'zod'
import { DELIVERY_STATES, type DeliveryState } from '../../delivery.ts'
import type { BulkFilter, BulkKind } from '../../store/desk.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { type Cursors, listPage } from '../shapes/cursor.ts'
import { invalidInput, notFound } from '../shapes/error-answer.ts'
import { CREATION_KEY } from '../shapes/idempotency-key.ts'
import { isoAt, presentBulk } from '../shapes/present.ts'
import {
  anyOf,
  EXAMPLE_IDS,
  eventType,
  idField,
  idFilter,
  instant,
  isoTime,
  listOf,
  pageQuery,
  search,
  text,
} from '../shapes/schemas.ts'
import { refuseEmptySpan } from '../shapes/span.ts'
import { CREATION_ERRORS, onceFor, refuseRepeat } from './changing/creation.ts'
import { answeredStatus } from './deliveries.ts'

const IDS_MAX = 1_000

const dryRun = z.boolean().exactOptional().meta({ description: 'Only count.', default: false })

/** As the list is asked for; of ids nothing else narrows it. */
const chosenDeliveriesSchema = z
  .strictObject({
    ids: z
      .array(idFilter('delivery'))
      .min(1)
      .max(IDS_MAX)
      .exactOptional()
      .meta({ description: 'These, and nothing else of a filter.' }),
    chatbotId: idFilter('chatbot').exactOptional(),
    webhookId: idFilter('webhook').exactOptional(),
    eventId: idFilter('event').exactOptional(),
    eventType: eventType.exactOptional(),
    state: anyOf(DELIVERY_STATES).exactOptional().meta({
      description: 'By default `exhausted` to resend, `pending` and `parked` to cancel.',
    }),
    status: answeredStatus.exactOptional(),
    error: text({ min: 1, max: 2_000 }).exactOptional(),
    from: instant.exactOptional(),
    to: instant.exactOptional(),
    q: search.exactOptional(),
    dryRun,
  })
  .meta({ id: 'ChosenDeliveries' })
type Chosen = z.output<typeof chosenDeliveriesSchema>

const backfillSchema = z
  .strictObject({
    since: instant.meta({
      description: 'Accepted at this time or later, as far back as `RETENTION` …',
    }),
    until: instant.exactOptional().meta({ description: '… and before this one. Default: now.' }),
    eventTypes: z
      .array(eventType)
      .min(1)
      .max(50)
      .exactOptional()
      .meta({ description: "Default: the webhook's." }),
    ignoreFilter: z.boolean().exactOptional().meta({
      description: "Also what the webhook's filter keeps back. Default: false.",
    }),
    dryRun,
  })
  .meta({ id: 'Backfill' })

const startedSchema = z
  .object({
    recoveryId: idField('recovery').nullable().meta({ description: 'Null for a dry run.' }),
    count: z.int().meta({ description: 'How many it is about.' }),
    more: z.boolean().meta({ description: 'There are more than `count`: it was counted so far.' }),
  })
  .meta({ id: 'BulkStarted' })

const backfillStartedSchema = startedSchema
  .extend({ since: isoTime.meta({ description: 'As asked, or where what is kept begins.' }) })
  .meta({ id: 'BackfillStarted' })

const bulkSchema = z
  .object({
    id: idField('recovery'),
    action: z.enum(['resend', 'cancel', 'backfill']),
    chatbotId: idField('chatbot').nullable(),
    webhookId: idField('webhook').nullable(),
    total: z.int(),
    more: z.boolean().meta({ description: 'There were more than `total`.' }),
    done: z.int(),
    skipped: z.int().meta({ description: 'Their state did not allow it any more.' }),
    stopped: z.boolean(),
    createdAt: isoTime,
    finishedAt: isoTime.nullable(),
  })
  .meta({ id: 'BulkAction' })

const BULK_EXAMPLE = {
  id: EXAMPLE_IDS.recovery,
  action: 'resend' as const,
  chatbotId: EXAMPLE_IDS.chatbot,
  webhookId: null,
  total: 118,
  more: false,
  done: 40,
  skipped: 1,
  stopped: false,
  createdAt: '2026-09-14T09:30:12.345Z',
  finishedAt: null,
}

const STARTED = {
  status: 202 as const,
  description: 'Started: `GET /api/v1/bulk-actions/{id}` says how far it is.',
  schema: startedSchema,
  example: { recoveryId: EXAMPLE_IDS.recovery, count: 118, more: false },
}

export function bulkRoutes(deps: ApiDeps, cursors: Cursors): Route[] {
  return [
    manyRoute(deps, 'resend'),
    manyRoute(deps, 'cancel'),
    backfillRoute(deps),
    listRoute(deps, cursors),
    getRoute(deps),
    stopRoute(deps),
  ]
}

const MANY = {
  resend: {
    operationId: 'resendDeliveries',
    summary: 'Resend many deliveries',
    description:
      'Those of a list, or all that match a filter and were accepted before now: in steps, paced, and held while more than half of `MAX_BACKLOG` waits. What does not allow it any more is skipped.',
    audit: 'deliveries.resent',
    states: ['exhausted'],
  },
  cancel: {
    operationId: 'cancelDeliveries',
    summary: 'Cancel many deliveries that wait',
    description:
      'Those of a list, or all that match a filter and were accepted before now, in steps. What does not wait any more is skipped.',
    audit: 'deliveries.cancelled',
    states: ['pending', 'parked'],
  },
} as const satisfies Record<string, { states: readonly DeliveryState[] } & Record<string, unknown>>

function manyRoute(deps: ApiDeps, kind: 'resend' | 'cancel'): Route {
  const { operationId, summary, description, audit: action, states } = MANY[kind]
  return defineRoute({
    method: 'POST',
    path: `/api/v1/deliveries/${kind}`,
    operationId,
    tag: 'Deliveries',
    summary,
    description,
    access: 'chatbot-by-body',
    audit: action,
    headers: [CREATION_KEY],
    body: {
      schema: chosenDeliveriesSchema,
      example: { webhookId: EXAMPLE_IDS.webhook, dryRun: true },
    },
    answer: STARTED,
    errors: ['delivery_not_found', ...CREATION_ERRORS],
    async handle({ body, audit, request }) {
      const filter = filterOf(body, states)
      await refuseUnknown(deps, filter)
      const chatbotId = body.chatbotId ?? null
      return start(deps, {
        values: { kind, chatbotId, webhookId: null, filter, dryRun: body.dryRun ?? false },
        once: onceFor(request, chatbotId, body),
        entry: () => audit({ targetId: null, chatbotId }),
      })
    },
  })
}

function filterOf(body: Chosen, states: readonly DeliveryState[]): BulkFilter {
  const { ids, dryRun: _, state, status, error, ...others } = body
  const { chatbotId, ...narrowing } = others
  const narrowed = Object.keys(narrowing).length > 0 || state !== undefined
  const isNarrowed = narrowed || status !== undefined || error !== undefined
  if (ids !== undefined) {
    if (isNarrowed) throw oneOf('`ids` stand alone: a filter beside them would be about others')
    return { ids: [...new Set(ids)], ...(chatbotId !== undefined && { chatbotId }) }
  }
  if (!isNarrowed) throw oneOf('Say which: `ids`, or a filter such as `webhookId` or `state`')
  refuseEmptySpan(others)
  return {
    ...others,
    states: state ?? states,
    ...(status !== undefined && { lastStatus: status }),
    ...(error !== undefined && { lastError: error }),
  }
}

function oneOf(message: string) {
  return invalidInput([{ path: 'ids', message }])
}

/** One that is another's is no more there than one that never was; nothing is begun then. */
async function refuseUnknown({ store }: ApiDeps, { ids, chatbotId }: BulkFilter): Promise<void> {
  if (ids === undefined) return
  const owners = await Promise.all(ids.map((id) => store.chatbotOf('delivery', id)))
  const isUnknown = (owner: string | null) =>
    owner === null || (chatbotId !== undefined && owner !== chatbotId)
  if (owners.some(isUnknown)) throw notFound('delivery')
}

interface Starting {
  values: {
    kind: BulkKind
    chatbotId: string | null
    webhookId: string | null
    filter: BulkFilter
    dryRun: boolean
  }
  once: ReturnType<typeof onceFor>
  entry: () => Parameters<ApiDeps['store']['createBulk']>[1]
}

async function start({ store, ids, onResending }: ApiDeps, { values, once, entry }: Starting) {
  const { dryRun } = values
  const id = ids.next('recovery')
  const bulk = await store.createBulk({ ...values, id, once }, dryRun ? undefined : entry())
  refuseRepeat(bulk)
  if (!dryRun) onResending()
  return { recoveryId: dryRun ? null : bulk.id, count: bulk.total, more: bulk.more }
}

function backfillRoute(deps: ApiDeps): Route {
  const { store, clock, config } = deps
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/backfill',
    operationId: 'backfillWebhook',
    tag: 'Webhooks',
    summary: 'Send earlier events to a webhook',
    description:
      'Those of its types that have no delivery to it, as far back as `RETENTION`, newest first: in steps, paced, and held while more than half of `MAX_BACKLOG` waits.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.backfilled',
    headers: [CREATION_KEY],
    body: { schema: backfillSchema, example: { since: '2026-09-14T00:00:00Z', dryRun: true } },
    answer: {
      ...STARTED,
      schema: backfillStartedSchema,
      example: { ...STARTED.example, since: '2026-09-14T00:00:00.000Z' },
    },
    errors: [...CREATION_ERRORS],
    async handle({ id: webhookId, body, audit, request }) {
      const webhook = await store.getWebhook(webhookId)
      if (!webhook) throw notFound('webhook')
      const { since, until, eventTypes, ignoreFilter } = body
      refuseEmptySpan(
        { from: since, ...(until !== undefined && { to: until }) },
        { from: 'since', to: 'until' },
      )
      // A lead that is older has no event any more.
      const from = Math.max(since, clock.now() - config.retentionMs)
      const filter = {
        from,
        keptMs: config.retentionMs,
        ...(until !== undefined && { to: until }),
        ...(eventTypes !== undefined && { eventTypes }),
        ...(ignoreFilter === true && { ignoreFilter }),
      }
      const { chatbotId } = webhook
      const started = await start(deps, {
        values: { kind: 'backfill', chatbotId, webhookId, filter, dryRun: body.dryRun ?? false },
        once: onceFor(request, chatbotId, body),
        entry: audit,
      })
      return { ...started, since: isoAt(from) }
    },
  })
}

function listRoute({ store }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/bulk-actions',
    operationId: 'listBulkActions',
    tag: 'Deliveries',
    summary: 'Bulk actions, newest first',
    description:
      "Whoever began them. What is over is listed for `RETENTION`. An operator's over all chatbots has no `chatbotId`, and no chatbot's key sees it.",
    access: 'chatbot-by-query',
    query: z.strictObject({
      chatbotId: idFilter('chatbot').exactOptional(),
      running: z.enum(['true', 'false']).exactOptional().meta({
        description: '`true`: not over yet; `false`: over.',
      }),
      ...pageQuery,
    }),
    queryExample: { running: 'true' },
    answer: {
      status: 200,
      description: 'A page of bulk actions.',
      schema: listOf(bulkSchema, 'BulkActionList'),
      example: { data: [BULK_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle: ({ query }) =>
      listPage({
        cursors,
        scope: 'bulk-actions',
        query,
        read: (page, { running, ...filter }) => {
          const narrowed =
            running === undefined ? filter : { ...filter, running: running === 'true' }
          return store.readPage('bulks', narrowed, page)
        },
        present: presentBulk,
      }),
  })
}

function getRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/bulk-actions/{id}',
    operationId: 'getBulkAction',
    tag: 'Deliveries',
    summary: 'How far a bulk action is',
    access: 'chatbot-by-id',
    id: 'recovery',
    answer: {
      status: 200,
      description: 'The action.',
      schema: bulkSchema,
      example: BULK_EXAMPLE,
    },
    async handle({ id }) {
      const bulk = await store.getBulk(id)
      if (!bulk) throw notFound('recovery')
      return presentBulk(bulk)
    },
  })
}

function stopRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/bulk-actions/{id}/stop',
    operationId: 'stopBulkAction',
    tag: 'Deliveries',
    summary: 'Stop a bulk action',
    description: 'What it has done stays done.',
    access: 'chatbot-by-id',
    id: 'recovery',
    audit: 'bulk.stopped',
    answer: {
      status: 200,
      description: 'The action as it is now.',
      schema: bulkSchema,
      example: { ...BULK_EXAMPLE, stopped: true, finishedAt: '2026-09-14T09:30:13.345Z' },
    },
    async handle({ id, audit }) {
      const bulk = await store.stopBulk(id, audit())
      if (!bulk) throw notFound('recovery')
      return presentBulk(bulk)
    },
  })
}
