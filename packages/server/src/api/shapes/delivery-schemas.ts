/** What deliveries and their attempts look like. */
import { z } from 'zod'
import type { Cure } from '../../cure.ts'
import { ATTEMPTS_SHOWN_MAX, DELIVERY_STATES } from '../../delivery.ts'
import { BODY_EXAMPLE, SIGNATURE_EXAMPLES } from './delivery-example.ts'
import { EXAMPLE_IDS, idField, isoTime } from './schemas.ts'

export const noteField = z
  .enum(['acknowledged', 'not_processed', 'body_says_failed', 'web_page'])
  .nullable()
  .meta({
    description:
      'What a 2xx said of itself: of JSON what it says, or `web_page`, which seldom is what takes events. Null: nothing of the kind.',
  })

export const attemptSchema = z
  .object({
    id: z.string(),
    number: z.int().meta({ description: 'From 1, over all series.' }),
    startedAt: isoTime,
    durationMs: z.number(),
    result: z.enum(['delivered', 'failed']),
    status: z.int().nullable().meta({ description: 'HTTP status; null: no answer came.' }),
    errorCode: z.string().nullable().meta({
      description:
        'Null when delivered; else `status`, `timeout`, `dns`, `connect`, `tls`, `reset`, `protocol`, `private-address`, `scheme`, `port`, `proxy`, `our_fault` or `unmade` (nothing was sent: no body could be made of it).',
    }),
    error: z.string().nullable().meta({ description: 'The same as a sentence.' }),
    responseHeaders: z.record(z.string(), z.string()),
    responseBody: z.string().meta({ description: 'The first 2 KiB.' }),
    note: noteField,
  })
  .meta({ id: 'Attempt', description: 'One HTTP request and what came back.' })

const cureSchema = z
  .object({
    code: z.string().meta({
      description:
        'A stable word for the cause, like `redirect`, `refused`, `tls_expired`, `method` or `web_page`. There may be new ones.',
      examples: ['redirect'],
    }),
    cause: z.string().meta({ description: 'What it means. Holds no data of anybody.' }),
    text: z.string().meta({ description: 'What to do. Holds no data of anybody.' }),
    action: z
      .object({
        kind: z.literal('use-url'),
        url: z.string().meta({
          description: 'What to `PATCH` as the `url` of the webhook. Taken from the answer.',
        }),
      })
      .nullable()
      .meta({
        description: 'What a program can do about it, once a person agreed; null: nothing.',
      }),
  })
  .meta({ id: 'Cure', description: 'What came back means, and what to do about it.' })

export const CURE_EXAMPLE: Cure = {
  code: 'redirect_https',
  cause: 'The endpoint takes https only, and sends on whoever comes with http.',
  text: 'Give the webhook the same URL with https.',
  action: { kind: 'use-url', url: 'https://shop.example/hooks/leads' },
}

export const cureField = cureSchema.nullable().meta({
  description: 'What to do about it. Null: it was taken, and nothing is doubtful about it.',
})

