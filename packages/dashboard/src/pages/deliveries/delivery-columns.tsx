import { Link } from 'react-router'
import type { Delivery } from '../../api/schema.ts'
import { isDoubtful } from '../../format/delivery-words.ts'
import { deliveryTarget } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { DeliveryBadge } from '../../ui/status-badge.tsx'
import type { Column } from '../../ui/table.tsx'
import { TestMark } from '../../ui/test-mark.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'

const { attempts, columns, answered, lastAnswer } = texts.deliveries

const DELIVERY: Column<Delivery> = {
  key: 'delivery',
  header: columns.delivery,
  cell: ({ id, eventType, kind, state, lastError, lastNote }) => (
    <div className="min-w-0">
      <div className="flex items-center gap-2">
        <Link to={`/deliveries/${id}`} className="truncate font-medium hover:underline">
          {eventType}
        </Link>
        {kind === 'test' && <TestMark />}
      </div>
      {state !== 'delivered' && lastError && (
        <p className="text-soft [overflow-wrap:anywhere] md:truncate" title={lastError}>
          {lastError}
        </p>
      )}
      {isDoubtful(lastNote) && (
        <p className="text-warn [overflow-wrap:anywhere]">{attempts.notes[lastNote]}</p>
      )}
    </div>
  ),
}

const STATE: Column<Delivery> = {
  key: 'state',
  header: columns.state,
  width: 'w-48',
  bare: true,
  cell: (delivery) => <DeliveryBadge delivery={delivery} detailed />,
}

const ATTEMPTS: Column<Delivery> = {
  key: 'attempts',
  header: columns.attempts,
  width: 'w-28',
  align: 'end',
  cell: ({ attemptCount, lastStatus }) => (
    <span title={lastAnswer(attemptCount, lastStatus)}>{answered(attemptCount, lastStatus)}</span>
  ),
}

const ACCEPTED: Column<Delivery> = {
  key: 'accepted',
  header: columns.accepted,
  width: 'w-36',
  align: 'end',
  cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
}

const WEBHOOK: Column<Delivery> = {
  key: 'webhook',
  header: columns.webhook,
  width: 'w-72',
  cell: (delivery) => {
    const target = deliveryTarget(delivery)
    return (
      <span className="clipped text-soft" title={target}>
        <Breakable text={target.replace(/^https?:\/\//, '')} />
      </span>
    )
  },
}

/** Of one webhook, its name would be the same in every row. */
export function deliveryColumns(ofOneWebhook: boolean): [Column<Delivery>, ...Column<Delivery>[]] {
  return ofOneWebhook
    ? [DELIVERY, STATE, ATTEMPTS, ACCEPTED]
    : [DELIVERY, STATE, WEBHOOK, ATTEMPTS, ACCEPTED]
}
