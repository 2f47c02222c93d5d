/** Charts out of summed minutes. */

import type { Stats, StatsCounts } from '../../desk.ts'
import { LATENCY_BUCKETS, type LatencyEnds, latencyPercentiles } from '../../rules/latency.ts'
import type { StateCount, StatsRow } from '../schema.ts'

export function toStats(series: StatsRow[], current: StateCount[]): Stats {
  const unfinished = { pending: 0, parked: 0 }
  for (const { state, count } of current) {
    if (state === 'pending' || state === 'parked') unfinished[state] += Number(count)
  }
  return {
    current: unfinished,
    totals: toCounts(series),
    series: series.map((row) => ({ at: Number(row.at), ...toCounts([row]) })),
  }
}

function toCounts(rows: StatsRow[]): StatsCounts {
  const sum = (read: (row: StatsRow) => number | undefined) =>
    rows.reduce((total, row) => total + Number(read(row) ?? 0), 0)
  const latency = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) =>
    sum((row) => row[`latency_${bucket}`]),
  )
  return {
    accepted: sum((row) => row.accepted),
    delivered: sum((row) => row.delivered),
    exhausted: sum((row) => row.exhausted),
    cancelled: sum((row) => row.cancelled),
    attempts: sum((row) => row.attempts),
    failedAttempts: sum((row) => row.failed_attempts),
    latencyMs: latencyPercentiles(latency, endsOf(rows)),
  }
}

function endsOf(rows: StatsRow[]): LatencyEnds {
  const known = (read: (row: StatsRow) => number | null) =>
    rows.flatMap((row) => {
      const value = read(row)
      return value === null ? [] : [Number(value)]
    })
  const [least, most] = [known((row) => row.latency_min), known((row) => row.latency_max)]
  return {
    min: least.length === 0 ? null : Math.min(...least),
    max: most.length === 0 ? null : Math.max(...most),
  }
}