export const deliverySchema = z
  .object({
    id: idField('delivery'),
    eventId: idField('event'),
    webhookId: idField('webhook'),
    webhook: z
      .object({
        url: z
          .string()
          .nullable()
          .meta({ description: 'Credentials masked. Null: it is not known any more.' }),
        state: z.enum(['active', 'paused', 'disabled', 'away', 'deleted']),
        restingUntil: isoTime.nullable(),
      })
      .meta({ description: 'Where it goes, as it is now, or as it was when it was deleted.' }),
    lead: z
      .object({ id: idField('lead'), customerName: z.string(), customerEmail: z.string() })
      .nullable()
      .meta({
        description:
          'Whose event it is; of a long name its beginning. Null: of no lead, or erased.',
      }),
    chatbotId: idField('chatbot'),
    eventType: z.string().meta({ description: 'As the webhook spelled it.' }),
    kind: z.enum(['event', 'test']),
    state: z.enum(DELIVERY_STATES).meta({
      description:
        '`pending` waits for its time or is being sent; `exhausted`: the schedule is used up; `parked`: its webhook is paused, disabled or away.',
    }),
    stateReason: z
      .enum([
        'webhook_paused',
        'webhook_disabled',
        'listener_away',
        'webhook_deleted',
        'cancelled_by_owner',
        'lead_erased',
        'retention',
      ])
      .nullable(),
    isUnderWay: z.boolean().meta({ description: 'It is being sent, or next in its line.' }),
    attemptCount: z.int(),
    attemptsCharged: z
      .int()
      .meta({ description: 'Of this series, those that count against the schedule.' }),
    attemptsMax: z.int().meta({ description: 'How many such attempts a series has.' }),
    nextAttemptAt: isoTime.nullable(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    lastNote: noteField,
    durationMs: z
      .number()
      .nullable()
      .meta({ description: 'In lists: of the attempt that ended it.' }),
    createdAt: isoTime,
    finishedAt: isoTime.nullable(),
    updatedAt: isoTime,
  })
  .meta({ id: 'Delivery', description: 'One event on its way to one webhook.' })

export const deliveryDetailSchema = deliverySchema
  .extend({
    attempts: z.array(attemptSchema).meta({
      description: `Oldest first. Of more than ${ATTEMPTS_SHOWN_MAX} the newest: \`GET /api/v1/deliveries/{id}/attempts\` has all.`,
    }),
    request: z
      .object({
        method: z.literal('POST'),
        url: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({ description: 'The very text that is signed and sent.' }),
      })
      .nullable()
      .meta({ description: 'Null once its lead was erased or its webhook deleted.' }),
    shapeChanged: z.boolean().meta({
      description:
        'The bodies of its webhook have another form by now: a resend with `{"shape":"current"}` sends the event in that.',
    }),
    explanation: z.string().meta({
      description: 'Why it is in this state and what happens next, in one sentence.',
    }),
    cure: cureField,
  })
  .meta({ id: 'DeliveryDetail' })

export const DELIVERY_EXAMPLE: z.infer<typeof deliverySchema> = {
  id: EXAMPLE_IDS.delivery,
  eventId: EXAMPLE_IDS.event,
  webhookId: EXAMPLE_IDS.webhook,
  webhook: { url: 'https://example.com/hook', state: 'active', restingUntil: null },
  lead: { id: EXAMPLE_IDS.lead, customerName: 'Ann', customerEmail: 'ann@example.com' },
  chatbotId: EXAMPLE_IDS.chatbot,
  eventType: 'lead.submit',
  kind: 'event',
  state: 'delivered',
  stateReason: null,
  isUnderWay: false,
  attemptCount: 1,
  attemptsCharged: 1,
  attemptsMax: 10,
  nextAttemptAt: null,
  lastStatus: 200,
  lastError: null,
  lastNote: 'acknowledged',
  durationMs: 41,
  createdAt: '2026-09-14T09:30:12.345Z',
  finishedAt: '2026-09-14T09:30:12.391Z',
  updatedAt: '2026-09-14T09:30:12.391Z',
}

export const DELIVERY_DETAIL_EXAMPLE: z.infer<typeof deliveryDetailSchema> = {
  ...DELIVERY_EXAMPLE,
  attempts: [
    {
      id: 'att_01m2fm1cqwew2vt79ga71hvspf',
      number: 1,
      startedAt: '2026-09-14T09:30:12.350Z',
      durationMs: 41,
      result: 'delivered',
      status: 200,
      errorCode: null,
      error: null,
      responseHeaders: { 'content-type': 'application/json' },
      responseBody: '{"received":true}',
      note: 'acknowledged',
    },
  ],
  request: {
    method: 'POST',
    url: 'https://shop.example/hooks/leads',
    headers: {
      'content-type': 'application/json',
      'x-chatzuri-signature': SIGNATURE_EXAMPLES.guide,
      'webhook-id': EXAMPLE_IDS.event,
      'webhook-timestamp': SIGNATURE_EXAMPLES.timestamp,
      'webhook-signature': SIGNATURE_EXAMPLES.modern,
    },
    body: BODY_EXAMPLE,
  },
  shapeChanged: false,
  explanation: 'Delivered: the endpoint answered 200 in 41 ms on attempt 1 and acknowledged it.',
  cure: null,
}
