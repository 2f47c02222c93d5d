import type { ReactNode } from 'react'
import type { Stats } from '../../api/schema.ts'
import { formatCompact, formatDuration, formatPercent } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { classNames } from '../../ui/class-names.ts'
import { Skeleton } from '../../ui/skeleton.tsx'

const { overview } = texts

/** Null while it loads. */
export function Figures({ stats }: { stats: Stats | null }) {
  if (stats === null) {
    return (
      <Row>
        {['delivered', 'rate', 'latency', 'waiting'].map((key) => (
          <div key={key} className="grid gap-2 bg-surface px-4 py-3.5 sm:px-5">
            <Skeleton className="h-4 w-24" />
            <Skeleton className="h-8 w-16" />
            <Skeleton className="h-4 w-32" />
          </div>
        ))}
      </Row>
    )
  }
  const { totals, current } = stats
  const { attempts, failedAttempts, latencyMs } = totals
  return (
    <Row>
      <Figure
        label={overview.delivered}
        value={formatCompact(totals.delivered)}
        note={overview.exhaustedToo(formatCompact(totals.exhausted))}
        isBad={totals.exhausted > 0}
      />
      <Figure
        label={overview.successRate}
        value={attempts === 0 ? '–' : formatPercent((attempts - failedAttempts) / attempts)}
        note={attempts === 0 ? overview.nothingYet : overview.ofAttempts(attempts)}
      />
      <Figure
        label={overview.latency}
        value={latencyMs === null ? '–' : formatDuration(latencyMs.p50)}
        note={
          latencyMs === null
            ? overview.nothingYet
            : overview.p95(formatDuration(latencyMs.p95), formatDuration(latencyMs.p99))
        }
      />
      <Figure
        label={overview.waiting}
        value={formatCompact(current.pending)}
        note={overview.parkedToo(formatCompact(current.parked))}
      />
    </Row>
  )
}

/** Four beside each other, or two by two: the lines between are the ground showing through. */
function Row({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-card border border-line bg-line shadow-xs lg:grid-cols-4">
      {children}
    </dl>
  )
}

interface FigureProps {
  label: string
  value: string
  note: string
  isBad?: boolean
}

function Figure({ label, value, note, isBad = false }: FigureProps) {
  return (
    <div className="grid content-start gap-0.5 bg-surface px-4 py-3.5 sm:px-5">
      <dt className="text-sm text-soft">{label}</dt>
      <dd className="text-2xl font-semibold tracking-tight tabular">{value}</dd>
      <dd className={classNames('text-sm tabular', isBad ? 'text-bad' : 'text-soft')}>{note}</dd>
    </div>
  )
}
