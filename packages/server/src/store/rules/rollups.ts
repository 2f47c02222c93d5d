/**
 * Roll-ups: sums of minutes, so that a chart reads a few rows for each of its points, however many
 * webhooks there are and however long the past is (reading/figures/charts.ts).
 *
 * A commit writes the minutes of its webhooks and nothing else. Minutes that are over are added to
 * the roll-ups by upkeep, in the order of time, in the same commit as `stats_until`, which says how
 * far it has come: so each minute is in them once, whenever a process is killed. What a minute holds
 * no longer changes then: each store sees to that in its own way (its road/upkeep/roll-up.ts).
 */
import { LATENCY_BUCKETS } from './latency.ts'

export const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** What a roll-up sums over: a minute, a quarter of an hour, an hour, a day. In UTC. */
export const ROLLUP_STEPS_MS = [MINUTE_MS, HOUR_MS / 4, HOUR_MS, 24 * HOUR_MS] as const

/** The scope of sums over all webhooks; others are a webhook's or a chatbot's id. */
export const EVERYTHING = 'all'

export const SUMMED = [
  'accepted',
  'delivered',
  'exhausted',
  'cancelled',
  'attempts',
  'failed_attempts',
] as const
export type Counter = (typeof SUMMED)[number]

export const LATENCIES = Array.from(
  { length: LATENCY_BUCKETS },
  (_, bucket) => `latency_${bucket}` as const,
)

const SUMS = [...SUMMED, ...LATENCIES]

/** Not summed: the shortest and the longest attempt, in whole milliseconds; null without any. */
export const LATENCY_ENDS = ['latency_min', 'latency_max'] as const

const INT_MAX = 2_147_483_647

/** The lesser and the greater of two, in words that both stores take: nulls count for nothing. */
export const mergedEnds = (table: string) =>
  [
    `latency_min = CASE WHEN excluded.latency_min < coalesce(${table}.latency_min, ${INT_MAX})
      THEN excluded.latency_min ELSE ${table}.latency_min END`,
    `latency_max = CASE WHEN excluded.latency_max > coalesce(${table}.latency_max, -1)
      THEN excluded.latency_max ELSE ${table}.latency_max END`,
  ].join(', ')

/** The minutes of a webhook are there already, as they were written. */
const KINDS = ROLLUP_STEPS_MS.flatMap((stepMs) =>
  ['webhook', 'chatbot', EVERYTHING]
    .filter((kind) => kind !== 'webhook' || stepMs > MINUTE_MS)
    .map((kind) => `SELECT '${kind}' AS kind, ${stepMs} AS step_ms`),
).join(' UNION ALL ')

/** Adds the minutes from `$1` up to but without `$2`; the same text for both stores. */
export const addMinutes = ([from, until]: readonly [string, string]) => `INSERT INTO stats_rollups
    (scope, step_ms, at, chatbot_id, ${SUMS.join(', ')}, ${LATENCY_ENDS.join(', ')})
  SELECT CASE kind WHEN 'webhook' THEN webhook_id WHEN 'chatbot' THEN chatbot_id
      ELSE '${EVERYTHING}' END, step_ms, minute - minute % step_ms,
    min(CASE kind WHEN '${EVERYTHING}' THEN '' ELSE chatbot_id END),
    ${SUMS.map((name) => `sum(${name})`).join(', ')}, min(latency_min), max(latency_max)
  FROM stats_minutes CROSS JOIN (${KINDS}) AS kinds
  WHERE minute >= ${from} AND minute < ${until}
  GROUP BY 1, 2, 3
  ON CONFLICT (scope, step_ms, at) DO UPDATE
  SET ${SUMS.map((name) => `${name} = stats_rollups.${name} + excluded.${name}`).join(', ')},
    ${mergedEnds('stats_rollups')}`
