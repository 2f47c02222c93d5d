/** What a listener asks for and reports. */
import { z } from 'zod'
import { DELIVERY_STATES } from '../../delivery.ts'
import { EXAMPLE_IDS, idField, idFilter, text } from './schemas.ts'
import { secretText, WEBHOOK_EXAMPLE, webhookSchema } from './webhook-schemas.ts'
import { givenSettings } from './webhook-settings.ts'

/** Short: what no message told of is found when it asks again, and proxies cut what is silent for long. */
export const PULL_SECONDS_MAX = 5
/** One request can't have taken longer: a webhook's timeout, and then its answer's body. */
const DURATION_MS_MAX = 600_000

const listenerId = idFilter('listener').meta({ description: 'As `startListening` answered it.' })

export const newListenerSchema = z
  .strictObject({
    eventTypes: givenSettings.eventTypes,
    description: givenSettings.description.exactOptional(),
    secret: secretText.exactOptional().meta({
      description:
        'One of your own, so that who verifies need not be told another; else one is made.',
    }),
    temporary: z.boolean().exactOptional().meta({
      description: 'Default: true. Removed when nobody has listened for an hour.',
    }),
  })
  .meta({ id: 'ListenerCreate' })

export const listeningSchema = z
  .object({ listenerId: idField('listener'), webhook: webhookSchema })
  .meta({ id: 'Listening' })

export const pullSchema = z
  .strictObject({
    listenerId,
    waitSeconds: z
      .int()
      .min(0)
      .max(PULL_SECONDS_MAX)
      .exactOptional()
      .meta({ description: `How long to wait for something; default ${PULL_SECONDS_MAX}.` }),
  })
  .meta({ id: 'Pull' })

const handedSchema = z.object({
  deliveryId: idField('delivery'),
  eventId: idField('event'),
  eventType: z.string(),
  attemptNumber: z.int().meta({ description: 'To be reported with the result.' }),
  headers: z.record(z.string(), z.string()),
  body: z.string().meta({ description: 'To be sent as it is: its UTF-8 bytes are signed.' }),
  timeoutSeconds: z.number(),
})

export const pulledSchema = z
  .object({
    state: z.enum(['active', 'paused', 'disabled', 'away']),
    stateReason: z.string().nullable(),
    data: z.array(handedSchema),
  })
  .meta({
    id: 'Pulled',
    description: "The webhook's state, and what is to be sent, in this order.",
  })

export const reportSchema = z
  .strictObject({
    listenerId,
    deliveryId: idFilter('delivery'),
    attemptNumber: z.int().min(1).max(1_000_000),
    durationMs: z.int().min(0).max(DURATION_MS_MAX),
    result: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('answered'),
        // What a request of our own takes for a status, too.
        status: z.int().min(100).max(999),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({ description: 'The first 2 KiB are kept.' }),
      }),
      z.strictObject({
        kind: z.literal('unreachable'),
        fault: z.enum(['dns', 'connect', 'tls', 'timeout', 'reset', 'protocol']),
        message: text({ min: 1, max: 500 }),
      }),
    ]),
  })
  .meta({ id: 'ListenerReport' })

export const reportedSchema = z
  .object({
    recorded: z.boolean().meta({
      description: 'False: this listener does not hold the delivery; what waits comes again.',
    }),
    state: z.enum(DELIVERY_STATES).nullable(),
    nextAttemptInMs: z.int().nullable(),
  })
  .meta({ id: 'ListenerReported' })

export const leaveQuery = z.strictObject({ listenerId })

export const LISTEN_EXAMPLE: z.infer<typeof webhookSchema> = {
  ...WEBHOOK_EXAMPLE,
  kind: 'listen',
  temporary: true,
  url: 'listen:',
  description: 'chatzuri listen',
  headers: {},
  health: { ...WEBHOOK_EXAMPLE.health, lastSuccessAt: null },
}

export const PULLED_EXAMPLE: z.infer<typeof pulledSchema> = {
  state: 'active',
  stateReason: null,
  data: [
    {
      deliveryId: EXAMPLE_IDS.delivery,
      eventId: EXAMPLE_IDS.event,
      eventType: 'lead.submit',
      attemptNumber: 1,
      headers: { 'content-type': 'application/json', 'webhook-id': EXAMPLE_IDS.event },
      body: '{"eventType":"lead.submit"}',
      timeoutSeconds: 30,
    },
  ],
}
