import { useCallback, useMemo } from 'react'
import type { Stats } from '../../api/schema.ts'
import { formatCompact, formatDuration, formatNumber } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { Chart } from '../../ui/chart.tsx'
import type { ChartSeries } from '../../ui/chart-props.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { type SpanName, STEP_MS } from './spans.ts'

const { overview } = texts

interface StatsChartProps {
  /** Null while it loads. */
  stats: Stats | null
  span: SpanName
  /** Of one webhook. */
  webhookId?: string
}

type Point = Stats['series'][number] | undefined

/** All attempts, failed ones included: what is all green here went well. */
export function AttemptsChart({ stats, span, webhookId }: StatsChartProps) {
  const { times, points, stepMs } = useSteps(stats)
  const series = useMemo<ChartSeries[]>(() => attemptsSeries(points), [points])
  const linkOf = useCallback(
    (at: number) => deliveriesLink({ from: at, to: at + stepMs, webhookId }),
    [stepMs, webhookId],
  )
  return (
    <Card title={overview.attemptsTitle} description={overview.attemptsAbout}>
      {stats === null ? (
        <Skeleton className="h-48" />
      ) : (
        <Chart
          kind="bars"
          times={times}
          series={series}
          format={formatCompact}
          summary={attemptsSummary(stats, span)}
          empty={stats.totals.attempts === 0 ? overview.attemptsEmpty(overview.spans[span]) : null}
          link={{ label: overview.barFollow, to: linkOf }}
        />
      )}
    </Card>
  )
}

function attemptsSummary({ totals }: Stats, span: SpanName): string {
  const { attempts, failedAttempts, exhausted } = totals
  return overview.attemptsSummary(
    overview.spans[span],
    formatNumber(attempts - failedAttempts),
    formatNumber(failedAttempts),
    formatNumber(exhausted),
  )
}

/** Together as many as there were attempts: what is given up ends with one that failed. */
function attemptsSeries(points: Point[]): ChartSeries[] {
  const of = (read: (point: NonNullable<Point>) => number) =>
    points.map((point) => (point ? Math.max(0, read(point)) : 0))
  const { delivered, retried, givenUp } = overview.attemptsSeries
  return [
    {
      label: delivered,
      color: 'good',
      values: of(({ attempts, failedAttempts }) => attempts - failedAttempts),
    },
    {
      label: retried,
      color: 'warn',
      values: of(({ failedAttempts, exhausted }) => failedAttempts - exhausted),
    },
    {
      label: givenUp,
      color: 'bad',
      values: of(({ failedAttempts, exhausted }) => Math.min(failedAttempts, exhausted)),
    },
  ]
}

function deliveriesLink({
  from,
  to,
  webhookId,
}: {
  from: number
  to: number
  webhookId: string | undefined
}): string {
  const filter = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  })
  if (webhookId !== undefined) filter.set('webhookId', webhookId)
  return `/deliveries?${filter}`
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
        <Skeleton className="h-48" />
      ) : (
        <Chart
          kind="lines"
          times={times}
          series={series}
          format={formatDuration}
          summary={latencySummary(stats, span)}
          empty={
            stats.totals.latencyMs === null ? overview.attemptsEmpty(overview.spans[span]) : null
          }
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
function useSteps(stats: Stats | null): { times: number[]; points: Point[]; stepMs: number } {
  return useMemo(() => {
    if (stats === null) return { times: [], points: [], stepMs: 0 }
    const stepMs = STEP_MS[stats.step]
    const byTime = new Map(stats.series.map((point) => [Date.parse(point.at), point]))
    const fromMs = Date.parse(stats.from)
    const count = Math.ceil((Date.parse(stats.to) - fromMs) / stepMs)
    const times = Array.from({ length: count }, (_, index) => fromMs + index * stepMs)
    return { times, points: times.map((at) => byTime.get(at)), stepMs }
  }, [stats])
}

function latencies(points: Point[], key: 'p50' | 'p95' | 'p99'): (number | null)[] {
  return points.map((point) => point?.latencyMs?.[key] ?? null)
}
