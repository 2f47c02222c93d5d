/** How a webhook fares over a span: how much arrives, how fast, what waits. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { WebhookHealthDetail } from '../../api/schema.ts'
import type { HealthSpan } from '../../api/webhook-health.ts'
import { formatCompact, formatDuration, formatPercent } from '../../format/format.ts'
import { barsOf } from '../../format/steps.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SparkBars } from '../../ui/spark-bars.tsx'

const { health: words } = texts.webhooks
const MINUTE_MS = 60_000
const STEP_MS: Record<HealthSpan, number> = {
  '1h': MINUTE_MS,
  '24h': 60 * MINUTE_MS,
  '7d': 6 * 60 * MINUTE_MS,
  '30d': 24 * 60 * MINUTE_MS,
}
const SPANS = Object.keys(STEP_MS) as HealthSpan[]

interface HealthFiguresProps {
  /** Undefined while it loads. */
  health: WebhookHealthDetail | undefined
  span: HealthSpan
  onSpan(span: HealthSpan): void
  weight: 'main' | 'plain'
}

export function HealthFigures({ health, span, onSpan, weight }: HealthFiguresProps) {
  return (
    <Card
      title={words.title}
      weight={weight}
      actions={
        <Segmented
          label={texts.overview.span}
          value={span}
          onChange={onSpan}
          options={SPANS.map((value) => ({ value, label: words.spans[value] }))}
        />
      }
    >
      {health ? <Shown health={health} span={span} /> : <Loading />}
    </Card>
  )
}

function Shown({ health, span }: { health: WebhookHealthDetail; span: HealthSpan }) {
  const { webhookId, from, to, attempts, failedAttempts, delivered, successRate } = health
  const { latencyMs, waiting, keptBack } = health
  const list = `/deliveries?webhookId=${webhookId}`
  const open = waiting.fresh + waiting.retrying
  const rate = successRate === null ? '–' : formatPercent(successRate)
  return (
    <div className="grid gap-3">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 lg:grid-cols-4">
        <Figure label={words.successRate} value={rate}>
          {attempts === 0
            ? words.noAttempt
            : words.failedOf(formatCompact(failedAttempts), formatCompact(attempts))}
        </Figure>
        <Figure
          label={words.delivered}
          value={formatCompact(delivered)}
          to={`${list}&state=delivered&from=${from}`}
        >
          {words.deliveredNote}
          {keptBack.count > 0 && ` · ${words.keptBack(countText(keptBack.count, keptBack.more))}`}
        </Figure>
        <Figure
          label={words.latency}
          value={latencyMs === null ? '–' : formatDuration(latencyMs.p50)}
        >
          {latencyMs === null ? words.noAttempt : words.p95(formatDuration(latencyMs.p95))}
        </Figure>
        <Figure
          label={words.waiting}
          value={countText(open, waiting.more)}
          to={`${list}&state=pending`}
        >
          {words.retrying(countText(waiting.retrying, waiting.more))}
          {waiting.onHold > 0 && (
            <>
              {' · '}
              <Link to={`${list}&state=parked`} className="underline hover:text-ink">
                {words.onHold(countText(waiting.onHold, waiting.more))}
              </Link>
            </>
          )}
        </Figure>
      </dl>
      <SparkBars
        label={words.chart(words.spans[span], attempts, failedAttempts)}
        bars={barsOf(health.series, { from, to, stepMs: STEP_MS[span] })}
        className="h-12 w-full"
      />
    </div>
  )
}

/** As far as it was counted. */
export function countText(amount: number, more: boolean): string {
  return more ? `${formatCompact(amount)}+` : formatCompact(amount)
}

interface FigureProps {
  label: string
  value: string
  /** The list of what is counted. */
  to?: string
  children: ReactNode
}

function Figure({ label, value, to, children }: FigureProps) {
  return (
    <div className="grid content-start gap-x-2">
      <dt className="text-sm text-soft">{label}</dt>
      <dd className="text-2xl font-semibold tracking-tight tabular">
        {to ? (
          <Link to={to} className="hover:underline" aria-label={`${label}: ${value}`}>
            {value}
          </Link>
        ) : (
          value
        )}
      </dd>
      <dd className="text-sm text-soft tabular">{children}</dd>
    </div>
  )
}

function Loading() {
  return (
    <div className="grid gap-4">
      <div className="grid grid-cols-2 gap-x-6 gap-y-4 lg:grid-cols-4">
        {['rate', 'delivered', 'latency', 'waiting'].map((key) => (
          <div key={key} className="grid gap-1.5">
            <Skeleton className="h-4 w-24" />
            <Skeleton className="h-7 w-16" />
            <Skeleton className="h-4 w-32" />
          </div>
        ))}
      </div>
      <Skeleton className="h-14 w-full" />
    </div>
  )
}
