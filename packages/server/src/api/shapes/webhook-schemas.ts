/** What a webhook looks like, coming in and going out. */
import { z } from 'zod'
import { SECRET_EXAMPLE } from './delivery-example.ts'
import { cureField, noteField } from './delivery-schemas.ts'
import { EXAMPLE_IDS, idField, isoTime, mayBeLeftOut } from './schemas.ts'
import { exampleSettings, givenSettings, shownSettings } from './webhook-settings.ts'

export const secretText = z
  .string()
  .min(16)
  .max(256)
  .meta({
    description:
      'Of your own: 16 to 256 printable ASCII characters without spaces, quotes, `#` and `$`; beginning with `whsec_`, the rest must be base64 of 24 to 64 bytes.',
    examples: [SECRET_EXAMPLE],
  })

export const newWebhookSchema = z
  .strictObject({
    ...mayBeLeftOut(givenSettings),
    url: givenSettings.url,
    eventTypes: givenSettings.eventTypes,
    secret: secretText.exactOptional(),
  })
  .meta({ id: 'WebhookCreate' })

export const webhookChangeSchema = z
  .strictObject(mayBeLeftOut(givenSettings))
  .meta({ id: 'WebhookChange', description: 'What is left out stays as it is.' })

export const webhookSchema = z
  .object({
    id: idField('webhook'),
    chatbotId: idField('chatbot'),
    kind: z.enum(['http', 'listen']).meta({
      description: '`listen`: its deliveries go to whoever listens, and its `url` is `listen:`.',
    }),
    temporary: z.boolean().meta({
      description: 'Of kind `listen`: removed when nobody has listened for an hour.',
    }),
    ...shownSettings,
    state: z.enum(['active', 'paused', 'disabled', 'away']).meta({
      description: '`away`: of kind `listen`, while nobody listens.',
    }),
    stateReason: z.string().nullable().meta({ description: 'One sentence; null while active.' }),
    health: z.object({
      failingSince: isoTime.nullable(),
      consecutiveFailures: z.int(),
      lastSuccessAt: isoTime.nullable(),
      lastFailureAt: isoTime.nullable(),
      lastFailure: z.string().nullable(),
      lastFailureBy: idField('delivery').nullable().meta({
        description: 'The delivery whose attempt failed.',
      }),
      lastNote: noteField,
    }),
    cure: cureField.meta({
      description:
        'What to do: while it fails, about its last failure; else about its last success, where that is doubtful. Null: nothing.',
    }),
    restingUntil: isoTime.nullable().meta({
      description:
        'While it is active and its endpoint asked for less (429 or 503 with `Retry-After`) or kept failing with 429, 502, 503, 504 or connect faults: until when nothing is sent. Then one delivery is, to see. Null: it does not rest. `resume`, a test that is taken and a new `url` end it.',
    }),
    restingReason: z.string().nullable().meta({
      description: 'Why it rests, in one sentence; null: it does not.',
    }),
    overlapEndsAt: isoTime.nullable().meta({
      description: 'While a rotation of the secret is under way: when the old one ends.',
    }),
    createdAt: isoTime,
    updatedAt: isoTime,
  })
  .meta({ id: 'Webhook' })

export const createdWebhookSchema = webhookSchema
  .extend({ secret: z.string() })
  .meta({ id: 'CreatedWebhook', description: 'The webhook, and its secret.' })

export const secretSchema = z
  .object({
    secret: z.string(),
    previousSecret: z.string().exactOptional(),
    overlapEndsAt: isoTime.exactOptional(),
  })
  .meta({ id: 'WebhookSecret' })

export const WEBHOOK_EXAMPLE: z.infer<typeof webhookSchema> = {
  id: EXAMPLE_IDS.webhook,
  chatbotId: EXAMPLE_IDS.chatbot,
  kind: 'http',
  temporary: false,
  ...exampleSettings,
  state: 'active',
  stateReason: null,
  health: {
    failingSince: null,
    consecutiveFailures: 0,
    lastSuccessAt: '2026-09-14T09:31:02.118Z',
    lastFailureAt: null,
    lastFailure: null,
    lastFailureBy: null,
    lastNote: 'acknowledged',
  },
  cure: null,
  restingUntil: null,
  restingReason: null,
  overlapEndsAt: null,
  createdAt: '2026-09-14T09:30:12.345Z',
  updatedAt: '2026-09-14T09:30:12.345Z',
}
