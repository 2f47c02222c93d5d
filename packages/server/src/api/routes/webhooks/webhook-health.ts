/** How webhooks fare: one with what goes wrong and why, and a page of them in a few figures. */
import { z } from 'zod'
import type { Cure } from '../../../cure.ts'
import type { Stats, StatsCounts, WebhookHealth } from '../../../store/desk.ts'
import { readerOf } from '../../access/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { besideOf } from '../../shapes/beside.ts'
import { type Cursors, listPage } from '../../shapes/cursor.ts'
import { cureField, DELIVERY_EXAMPLE, deliverySchema } from '../../shapes/delivery-schemas.ts'
import { notFound } from '../../shapes/error-answer.ts'
import { type Beside, isoAt, presentDelivery } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, idFilter, isoTime, listOf, pageQuery } from '../../shapes/schemas.ts'
import { curesOfFailures } from './shown-webhook.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** So far back, and in steps of so long. */
const SPANS = {
  '1h': { lengthMs: HOUR_MS, stepMs: MINUTE_MS },
  '24h': { lengthMs: 24 * HOUR_MS, stepMs: HOUR_MS },
  '7d': { lengthMs: 7 * 24 * HOUR_MS, stepMs: 6 * HOUR_MS },
  '30d': { lengthMs: 30 * 24 * HOUR_MS, stepMs: 24 * HOUR_MS },
} as const
type Span = keyof typeof SPANS
/** For each an attempt is read. */
const CURED_MAX = 10
const SPAN_NAMES = Object.keys(SPANS) as [Span, ...Span[]]

const figures = {
  attempts: z.int(),
  failedAttempts: z.int(),
  delivered: z.int().meta({ description: 'Deliveries that ended well.' }),
}

const totals = {
  ...figures,
  successRate: z.number().nullable().meta({
    description: 'Of the attempts, from 0 to 1; null without any.',
  }),
  latencyMs: z
    .object({ p50: z.number(), p95: z.number(), p99: z.number() })
    .nullable()
    .meta({ description: 'Durations of attempts; null without any.' }),
}

const series = z.array(z.object({ at: isoTime, ...figures })).meta({
  description: 'Ascending; steps in which nothing happened are left out.',
})

const more = z.boolean().meta({
  description: 'There are more than that: it is as far as they were counted.',
})

const errorSchema = z
  .object({
    status: z.int().nullable().meta({ description: 'What was answered; null: no answer came.' }),
    error: z.string().meta({ description: "The newest one's, as a sentence." }),
    count: z.int().meta({ description: 'Deliveries whose last attempt failed so.' }),
    givenUp: z.int().meta({ description: 'Of them: given up, and not set aside …' }),
    retrying: z.int().meta({ description: '… tried again later …' }),
    onHold: z.int().meta({ description: '… and parked, until its webhook is back.' }),
    firstAt: isoTime.meta({ description: 'When the first of these deliveries was accepted.' }),
    lastAt: isoTime.meta({ description: 'When the last of these attempts failed.' }),
    deliveryId: idField('delivery').meta({ description: 'The newest of them.' }),
    cure: cureField.meta({
      description: 'What to do about it. Null: of errors after the ten most frequent.',
    }),
  })
  .meta({ id: 'ErrorGroup' })

const healthSchema = z
  .object({
    webhookId: idField('webhook'),
    from: isoTime,
    to: isoTime,
    ...totals,
    series,
    waiting: z.object({
      fresh: z.int().meta({ description: 'Not attempted yet.' }),
      retrying: z.int().meta({ description: 'Failed, and tried again.' }),
      onHold: z.int().meta({ description: 'Until the webhook is back.' }),
      more,
    }),
    keptBack: z.object({ count: z.int(), more }).meta({
      description: 'Events of the span that its filter kept back.',
    }),
    givenUp: z
      .object({ count: z.int(), more, oldestAt: isoTime.nullable(), newestAt: isoTime.nullable() })
      .meta({ description: 'Neither resent nor set aside, whenever it was.' }),
    errors: z.array(errorSchema).meta({
      description: 'What keeps deliveries from arriving, whenever it was; the most frequent first.',
    }),
    moreErrors: z.boolean().meta({
      description: 'There are more than were looked at, which are the newest.',
    }),
    lastDelivered: z.array(deliverySchema).meta({ description: 'Newest first, a few.' }),
    lastFailed: z.array(deliverySchema),
  })
  .meta({ id: 'WebhookHealthDetail' })

