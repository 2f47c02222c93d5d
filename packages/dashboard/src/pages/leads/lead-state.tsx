/** What became of a lead, in a word: of several deliveries the one to look at first. */
import { Link } from 'react-router'
import type { Lead } from '../../api/schema.ts'
import { type DeliveryWord, lookOf } from '../../format/delivery-words.ts'
import { texts } from '../../texts/texts.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'

const { sent } = texts.leads

const WORDS: Record<NonNullable<Lead['deliveries']['state']>, DeliveryWord> = {
  pending: 'waiting',
  retrying: 'retrying',
  delivered: 'delivered',
  exhausted: 'failed',
  parked: 'held',
  cancelled: 'cancelled',
}

export function LeadState({ lead: { id, deliveries } }: { lead: Pick<Lead, 'id' | 'deliveries'> }) {
  const { state, pending, delivered, doubted, exhausted, parked, cancelled } = deliveries
  if (state === null) {
    return (
      <span className="text-soft" title={sent.unknown}>
        {sent.none}
      </span>
    )
  }
  const total = pending + delivered + exhausted + parked + cancelled
  return (
    <Link
      to={`/leads/${id}`}
      title={doubted > 0 ? sent.doubted : sent.toWhom}
      className="inline-flex flex-wrap items-center gap-x-2 xl:flex-nowrap hover:underline"
    >
      <StatusBadge {...lookOf(WORDS[state], doubted > 0)} />
      {total > 1 && (
        <span className="text-xs whitespace-nowrap text-soft">{sent.of(delivered, total)}</span>
      )}
    </Link>
  )
}
