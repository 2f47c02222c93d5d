import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Delivery, Stats } from '../../api/schema.ts'
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
          <div key={key} className="grid gap-2 bg-surface px-4 py-2.5">
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
        value={<To filter={{ state: 'delivered' }}>{formatCompact(totals.delivered)}</To>}
        note={
          <To filter={{ state: 'exhausted' }}>
            {overview.exhaustedToo(formatCompact(totals.exhausted))}
          </To>
        }
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
        value={<To filter={{ state: 'pending' }}>{formatCompact(current.pending)}</To>}
        note={
          <To filter={{ state: 'parked' }}>{overview.parkedToo(formatCompact(current.parked))}</To>
        }
      />
    </Row>
  )
}

/** What is counted is one click away. */
function To({ filter, children }: { filter: { state: Delivery['state'] }; children: ReactNode }) {
  return (
    <Link to={`/deliveries?${new URLSearchParams(filter)}`} className="hover:underline">
      {children}
    </Link>
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
  value: ReactNode
  note: ReactNode
  isBad?: boolean
}

function Figure({ label, value, note, isBad = false }: FigureProps) {
  return (
    <div className="grid content-start gap-x-3 bg-surface px-4 py-2.5">
      <dt className="text-sm text-soft">{label}</dt>
      <dd className="text-2xl font-semibold tracking-tight tabular">{value}</dd>
      <dd className={classNames('text-sm tabular', isBad ? 'text-bad' : 'text-soft')}>{note}</dd>
    </div>
  )
}
