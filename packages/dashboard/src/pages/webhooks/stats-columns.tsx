/** How each webhook of the list fared in the last day, and what of it was given up. */
import { Link } from 'react-router'
import type { Webhook, WebhookStats, WebhookStatsList } from '../../api/schema.ts'
import { formatPercent } from '../../format/format.ts'
import { barsOf } from '../../format/steps.ts'
import { texts } from '../../texts/texts.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SparkBars } from '../../ui/spark-bars.tsx'
import type { Column } from '../../ui/table.tsx'
import { countText } from './health-figures.tsx'

const { columns, health: words } = texts.webhooks
const HOUR_MS = 3_600_000
const HOURS = 24

/** Undefined while they load. */
export function statsColumns(list: WebhookStatsList | undefined): Column<Webhook>[] {
  const known = new Map(list?.data.map((stats) => [stats.webhookId, stats]))
  return [
    {
      key: 'lastDay',
      header: columns.lastDay,
      width: 'w-38 xl:w-44',
      cell: ({ id }) =>
        list === undefined ? (
          <Skeleton className="h-6 w-full" />
        ) : (
          <LastDay stats={known.get(id)} />
        ),
    },
    {
      key: 'givenUp',
      header: columns.givenUp,
      width: 'w-20 xl:w-24',
      align: 'end',
      isEmpty: ({ id }) => !known.get(id)?.givenUp.count,
      cell: ({ id }) => <GivenUp id={id} stats={known.get(id)} />,
    },
  ]
}

/** Made since the list was read: nothing is known of it yet. */
function LastDay({ stats }: { stats: WebhookStats | undefined }) {
  if (!stats || stats.successRate === null) {
    return <span className="text-soft">{words.noAttemptShort}</span>
  }
  const { attempts, failedAttempts, series, successRate } = stats
  const now = Date.now()
  const to = now - (now % HOUR_MS) + HOUR_MS
  const span = { from: iso(to - HOURS * HOUR_MS), to: iso(to), stepMs: HOUR_MS }
  return (
    <span className="flex items-center gap-2.5">
      <SparkBars
        label={words.chart(words.spans['24h'], attempts, failedAttempts)}
        bars={barsOf(series, span)}
        className="h-6 w-20 shrink-0"
      />
      <span className="tabular">{formatPercent(successRate)}</span>
    </span>
  )
}

function GivenUp({ id, stats }: { id: string; stats: WebhookStats | undefined }) {
  if (!stats || stats.givenUp.count === 0) return <span className="text-soft">–</span>
  const { count, more } = stats.givenUp
  return (
    <Link
      to={`/deliveries?webhookId=${id}&givenUp=true`}
      className="font-medium text-bad hover:underline"
    >
      {countText(count, more)}
    </Link>
  )
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