const statsOfSchema = z
  .object({
    webhookId: idField('webhook'),
    ...totals,
    series,
    givenUp: z.object({ count: z.int(), more }),
  })
  .meta({ id: 'WebhookStats' })

const TOTALS_EXAMPLE = {
  attempts: 131,
  failedAttempts: 13,
  delivered: 118,
  successRate: 0.9008,
  latencyMs: { p50: 41, p95: 118, p99: 240 },
}
const SERIES_EXAMPLE = [
  { at: '2026-09-14T09:00:00.000Z', attempts: 131, failedAttempts: 13, delivered: 118 },
]

const HEALTH_EXAMPLE: z.input<typeof healthSchema> = {
  webhookId: EXAMPLE_IDS.webhook,
  from: '2026-09-13T10:00:00.000Z',
  to: '2026-09-14T09:31:00.000Z',
  ...TOTALS_EXAMPLE,
  series: SERIES_EXAMPLE,
  waiting: { fresh: 0, retrying: 2, onHold: 0, more: false },
  keptBack: { count: 0, more: false },
  givenUp: {
    count: 6,
    more: false,
    oldestAt: '2026-09-14T09:30:12.345Z',
    newestAt: '2026-09-14T09:30:40.118Z',
  },
  errors: [
    {
      status: 500,
      error: 'The endpoint answered 500.',
      count: 8,
      givenUp: 6,
      retrying: 2,
      onHold: 0,
      firstAt: '2026-09-14T09:20:12.345Z',
      lastAt: '2026-09-14T09:30:40.118Z',
      deliveryId: EXAMPLE_IDS.delivery,
      cure: {
        code: 'server_error',
        cause: 'The endpoint failed with an error of its own.',
        text: 'Look into its log at the time of the attempt; the id to look for is the webhook-id of the request.',
        action: null,
      },
    },
  ],
  moreErrors: false,
  lastDelivered: [DELIVERY_EXAMPLE],
  lastFailed: [],
}

export function webhookHealthRoutes(deps: ApiDeps, cursors: Cursors): Route[] {
  return [healthRoute(deps), statsRoute(deps, cursors)]
}

function healthRoute(deps: ApiDeps): Route {
  const { store, clock } = deps
  return defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks/{id}/health',
    operationId: 'getWebhookHealth',
    tag: 'Webhooks',
    summary: 'How a webhook fares',
    description:
      'Figures of a span, and what is with it now: what waits, what was given up, what goes wrong and how often, its last deliveries.',
    access: 'chatbot-by-id',
    id: 'webhook',
    query: z.strictObject({
      span: z.enum(SPAN_NAMES).default('24h').meta({ description: 'How far back from now.' }),
    }),
    queryExample: { span: '7d' },
    answer: {
      status: 200,
      description: 'Its health.',
      schema: healthSchema,
      example: HEALTH_EXAMPLE,
    },
    slot: 'answer',
    async handle({ id, query, caller }) {
      const span = spanUntil(clock.now(), query.span)
      const health = await store.webhookHealth(id, span)
      if (!health) throw notFound('webhook')
      const beside = await besideOf(deps, [...health.lastDelivered, ...health.lastFailed])
      const deliveryIds = health.errors.slice(0, CURED_MAX).map(({ deliveryId }) => deliveryId)
      const cures = await curesOfFailures(store, id, { deliveryIds, reader: readerOf(caller) })
      return {
        webhookId: id,
        from: isoAt(span.from),
        to: isoAt(span.to),
        ...presentHealth(health, { beside, cures }),
      }
    },
  })
}

