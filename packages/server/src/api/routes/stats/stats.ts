/** Statistics: counts by state and latency percentiles, over time, from roll-ups. */
import { z } from 'zod'
import type { Stats, StatsCounts } from '../../../store/desk.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { invalidInput } from '../../shapes/error-answer.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idFilter, instant, isoTime } from '../../shapes/schemas.ts'
import { refuseEmptySpan } from '../../shapes/span.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
export const STEPS_MAX = 1_500
/** What a chart shows well; the default step is the finest with at most so many. */
const STEPS_WANTED = 300

const STEP_MS = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '6h': 6 * 60 * MINUTE_MS,
  '1d': DAY_MS,
} as const
type Step = keyof typeof STEP_MS
const STEPS = Object.keys(STEP_MS) as [Step, ...Step[]]

const statsQuery = z.strictObject({
  chatbotId: idFilter('chatbot').exactOptional(),
  webhookId: idFilter('webhook').exactOptional(),
  from: instant
    .exactOptional()
    .meta({ description: 'Default: 24 hours before `to`. Rounded down to a whole step, in UTC.' }),
  to: instant.exactOptional().meta({ description: 'Default: now.' }),
  step: z
    .enum(STEPS)
    .exactOptional()
    .meta({
      description: `Default: the finest that gives at most ${STEPS_WANTED} steps; at most ${STEPS_MAX} are answered.`,
    }),
})

const counts = {
  accepted: z.int().meta({ description: 'Deliveries made.' }),
  delivered: z.int(),
  exhausted: z.int(),
  cancelled: z.int(),
  attempts: z.int(),
  failedAttempts: z.int(),
  latencyMs: z
    .object({ p50: z.number(), p95: z.number(), p99: z.number() })
    .nullable()
    .meta({ description: 'Durations of attempts; null without any.' }),
}

const statsSchema = z
  .object({
    from: isoTime,
    to: isoTime,
    step: z.enum(STEPS),
    current: z
      .object({ pending: z.int(), parked: z.int() })
      .meta({ description: 'Unfinished deliveries now.' }),
    totals: z.object(counts),
    series: z
      .array(z.object({ at: isoTime, ...counts }))
      .meta({ description: 'Ascending; steps in which nothing happened are left out.' }),
  })
  .meta({ id: 'Stats' })

const COUNTS_EXAMPLE: StatsCounts = {
  accepted: 120,
  delivered: 118,
  exhausted: 1,
  cancelled: 1,
  attempts: 131,
  failedAttempts: 13,
  latencyMs: { p50: 41, p95: 118, p99: 240 },
}

const STATS_EXAMPLE: z.infer<typeof statsSchema> = {
  from: '2026-09-13T09:30:00.000Z',
  to: '2026-09-14T09:30:00.000Z',
  step: '5m',
  current: { pending: 3, parked: 0 },
  totals: COUNTS_EXAMPLE,
  series: [{ at: '2026-09-14T09:25:00.000Z', ...COUNTS_EXAMPLE }],
}

export function statsRoutes({ store, clock }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/stats',
      operationId: 'getStats',
      tag: 'Statistics',
      summary: 'Counts and latencies over time',
      access: 'chatbot-by-query',
      query: statsQuery,
      queryExample: {
        chatbotId: EXAMPLE_IDS.chatbot,
        step: '1h',
        from: '2026-09-13T09:00:00Z',
        to: '2026-09-14T09:00:00Z',
      },
      answer: {
        status: 200,
        description: 'What happened between `from` and `to`.',
        schema: statsSchema,
        example: STATS_EXAMPLE,
      },
      slot: 'answer',
      async handle({ query }) {
        const { from: givenFrom, to: givenTo, step: givenStep, ...filter } = query
        const to = givenTo ?? clock.now()
        const start = givenFrom ?? to - DAY_MS
        refuseEmptySpan({ from: start, to })
        const step = givenStep ?? defaultStep(to - start)
        refuseTooManySteps(to - start, step)
        // Whole steps since 1970 in UTC: bars of two charts, or of one that moves on, stay the same.
        const from = start - (start % STEP_MS[step])
        const stats = await store.stats({ ...filter, from, to, stepMs: STEP_MS[step] })
        return { from: isoAt(from), to: isoAt(to), step, ...presentStats(stats) }
      },
    }),
  ]
}

function defaultStep(spanMs: number): Step {
  return STEPS.find((step) => spanMs / STEP_MS[step] <= STEPS_WANTED) ?? '1d'
}

function refuseTooManySteps(spanMs: number, step: Step) {
  const steps = Math.ceil(spanMs / STEP_MS[step])
  if (steps <= STEPS_MAX) return
  const message = `\`step\` of ${step} would make ${steps} steps; at most ${STEPS_MAX} are answered`
  throw invalidInput([{ path: 'step', message }])
}

function presentStats({ current, totals, series }: Stats) {
  return {
    current,
    totals: presentCounts(totals),
    series: series.map(({ at, ...rest }) => ({ at: isoAt(at), ...presentCounts(rest) })),
  }
}

function presentCounts(given: StatsCounts): StatsCounts {
  const { accepted, delivered, exhausted, cancelled, attempts, failedAttempts, latencyMs } = given
  return { accepted, delivered, exhausted, cancelled, attempts, failedAttempts, latencyMs }
}
