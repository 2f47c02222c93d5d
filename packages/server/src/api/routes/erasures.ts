/** Who was erased, when and why, without a word about whom. */
import { z } from 'zod'
import { ERASURE_REASONS } from '../../lead.ts'
import type { ApiDeps } from '../deps.ts'
import { defineRoute, type Route } from '../route.ts'
import { type Cursors, listPage } from '../shapes/cursor.ts'
import { presentErasure } from '../shapes/present.ts'
import {
  EXAMPLE_IDS,
  idField,
  idFilter,
  instant,
  isoTime,
  listOf,
  pageQuery,
} from '../shapes/schemas.ts'
import { refuseEmptySpan } from '../shapes/span.ts'

const erasureSchema = z
  .object({
    id: idField('erasure'),
    leadId: idField('lead'),
    chatbotId: idField('chatbot'),
    eventId: idField('event'),
    reason: z.enum(ERASURE_REASONS).meta({
      description:
        '`request`: by `DELETE /api/v1/leads/{id}`; `retention`: LEAD_RETENTION was over; `chatbot_deleted`: with its chatbot.',
    }),
    erasedAt: isoTime,
  })
  .meta({ id: 'Erasure', description: 'That a lead was erased: all that is left of it.' })

const ERASURE_EXAMPLE: z.infer<typeof erasureSchema> = {
  id: EXAMPLE_IDS.erasure,
  leadId: EXAMPLE_IDS.lead,
  chatbotId: EXAMPLE_IDS.chatbot,
  eventId: EXAMPLE_IDS.event,
  reason: 'request',
  erasedAt: '2026-09-20T10:00:00.000Z',
}

export function erasuresRoute({ store }: ApiDeps, cursors: Cursors): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/erasures',
    operationId: 'listErasures',
    tag: 'Leads',
    summary: 'Find erasures',
    description:
      'Newest first. Keep this list apart from the backups: after one is restored, `chatzuri-server erase --from-file` erases again whom it names.',
    access: 'chatbot-by-query',
    query: z.strictObject({
      chatbotId: idFilter('chatbot').exactOptional(),
      from: instant.exactOptional().meta({ description: 'Erased at this time or later …' }),
      to: instant.exactOptional().meta({ description: '… and before this one.' }),
      ...pageQuery,
    }),
    queryExample: { from: '2026-09-01T00:00:00Z', limit: 100 },
    answer: {
      status: 200,
      description: 'A page of erasures.',
      schema: listOf(erasureSchema, 'ErasureList'),
      example: { data: [ERASURE_EXAMPLE], nextCursor: null },
    },
    errors: ['invalid_cursor'],
    slot: 'answer',
    handle({ query }) {
      refuseEmptySpan(query)
      return listPage({
        cursors,
        scope: 'erasures',
        query,
        read: (page, filter) => store.readPage('erasures', filter, page),
        present: presentErasure,
      })
    },
  })
}