/** By the cursors of the list of webhooks: a page of it and its figures are asked for side by side. */
function statsRoute({ store, clock }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/stats/webhooks',
    operationId: 'listWebhookStats',
    tag: 'Statistics',
    summary: 'The last 24 hours of each webhook',
    description:
      'In the order of `GET /api/v1/webhooks`, whose cursors it takes: the figures of one of its pages.',
    access: 'chatbot-by-query',
    query: z.strictObject({ chatbotId: idFilter('chatbot').exactOptional(), ...pageQuery }),
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot, limit: 20 },
    answer: {
      status: 200,
      description: 'A page of figures.',
      schema: listOf(statsOfSchema, 'WebhookStatsList'),
      example: {
        data: [
          {
            webhookId: EXAMPLE_IDS.webhook,
            ...TOTALS_EXAMPLE,
            series: SERIES_EXAMPLE,
            givenUp: { count: 6, more: false },
          },
        ],
        nextCursor: null,
      },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle({ query }) {
      return listPage({
        cursors,
        scope: 'webhooks',
        query,
        read: async (page, filter) => {
          const { rows, more } = await store.readPage('webhooks', filter, page)
          const ids = rows.map(({ id }) => id)
          const stats = await store.webhookStats(ids, spanUntil(clock.now(), '24h'))
          const found = ids.flatMap((id, at) => {
            const of = stats[at]
            return of ? [{ id, ...of }] : []
          })
          return { rows: found, more }
        },
        present: ({ id, stats, givenUp }) => ({ webhookId: id, ...presentFigures(stats), givenUp }),
      })
    },
  })
}

/** Whole steps in UTC, the one that runs included. */
function spanUntil(to: number, name: Span) {
  const { lengthMs, stepMs } = SPANS[name]
  const start = to - lengthMs + stepMs
  return { from: start - (start % stepMs), to, stepMs }
}

interface BesideHealth {
  beside: Beside
  /** In the errors' order. */
  cures: readonly (Cure | null)[]
}

function presentHealth(health: WebhookHealth, { beside, cures }: BesideHealth) {
  const { stats, waiting, keptBack, givenUp, errors, moreErrors, lastDelivered, lastFailed } =
    health
  return {
    ...presentFigures(stats),
    waiting,
    keptBack,
    givenUp: {
      count: givenUp?.count ?? 0,
      more: givenUp?.more ?? false,
      oldestAt: isoAt(givenUp?.oldestAt ?? null),
      newestAt: isoAt(givenUp?.newestAt ?? null),
    },
    errors: errors.map(({ firstAt, lastAt, ...group }, at) => ({
      ...group,
      firstAt: isoAt(firstAt),
      lastAt: isoAt(lastAt),
      cure: cures[at] ?? null,
    })),
    moreErrors,
    lastDelivered: lastDelivered.map((delivery) => presentDelivery(delivery, beside)),
    lastFailed: lastFailed.map((delivery) => presentDelivery(delivery, beside)),
  }
}

function presentFigures({ totals, series }: Omit<Stats, 'current'>) {
  const { attempts, failedAttempts, delivered, latencyMs } = totals
  return {
    attempts,
    failedAttempts,
    delivered,
    successRate: successRate(totals),
    latencyMs,
    series: series.map((step) => ({
      at: isoAt(step.at),
      attempts: step.attempts,
      failedAttempts: step.failedAttempts,
      delivered: step.delivered,
    })),
  }
}

function successRate({ attempts, failedAttempts }: StatsCounts): number | null {
  if (attempts === 0) return null
  const rate = Math.round((1 - failedAttempts / attempts) * 10_000) / 10_000
  // All of them is said where all were, and none where none was: one failure in a million shows.
  if (rate === 1 && failedAttempts > 0) return 0.9999
  return rate === 0 && failedAttempts < attempts ? 0.0001 : rate
}
