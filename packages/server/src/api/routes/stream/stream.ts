/** The stream of what changes, as server-sent events. */
import { z } from 'zod'
import type { Credentials } from '../../access/credentials.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { apiError, invalidInput } from '../../shapes/error-answer.ts'
import { EXAMPLE_IDS, idFilter } from '../../shapes/schemas.ts'
import type { ChangeFeed } from './change-feed.ts'

const LAST_ID = 'Last-Event-ID'

export function streamRoutes(
  feed: ChangeFeed,
  { metrics, holds }: Pick<ApiDeps, 'metrics'> & Pick<Credentials, 'holds'>,
): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/stream',
      operationId: 'streamChanges',
      tag: 'Statistics',
      summary: 'Follow what changes',
      description:
        'Server-sent events `delivery.updated`, `lead.created` and `webhook.updated`, each with an `id:`. `Last-Event-ID` resumes up to an hour back, at least once; further back, `stream.gap` says what is missing. Ids and states only, never personal data.',
      access: 'chatbot-by-query',
      endless: true,
      headers: [
        {
          name: LAST_ID,
          description: 'The last `id:` that was read; browsers send it by themselves.',
          schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
        },
      ],
      query: z.strictObject({ chatbotId: idFilter('chatbot').exactOptional() }),
      queryExample: { chatbotId: EXAMPLE_IDS.chatbot },
      answer: {
        status: 200,
        description: 'Events, until either side ends it.',
        contentType: 'text/event-stream',
        example:
          'id: 1789378212391\nevent: delivery.updated\ndata: {"at":"2026-09-14T09:30:12.391Z","chatbotId":"bot_01m2fm1cgye03v13e1wgzp7b71","delivery":{"id":"dlv_01m2fm1cpqe10845a7f8pm0j0e","eventId":"evt_01m2fm1cmdew0tj028066zpp2j","webhookId":"wh_01m2fm1cnje309kaq5k1xvenpq","eventType":"lead.submit","state":"delivered","attemptCount":1,"lastStatus":200,"lastError":null}}\n\n',
      },
      handle({ query, caller, request, reply }) {
        const sinceMs = lastEventId(request.headers['last-event-id'])
        const confinedTo = caller?.chatbotId ?? null
        if (!feed.hasRoom(confinedTo)) {
          metrics.requestRefused('streams')
          const message = 'So many streams are open that no more is taken'
          throw apiError('rate_limited', message, { retryAfterSeconds: 10 })
        }
        reply.hijack()
        reply.raw.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          // nginx would otherwise hold events back until its buffer is full.
          'x-accel-buffering': 'no',
        })
        feed.open(reply.raw, {
          chatbotId: query.chatbotId ?? null,
          caller: confinedTo,
          sinceMs,
          isAllowed: async () => caller !== null && (await holds(caller)),
        })
        return reply
      },
    }),
  ]
}

function lastEventId(given: string | string[] | undefined): number | null {
  if (given === undefined || given === '') return null
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given)
  throw invalidInput([{ path: LAST_ID, message: `\`${LAST_ID}\` is not an id of this stream` }])
}
