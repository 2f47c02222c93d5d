/** How many leads there are, of which chatbots, and what became of them. */
import { z } from 'zod'
import { LEAD_STATES } from '../../../lead.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idField, idFilter, instant, isoTime } from '../../shapes/schemas.ts'
import { refuseEmptySpan } from '../../shapes/span.ts'

const DAY_MS = 24 * 3_600_000

const statsQuery = z.strictObject({
  chatbotId: idFilter('chatbot').exactOptional(),
  from: instant
    .exactOptional()
    .meta({ description: 'Left at this time or later; default: 24 hours before `to` …' }),
  to: instant.exactOptional().meta({ description: '… and before this one; default: now.' }),
})

const count = z.int().min(0)
const counts = Object.fromEntries(
  [...LEAD_STATES, 'none' as const].map((state) => [state, count]),
) as Record<(typeof LEAD_STATES)[number] | 'none', typeof count>

const leadStatsSchema = z
  .object({
    from: isoTime,
    to: isoTime,
    count: count.meta({ description: 'Leads of the span; counted up to 10,000.' }),
    more: z.boolean().meta({
      description: 'There are more than `count`: that is as far as they were counted.',
    }),
    chatbots: z
      .array(z.object({ chatbotId: idField('chatbot'), name: z.string(), count }))
      .meta({ description: 'Of which chatbots those are that were counted; the most first.' }),
    moreChatbots: z.boolean().meta({ description: 'Others have some, too.' }),
    sampled: count.meta({
      description:
        'What became of leads is looked at for the newest of them, up to 1,000: this many.',
    }),
    states: z.object(counts).meta({
      description:
        'Those that were looked at, by the worst state of their deliveries; `GET /api/v1/leads?deliveryState=…` lists them. `none`: no webhook subscribed, or `RETENTION` has deleted the deliveries.',
    }),
  })
  .meta({ id: 'LeadStats' })

const LEAD_STATS_EXAMPLE: z.infer<typeof leadStatsSchema> = {
  from: '2026-09-14T00:00:00.000Z',
  to: '2026-09-14T09:30:00.000Z',
  count: 42,
  more: false,
  chatbots: [{ chatbotId: EXAMPLE_IDS.chatbot, name: 'Shop assistant', count: 42 }],
  moreChatbots: false,
  sampled: 42,
  states: {
    exhausted: 1,
    retrying: 2,
    parked: 0,
    pending: 1,
    delivered: 38,
    cancelled: 0,
    none: 0,
  },
}

export function leadStatsRoutes({ store, clock }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/lead-stats',
      operationId: 'getLeadStats',
      tag: 'Statistics',
      summary: 'Count leads, and what became of them',
      description:
        'Of one chatbot or of all of them. The day of whoever looks is theirs to say: pass their midnight as `from`.',
      access: 'chatbot-by-query',
      query: statsQuery,
      queryExample: { chatbotId: EXAMPLE_IDS.chatbot, from: '2026-09-14T00:00:00Z' },
      answer: {
        status: 200,
        description: 'The counts.',
        schema: leadStatsSchema,
        example: LEAD_STATS_EXAMPLE,
      },
      slot: 'answer',
      async handle({ query: { chatbotId, from: givenFrom, to = clock.now() } }) {
        const from = givenFrom ?? to - DAY_MS
        refuseEmptySpan({ from, to })
        const stats = await store.leadStats({ ...(chatbotId ? { chatbotId } : {}), from, to })
        return { from: isoAt(from), to: isoAt(to), ...stats }
      },
    }),
  ]
}
