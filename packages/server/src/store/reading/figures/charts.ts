/**
 * The query of a chart: roll-ups as far as they have come, and the minutes after that.
 *
 * A step of a chart is read as at most six rows: those of the longest roll-up that steps are made of.
 * How far the roll-ups have come is read by the same statement as they are, so that no minute is in
 * both or in neither.
 */
import { type Compilable, sql } from 'kysely'
import type { StatsQuery } from '../../desk.ts'
import {
  EVERYTHING,
  LATENCIES,
  LATENCY_ENDS,
  MINUTE_MS,
  ROLLUP_STEPS_MS,
  SUMMED,
} from '../../rules/rollups.ts'
import type { Builder } from '../builder.ts'

/** Minutes before this instant are in the roll-ups, later ones are not. */
const ROLLED_UNTIL = sql<number>`(SELECT CAST(value AS bigint) FROM meta WHERE key = 'stats_until')`

/** A span of roll-ups or minutes: from `from`, up to but without `to`. */
interface Span {
  from: ReturnType<typeof instant>
  to: ReturnType<typeof instant>
}

/** One row for each step that has anything; totals and percentiles come from adding rows. */
export function statsSeries(db: Builder, query: StatsQuery): Compilable {
  const { from, stepMs } = query
  const [first, ...others] = partsOf(db, query)
  const merged = others.reduce((all, part) => all.unionAll(part), first)
  const at = sql<number>`minute - (minute - ${from}) % ${stepMs}`
  return (
    db
      .selectFrom(merged.as('merged'))
      .select(at.as('at'))
      .select((eb) => SUMMED.map((name) => eb.fn.sum<number>(name).as(name)))
      .select((eb) => LATENCIES.map((name) => eb.fn.sum<number>(name).as(name)))
      .select((eb) => [
        eb.fn.min<number | null>('latency_min').as('latency_min'),
        eb.fn.max<number | null>('latency_max').as('latency_max'),
      ])
      // By its name: repeated, it would have other parameters, and not be the same to PostgreSQL.
      .groupBy('at')
      .orderBy('at')
  )
}

type Part = ReturnType<typeof minutes>

function partsOf(db: Builder, query: StatsQuery): [Part, ...Part[]] {
  const { webhookId } = query
  const [from, to] = [instant(query.from), instant(query.to)]
  const rollupMs = rollupOf(query)
  // One bound: of two, SQLite would begin with the earlier and pass over all that is rolled up.
  const unrolled = sql<number>`CASE WHEN ${ROLLED_UNTIL} > ${from} THEN ${ROLLED_UNTIL} ELSE ${from} END`
  const fresh = { from: unrolled, to }
  if (rollupMs === MINUTE_MS) {
    // The minutes of one webhook are what there is.
    if (webhookId !== undefined) return [minutes(db, query, { from, to })]
    return [rollups(db, query, { stepMs: MINUTE_MS, from, to }), minutes(db, query, fresh)]
  }
  // A roll-up that goes on after the chart's end can't be taken as it is: its minutes are.
  const edge = instant(query.to - (query.to % rollupMs))
  const end = sql<number>`CASE WHEN ${ROLLED_UNTIL} > ${to} THEN ${edge} ELSE ${to} END`
  const whole = rollups(db, query, { stepMs: rollupMs, from, to: end })
  if (webhookId !== undefined) {
    const start = sql<number>`CASE WHEN ${ROLLED_UNTIL} > ${to} THEN ${edge} ELSE ${unrolled} END`
    return [whole, minutes(db, query, { from: start, to })]
  }
  const rest = rollups(db, query, { stepMs: MINUTE_MS, from: end, to })
  return [whole, rest, minutes(db, query, fresh)]
}

/** The longest that all steps of the chart are made of. */
function rollupOf({ from, stepMs }: StatsQuery): number {
  const fits = (rollupMs: number) => stepMs % rollupMs === 0 && from % rollupMs === 0
  return ROLLUP_STEPS_MS.findLast(fits) ?? MINUTE_MS
}

function rollups(db: Builder, query: StatsQuery, { stepMs, from, to }: Span & { stepMs: number }) {
  const { webhookId, chatbotId } = query
  const scope = webhookId ?? chatbotId ?? EVERYTHING
  const rows = db
    .selectFrom('stats_rollups')
    .select('at as minute')
    .select([...SUMMED, ...LATENCIES, ...LATENCY_ENDS])
    .where('scope', '=', scope)
    .where('step_ms', '=', stepMs)
    .where('at', '>=', from)
    .where('at', '<', to)
    .$if(webhookId !== undefined && chatbotId !== undefined, (q) =>
      q.where('chatbot_id', '=', chatbotId ?? ''),
    )
  return db.selectFrom(rows.as('walk')).selectAll()
}

function minutes(db: Builder, query: StatsQuery, { from, to }: Span) {
  const { webhookId, chatbotId } = query
  const rows = db
    .selectFrom('stats_minutes')
    .select('minute')
    .select([...SUMMED, ...LATENCIES, ...LATENCY_ENDS])
    .where('minute', '>=', from)
    .where('minute', '<', to)
    .$if(webhookId !== undefined, (q) => q.where('webhook_id', '=', webhookId ?? ''))
    .$if(chatbotId !== undefined, (q) => {
      // With a webhook its own minutes lead, which are in the order of time.
      const column = webhookId === undefined ? 'chatbot_id' : sql<string>`chatbot_id || ''`
      return q.where(column, '=', chatbotId ?? '')
    })
  return db.selectFrom(rows.as('walk')).selectAll()
}

/** With its type: PostgreSQL takes a CASE of parameters alone for text. */
function instant(at: number) {
  return sql<number>`CAST(${at} AS bigint)`
}
