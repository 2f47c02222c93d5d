/** What was given up: counted, and set aside by whoever has seen it and needs it no more. */
import { z } from 'zod'
import type { GivenUp, GivenUpOf } from '../../../store/desk.ts'
import { shownUrl } from '../../../webhook.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { notFound } from '../../shapes/error-answer.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, idFilter, instant, isoTime } from '../../shapes/schemas.ts'

const more = z.boolean().meta({
  description: 'There are more than `count`: that is as far as they were counted.',
})

const givenUpOfSchema = z
  .object({
    webhookId: idField('webhook'),
    chatbotId: idField('chatbot'),
    kind: z.enum(['http', 'listen']),
    url: z.string(),
    count: z.int(),
    more,
    oldestAt: isoTime.meta({ description: 'When the first of them was given up …' }),
    newestAt: isoTime.meta({ description: '… and the last.' }),
    setAsideUntil: isoTime.nullable().meta({
      description: 'What was given up before it was set aside; null: nothing ever was.',
    }),
  })
  .meta({ id: 'GivenUpOfWebhook' })

const givenUpSchema = z
  .object({
    count: z.int(),
    more,
    webhooks: z.array(givenUpOfSchema).meta({
      description: 'Those that have any; first the one that gave up last.',
    }),
    moreWebhooks: z.boolean().meta({ description: 'Others have some, too.' }),
  })
  .meta({ id: 'GivenUp' })

const setAsideSchema = z
  .strictObject({
    until: instant.exactOptional().meta({
      description:
        'What was given up before this instant; default: now. As of what was looked at: what is given up meanwhile stays in sight.',
    }),
  })
  .meta({ id: 'SetAside' })

const setAsideDoneSchema = z
  .object({ count: z.int(), more, setAsideUntil: isoTime })
  .meta({ id: 'SetAsideDone' })

export function givenUpRoutes(deps: ApiDeps): Route[] {
  return [countRoute(deps), setAsideRoute(deps)]
}

function countRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/given-up',
    operationId: 'getGivenUp',
    tag: 'Webhooks',
    summary: 'Count what was given up',
    description:
      'Exhausted deliveries that were neither resent nor set aside, by webhook. `GET /api/v1/deliveries?givenUp=true` lists them.',
    access: 'chatbot-by-query',
    query: z.strictObject({
      chatbotId: idFilter('chatbot').exactOptional(),
      webhookId: idFilter('webhook').exactOptional(),
    }),
    queryExample: { chatbotId: EXAMPLE_IDS.chatbot },
    answer: {
      status: 200,
      description: 'The counts.',
      schema: givenUpSchema,
      example: {
        count: 6,
        more: false,
        webhooks: [
          {
            webhookId: EXAMPLE_IDS.webhook,
            chatbotId: EXAMPLE_IDS.chatbot,
            kind: 'http',
            url: 'https://shop.example/hooks/leads',
            count: 6,
            more: false,
            oldestAt: '2026-09-14T09:30:12.345Z',
            newestAt: '2026-09-14T11:02:40.118Z',
            setAsideUntil: null,
          },
        ],
        moreWebhooks: false,
      },
    },
    handle: async ({ query }) => presentGivenUp(await store.givenUp(query)),
  })
}

function setAsideRoute({ store }: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/{id}/set-aside',
    operationId: 'setAside',
    tag: 'Webhooks',
    summary: 'Set aside what was given up',
    description:
      'It needs nobody any more: it is counted as given up no longer. The deliveries stay as they are, and can still be resent.',
    access: 'chatbot-by-id',
    id: 'webhook',
    audit: 'webhook.set_aside',
    body: {
      schema: setAsideSchema,
      example: { until: '2026-09-14T12:00:00Z' },
      optional: true,
    },
    answer: {
      status: 200,
      description: 'How many it set aside.',
      schema: setAsideDoneSchema,
      example: { count: 6, more: false, setAsideUntil: '2026-09-14T12:00:00.000Z' },
    },
    async handle({ id, body, audit }) {
      const done = await store.setAside(id, body.until ?? null, audit())
      if (!done) throw notFound('webhook')
      return { ...done, setAsideUntil: isoAt(done.setAsideUntil) }
    },
  })
}

function presentGivenUp({ count, more, webhooks, moreWebhooks }: GivenUp) {
  return { count, more, webhooks: webhooks.map(presentGivenUpOf), moreWebhooks }
}

function presentGivenUpOf(given: GivenUpOf) {
  const { webhookId, chatbotId, kind, count, more } = given
  return {
    webhookId,
    chatbotId,
    kind,
    url: shownUrl(given),
    count,
    more,
    oldestAt: isoAt(given.oldestAt),
    newestAt: isoAt(given.newestAt),
    setAsideUntil: isoAt(given.setAsideUntil),
  }
}
