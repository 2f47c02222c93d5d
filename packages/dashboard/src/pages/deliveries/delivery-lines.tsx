import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Delivery } from '../../api/schema.ts'
import { useNow } from '../../format/use-now.ts'
import { deliveryTarget } from '../../format/webhook-name.ts'
import { DeliveryBadge } from '../../ui/status-badge.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { whyNot } from './why.ts'

interface DeliveryLinesProps {
  /** What it lists, for those who hear the page. */
  label: string
  deliveries: readonly Delivery[]
  /** Lines of one's own after these. */
  children?: ReactNode
}

/** One event's deliveries: to whom, whether, and why not. */
export function DeliveryLines({ label, deliveries, children }: DeliveryLinesProps) {
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {deliveries.map((delivery) => (
        <DeliveryLine key={delivery.id} delivery={delivery} />
      ))}
      {children}
    </ul>
  )
}

function DeliveryLine({ delivery }: { delivery: Delivery }) {
  const why = whyNot(delivery, useNow())
  return (
    <Line
      badge={<DeliveryBadge delivery={delivery} />}
      note={why}
      end={<TimeAgo at={delivery.finishedAt ?? delivery.updatedAt} />}
    >
      <Link to={`/deliveries/${delivery.id}`} className="font-medium hover:underline">
        {deliveryTarget(delivery)}
      </Link>
    </Line>
  )
}

interface LineProps {
  badge: ReactNode
  children: ReactNode
  note: string | null
  end?: ReactNode
}

export function Line({ badge, children, note, end }: LineProps) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 px-4 py-2 text-sm sm:grid-cols-[7rem_minmax(0,1fr)_auto]">
      <div>{badge}</div>
      <div className="col-span-2 row-start-2 min-w-0 [overflow-wrap:anywhere] sm:col-span-1 sm:row-start-auto">
        <div>{children}</div>
        {note && <p className="text-soft">{note}</p>}
      </div>
      {end && <div className="text-right text-soft">{end}</div>}
    </li>
  )
}
