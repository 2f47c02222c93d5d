/** Recoveries: resend what failed since an endpoint broke. */
import { z } from 'zod'
import { RESENDABLE } from '../../../delivery.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { notFound } from '../../shapes/error-answer.ts'
import { CREATION_KEY } from '../../shapes/idempotency-key.ts'
import { presentBulkAsRecovery, presentRecovery } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, instant, isoTime, text } from '../../shapes/schemas.ts'
import { refuseEmptySpan } from '../../shapes/span.ts'
import { CREATION_ERRORS, onceFor, refuseRepeat } from '../changing/creation.ts'

const finishedState = z.enum(['delivered', 'exhausted', 'cancelled'])

const newRecoverySchema = z
  .strictObject({
    since: instant.meta({ description: 'Deliveries that finished at this time or later …' }),
    until: instant.exactOptional().meta({ description: '… and before this one. Default: now.' }),
    states: z
      .array(finishedState)
      .min(1)
      .max(RESENDABLE.length)
      .exactOptional()
      .meta({ default: ['exhausted'] }),
    status: z.int().min(100).max(599).exactOptional().meta({
      description: 'Only those that the endpoint answered so last.',
    }),
    error: text({ min: 1, max: 2_000 }).exactOptional().meta({
      description: 'Only those whose `lastError` is this, to the letter.',
    }),
    dryRun: z.boolean().exactOptional().meta({ description: 'Only count.', default: false }),
  })
  .meta({ id: 'RecoveryCreate' })

const startedSchema = z
  .object({
    recoveryId: idField('recovery').nullable().meta({ description: 'Null for a dry run.' }),
    count: z.int().meta({ description: 'How many deliveries are sent again.' }),
  })
  .meta({ id: 'RecoveryStarted' })

const recoverySchema = z
  .object({
    id: idField('recovery'),
    webhookId: idField('webhook').nullable().meta({
      description: 'Null: of a bulk action over several, which is shown here, too.',
    }),
    since: isoTime.nullable().meta({ description: 'Null: of a bulk action.' }),
    until: isoTime.nullable().meta({ description: 'Null: of a bulk action.' }),
    states: z.array(finishedState),
    total: z.int(),
    done: z.int(),
    createdAt: isoTime,
    finishedAt: isoTime.nullable(),
  })
  .meta({ id: 'Recovery' })

export function recoveryRoutes(deps: ApiDeps): Route[] {
  return [recoverRoute(deps), getRoute(deps)]
}

function recoverRoute({ store, ids, clock, onResending }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/recover',
    operationId: 'recoverWebhook',
    tag: 'Webhooks',
    summary: 'Resend everything that failed since',
    description:
      'Each delivery gets a new series of attempts. Test events and what was erased are left out.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.recovery_started',
    headers: [CREATION_KEY],
    body: { schema: newRecoverySchema, example: { since: '2026-09-14T00:00:00Z' } },
    answer: {
      status: 202,
      description: 'Started.',
      schema: startedSchema,
      example: { recoveryId: EXAMPLE_IDS.recovery, count: 118 },
    },
    errors: [...CREATION_ERRORS],
    async handle({ id: webhookId, body, audit, request }) {
      const { since, until = clock.now(), states = ['exhausted'], status, error } = body
      const { dryRun = false } = body
      refuseEmptySpan({ from: since, to: until }, { from: 'since', to: 'until' })
      const entry = audit()
      const values = {
        id: ids.next('recovery'),
        webhookId,
        since,
        until,
        states: [...new Set(states)],
        ...(status !== undefined && { lastStatus: status }),
        ...(error !== undefined && { lastError: error }),
        dryRun,
        once: onceFor(request, entry.chatbotId, body),
      }
      const recovery = await store.createRecovery(values, dryRun ? undefined : entry)
      if (recovery === null) throw notFound('webhook')
      refuseRepeat(recovery)
      if (!dryRun) onResending()
      return { recoveryId: dryRun ? null : recovery.id, count: recovery.total }
    },
  })
}

function getRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/recoveries/{id}',
    operationId: 'getRecovery',
    tag: 'Webhooks',
    summary: 'How far a recovery is',
    access: 'chatbot-by-id',
    id: 'recovery',
    answer: {
      status: 200,
      description: 'The recovery; `done` of `total` deliveries are on their way again.',
      schema: recoverySchema,
      example: {
        id: EXAMPLE_IDS.recovery,
        webhookId: EXAMPLE_IDS.webhook,
        since: '2026-09-14T00:00:00.000Z',
        until: '2026-09-14T09:30:12.345Z',
        states: ['exhausted'],
        total: 118,
        done: 40,
        createdAt: '2026-09-14T09:30:12.345Z',
        finishedAt: null,
      },
    },
    async handle({ id }) {
      const recovery = await store.getRecovery(id)
      if (recovery) return presentRecovery(recovery)
      const bulk = await store.getBulk(id)
      if (!bulk) throw notFound('recovery')
      return presentBulkAsRecovery(bulk)
    },
  })
}
