import { useMemo } from 'react'
import type { Stats } from '../../api/schema.ts'
import { formatCompact, formatDuration, formatNumber } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { Chart } from '../../ui/chart.tsx'
import type { ChartSeries } from '../../ui/chart-props.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { type SpanName, STEP_MS } from './spans.ts'

const { overview, states } = texts

interface StatsChartProps {
  /** Null while it loads. */
  stats: Stats | null
  span: SpanName
}

type Point = Stats['series'][number] | undefined

export function DeliveriesChart({ stats, span }: StatsChartProps) {
  const { times, points } = useSteps(stats)
  const series = useMemo<ChartSeries[]>(
    () => [
      { label: states.delivery.delivered, color: 'good', values: values(points, 'delivered') },
      { label: states.delivery.exhausted, color: 'bad', values: values(points, 'exhausted') },
      { label: states.delivery.cancelled, color: 'soft', values: values(points, 'cancelled') },
    ],
    [points],
  )
  return (
    <Card title={overview.deliveriesTitle}>
      {stats === null ? (
        <Skeleton className="h-60" />
      ) : (
        <Chart
          kind="bars"
          times={times}
          series={series}
          format={formatCompact}
          summary={overview.deliveriesSummary(
            overview.spans[span],
            formatNumber(stats.totals.delivered),
            formatNumber(stats.totals.exhausted),
            formatNumber(stats.totals.cancelled),
          )}
        />
      )}
    </Card>
  )
}

export function LatencyChart({ stats, span }: StatsChartProps) {
  const { times, points } = useSteps(stats)
  const series = useMemo<ChartSeries[]>(
    () => [
      { label: overview.p.p50, color: 'accent', values: latencies(points, 'p50') },
      { label: overview.p.p95, color: 'warn', values: latencies(points, 'p95') },
      { label: overview.p.p99, color: 'bad', values: latencies(points, 'p99') },
    ],
    [points],
  )
  return (
    <Card title={overview.latencyTitle}>
      {stats === null ? (
        <Skeleton className="h-60" />
      ) : (
        <Chart
          kind="lines"
          times={times}
          series={series}
          format={formatDuration}
          summary={latencySummary(stats, span)}
        />
      )}
    </Card>
  )
}

function latencySummary({ totals: { latencyMs } }: Stats, span: SpanName): string {
  if (latencyMs === null) return overview.latencyEmpty(overview.spans[span])
  const [p50, p95, p99] = [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(formatDuration)
  return overview.latencySummary(overview.spans[span], p50 ?? '', p95 ?? '', p99 ?? '')
}

/** The API leaves out steps in which nothing happened; a chart of time shows them. */
function useSteps(stats: Stats | null): { times: number[]; points: Point[] } {
  return useMemo(() => {
    if (stats === null) return { times: [], points: [] }
    const stepMs = STEP_MS[stats.step]
    const byTime = new Map(stats.series.map((point) => [Date.parse(point.at), point]))
    const fromMs = Date.parse(stats.from)
    const count = Math.ceil((Date.parse(stats.to) - fromMs) / stepMs)
    const times = Array.from({ length: count }, (_, index) => fromMs + index * stepMs)
    return { times, points: times.map((at) => byTime.get(at)) }
  }, [stats])
}

function values(points: Point[], key: 'delivered' | 'exhausted' | 'cancelled'): number[] {
  return points.map((point) => point?.[key] ?? 0)
}

function latencies(points: Point[], key: 'p50' | 'p95' | 'p99'): (number | null)[] {
  return points.map((point) => point?.latencyMs?.[key] ?? null)
}
