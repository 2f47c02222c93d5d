/** What a webhook looks like, coming in and going out. */
import { z } from 'zod'
import { canonicalEventType } from '../../event.ts'
import { RATE_MAX, RATE_MIN } from '../../rate.ts'
import { tidyUrl } from '../../text/typed-text.ts'
import { SECRET_EXAMPLE } from './delivery-example.ts'
import { EXAMPLE_IDS, eventType, idField, isoTime, text } from './schemas.ts'
import { HEADERS_MAX, headerFaults } from './webhook-headers.ts'
import { URL_LENGTH_MAX, urlFault } from './webhook-url.ts'

export const EVENT_TYPES_MAX = 50
export const DESCRIPTION_LENGTH_MAX = 500

export const url = z
  .string()
  .transform(tidyUrl)
  .superRefine((given, context) => {
    const message = urlFault(given)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
  .meta({
    description:
      'http or https, without a fragment. Credentials in it are shown masked. What nobody sees at its ends is dropped; within it is refused.',
    documentAs: { type: 'string', format: 'uri', maxLength: URL_LENGTH_MAX },
    examples: ['https://shop.example/hooks/leads'],
  })

export const eventTypes = z
  .array(eventType)
  .min(1)
  .max(EVENT_TYPES_MAX)
  .superRefine((types, context) => {
    for (const [index, type] of types.entries()) {
      const canonical = canonicalEventType(type)
      const first = types.findIndex((other) => canonicalEventType(other) === canonical)
      if (first === index) continue
      const message =
        types[first] === type
          ? `is \`${type}\` a second time`
          : `is the same event type as \`${types[first]}\`, spelled differently: take one spelling`
      context.addIssue({ code: 'custom', path: [index], message })
    }
  })
  .meta({
    description:
      'The lead event may be spelled `lead.submit` or `leads.submit`: deliveries carry the spelling given here.',
    uniqueItems: true,
  })

const headers = z
  .record(z.string(), z.string())
  .superRefine((given, context) => {
    if (Object.keys(given).length > HEADERS_MAX) {
      context.addIssue({ code: 'custom', message: `must have at most ${HEADERS_MAX} headers` })
    }
    for (const { name, message } of headerFaults(given)) {
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })
  .meta({
    description: `Sent with every delivery, after ours; at most ${HEADERS_MAX}. Values are secrets: shown as \`***\`.`,
    examples: [{ 'X-Api-Key': 'k-123' }],
  })

const settings = {
  url,
  eventTypes,
  description: text({ max: DESCRIPTION_LENGTH_MAX }),
  headers,
  timeoutSeconds: z.int().min(1).max(120).nullable().meta({
    description: "Until the answer's headers; null: the server's DELIVERY_TIMEOUT.",
  }),
  maxInFlight: z.int().min(1).max(256).nullable().meta({
    description: "Requests open at a time; null: the server's MAX_IN_FLIGHT_PER_WEBHOOK.",
  }),
  ratePerSecond: z.number().min(RATE_MIN).max(RATE_MAX).nullable().meta({
    description:
      'Requests started in a second, at most, by all nodes together: up to a second of them (at least one) at once, and over no ten seconds more than ten times as many. Tests count and go out at once; what is handed to a listener does not count. null: as many as the endpoint takes.',
  }),
}

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
    url,
    eventTypes,
    description: settings.description.exactOptional(),
    secret: secretText.exactOptional(),
    headers: headers.exactOptional(),
    timeoutSeconds: settings.timeoutSeconds.exactOptional(),
    maxInFlight: settings.maxInFlight.exactOptional(),
    ratePerSecond: settings.ratePerSecond.exactOptional(),
  })
  .meta({ id: 'NewWebhook' })

export const webhookChangeSchema = z
  .strictObject({
    url: url.exactOptional(),
    eventTypes: eventTypes.exactOptional(),
    description: settings.description.exactOptional(),
    headers: headers.exactOptional(),
    timeoutSeconds: settings.timeoutSeconds.exactOptional(),
    maxInFlight: settings.maxInFlight.exactOptional(),
    ratePerSecond: settings.ratePerSecond.exactOptional(),
  })
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
    url: z.string().meta({ examples: ['https://shop.example/hooks/leads'] }),
    eventTypes: z.array(z.string()),
    description: z.string(),
    headers: z.record(z.string(), z.string()).meta({ description: 'Names, with masked values.' }),
    timeoutSeconds: z.int().nullable(),
    maxInFlight: z.int().nullable(),
    ratePerSecond: z.number().nullable(),
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
  url: 'https://shop.example/hooks/leads',
  eventTypes: ['lead.submit'],
  description: 'CRM',
  headers: { 'X-Api-Key': '***' },
  timeoutSeconds: null,
  maxInFlight: null,
  ratePerSecond: null,
  state: 'active',
  stateReason: null,
  health: {
    failingSince: null,
    consecutiveFailures: 0,
    lastSuccessAt: '2026-09-14T09:31:02.118Z',
    lastFailureAt: null,
    lastFailure: null,
  },
  restingUntil: null,
  restingReason: null,
  overlapEndsAt: null,
  createdAt: '2026-09-14T09:30:12.345Z',
  updatedAt: '2026-09-14T09:30:12.345Z',
}
