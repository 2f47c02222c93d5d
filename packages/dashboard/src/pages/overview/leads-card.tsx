/** What an owner asks first: how many leads came, from where, and whether they arrived. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { leadStatsQuery } from '../../api/lead-stats.ts'
import type { LeadStats } from '../../api/schema.ts'
import { startOfDay, startOfWeek } from '../../format/calendar.ts'
import { formatDay, formatNumber } from '../../format/format.ts'
import { useNow } from '../../format/use-now.ts'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { classNames } from '../../ui/class-names.ts'
import { ErrorState } from '../../ui/error-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

const { leads: words } = texts.overview

type StateName = keyof LeadStats['states']

/** In the order in which one reads them: the good, and then what wants a look. */
const STATES: [state: StateName, look: string][] = [
  ['delivered', 'text-good'],
  ['pending', 'text-soft'],
  ['retrying', 'text-warn'],
  ['parked', 'text-warn'],
  ['exhausted', 'text-bad'],
  ['cancelled', 'text-soft'],
  ['none', 'text-soft'],
]
const CHATBOTS_SHOWN = 5

interface LeadsCardProps {
  /** Null: of all of them. */
  chatbotId: string | null
  /** Of what wants somebody; else it is what the page is for. */
  isBeside: boolean
}

export function LeadsCard({ chatbotId, isBeside }: LeadsCardProps) {
  const now = useNow()
  const [day, week] = [startOfDay(now), startOfWeek(now)]
  const today = useQuery(leadStatsQuery({ chatbotId, from: day.toISOString() }))
  const thisWeek = useQuery(leadStatsQuery({ chatbotId, from: week.toISOString() }))
  const error = today.error ?? thisWeek.error
  if (error) {
    return <ErrorState error={error} onRetry={() => [today.refetch(), thisWeek.refetch()]} />
  }
  const showsChatbots = chatbotId === null && (thisWeek.data?.chatbots.length ?? 0) > 0
  return (
    <Card title={words.title} weight={isBeside ? 'plain' : 'main'} flush>
      <div className="grid grid-cols-2 divide-x divide-line">
        <Span label={words.today} from={day} stats={today.data} chatbotId={chatbotId} />
        <Span
          label={words.week(formatDay(week))}
          from={week}
          stats={thisWeek.data}
          chatbotId={chatbotId}
        />
      </div>
      {showsChatbots && thisWeek.data && <FromWhich stats={thisWeek.data} from={week} />}
    </Card>
  )
}

interface SpanProps {
  label: string
  from: Date
  stats: LeadStats | undefined
  chatbotId: string | null
}

function Span({ label, from, stats, chatbotId }: SpanProps) {
  const list = (filter: Record<string, string> = {}) => leadsLink({ chatbotId, from, filter })
  return (
    <section aria-label={label} className="grid content-start gap-0.5 px-4 py-2.5">
      <h3 className="text-sm text-soft">{label}</h3>
      {stats === undefined ? (
        <>
          <Skeleton className="h-8 w-16" />
          <Skeleton className="h-4 w-48" />
        </>
      ) : (
        <>
          <p className="text-2xl font-semibold tracking-tight tabular">
            <Link to={list()} className="hover:underline">
              {formatNumber(stats.count)}
              {stats.more && '+'}
              <span className="sr-only"> {words.leads(stats.count)}</span>
            </Link>
          </p>
          <Became stats={stats} list={list} />
        </>
      )}
    </section>
  )
}

interface BecameProps {
  stats: LeadStats
  list(filter: Record<string, string>): string
}

/** Each count leads to the leads that it counts. */
function Became({ stats, list }: BecameProps) {
  const { count, more, sampled, states } = stats
  if (count === 0) return <p className="text-sm text-soft">{words.noneYet}</p>
  const parts = STATES.filter(([state]) => states[state] > 0)
  return (
    <div className="text-sm">
      {(more || sampled < count) && <p className="text-soft">{words.ofNewest(sampled)}</p>}
      <ul className="flex flex-wrap gap-x-3 gap-y-0.5 tabular">
        {parts.map(([state, look]) => (
          <li key={state}>
            <Link
              to={list({ deliveryState: state })}
              className={classNames(
                'underline decoration-line underline-offset-3 hover:decoration-current',
                look,
              )}
            >
              {words.states[state](formatNumber(states[state]))}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** An operator's: who gets leads at all. */
function FromWhich({ stats, from }: { stats: LeadStats; from: Date }) {
  const { chatbots, moreChatbots, more } = stats
  const most = Math.max(1, ...chatbots.map(({ count }) => count))
  const others = chatbots.length - CHATBOTS_SHOWN
  return (
    <section className="grid gap-1.5 border-t border-line px-4 py-2.5">
      <h3 className="text-sm text-soft">{more ? words.fromNewest : words.from}</h3>
      <ul className="grid gap-1.5 text-sm">
        {chatbots.slice(0, CHATBOTS_SHOWN).map(({ chatbotId, name, count }) => (
          <li
            key={chatbotId}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-center gap-3"
          >
            <Link
              to={leadsLink({ chatbotId, from })}
              className="flex min-w-0 justify-between gap-3 hover:underline"
            >
              <span className="truncate">{name}</span>
              <span className="tabular">{formatNumber(count)}</span>
            </Link>
            <Bar part={count / most} />
          </li>
        ))}
      </ul>
      {others > 0 && (
        <p className="text-sm text-soft">
          {words.others(`${formatNumber(others)}${moreChatbots ? '+' : ''}`, others)}
        </p>
      )}
    </section>
  )
}

function Bar({ part }: { part: number }): ReactNode {
  return (
    <span aria-hidden="true" className="block h-2 rounded-full bg-sunken">
      <span className="block h-2 rounded-full bg-accent" style={{ width: `${part * 100}%` }} />
    </span>
  )
}

interface LeadsLink {
  chatbotId: string | null
  from: Date
  filter?: Record<string, string>
}

/** The list of leads, filtered as they were counted. */
function leadsLink({ chatbotId, from, filter = {} }: LeadsLink): string {
  const of = chatbotId === null ? {} : { chatbotId }
  return `/leads?${new URLSearchParams({ ...of, ...filter, from: from.toISOString() })}`
}
