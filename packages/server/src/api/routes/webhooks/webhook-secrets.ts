/** A webhook's secret: shown, rotated with an overlap, and the overlap ended. */
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { SECRET_EXAMPLE } from '../../shapes/delivery-example.ts'
import { apiError, notFound } from '../../shapes/error-answer.ts'
import { liveOverlapEnd, presentSecret } from '../../shapes/present.ts'
import { secretSchema, secretText } from '../../shapes/webhook-schemas.ts'
import { findWebhook, usableSecret } from './webhooks.ts'

const OVERLAP_HOURS_DEFAULT = 24
export const OVERLAP_HOURS_MAX = 168
const HOUR_MS = 3_600_000

const rotationSchema = z
  .strictObject({
    secret: secretText.exactOptional(),
    overlapHours: z.number().min(0).max(OVERLAP_HOURS_MAX).exactOptional().meta({
      description: 'How long the old secret goes on signing; 0: not at all.',
      default: OVERLAP_HOURS_DEFAULT,
    }),
  })
  .meta({ id: 'SecretRotation' })

const rotatedExample = {
  secret: SECRET_EXAMPLE,
  previousSecret: 'whsec_aJxVbIy0ctvKPJ3ydj4J9BGFk6tV0sj8',
  overlapEndsAt: '2026-09-15T09:30:12.345Z',
}

export function webhookSecretRoutes(deps: ApiDeps): Route[] {
  return [secretRoute(deps), rotateRoute(deps), finishRoute(deps)]
}

function secretRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks/{id}/secret',
    operationId: 'getWebhookSecret',
    tag: 'Webhooks',
    summary: "Show a webhook's secret",
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.secret_shown',
    answer: {
      status: 200,
      description: 'The secret; during an overlap the previous one too.',
      schema: secretSchema,
      example: { secret: SECRET_EXAMPLE },
    },
    async handle({ id, audit }) {
      const webhook = await findWebhook(deps, id)
      await deps.store.keepAudit(audit())
      return presentSecret(webhook, deps.clock.now())
    },
  })
}

function rotateRoute(deps: ApiDeps): Route {
  const { store, clock } = deps
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/rotate-secret',
    operationId: 'rotateWebhookSecret',
    tag: 'Webhooks',
    summary: 'Rotate the secret',
    description:
      'During the overlap `webhook-signature` carries a signature for each of the two secrets, and `x-chatzuri-signature`, which holds one only, is made with the previous secret: a receiver that has not been changed yet goes on working. One that checks only that header needs both secrets until the overlap ends.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.secret_rotated',
    body: { schema: rotationSchema, example: { overlapHours: 24 }, optional: true },
    answer: {
      status: 200,
      description: 'The new secret, the previous one and when it ends.',
      schema: secretSchema,
      example: rotatedExample,
    },
    errors: ['overlap_running'],
    async handle({ id, body, audit }) {
      const secret =
        body.secret === undefined ? deps.generateSecret() : usableSecret(deps, body.secret)
      const overlapMs = Math.round((body.overlapHours ?? OVERLAP_HOURS_DEFAULT) * HOUR_MS)
      const webhook = await store.rotateSecret(id, { secret, overlapMs }, audit())
      if (webhook === null) throw notFound('webhook')
      if (webhook === 'overlap_running') {
        throw apiError(
          'overlap_running',
          'An earlier rotation has not ended yet: finish it, or wait for its overlap to end',
        )
      }
      return presentSecret(webhook, clock.now())
    },
  })
}

function finishRoute(deps: ApiDeps): Route {
  const { store, clock } = deps
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/rotate-secret/finish',
    operationId: 'finishWebhookSecretRotation',
    tag: 'Webhooks',
    summary: 'End the overlap now',
    description: 'From now on only the new secret signs.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.rotation_finished',
    answer: {
      status: 200,
      description: 'The one secret that is left.',
      schema: secretSchema,
      example: { secret: SECRET_EXAMPLE },
    },
    errors: ['no_overlap'],
    async handle({ id, audit }) {
      const before = await findWebhook(deps, id)
      if (liveOverlapEnd(before, clock.now()) === null) throw apiError('no_overlap')
      const webhook = await store.finishRotation(id, audit())
      if (webhook === null) throw notFound('webhook')
      return presentSecret(webhook, clock.now())
    },
  })
}
