import { useSearchParams } from 'react-router'
import type { Delivery } from '../../api/schema.ts'
import { deliveryWords, isDoubtful } from '../../format/delivery-words.ts'
import { formatDateTime, formatDuration } from '../../format/format.ts'
import { deliveryTarget } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { RowLink } from '../../ui/row-link.tsx'
import { DeliveryBadge } from '../../ui/status-badge.tsx'
import type { Column } from '../../ui/table.tsx'
import { TestMark } from '../../ui/test-mark.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { deliveryPath } from './list-of.ts'

const { attempts, columns, row: words } = texts.deliveries
const LEAD_EVENTS = ['lead.submit', 'leads.submit']

/** Whose it is; of what is no lead's, or erased, the end of its event's id, which tells it apart. */
function subjectOf({ lead, eventId, eventType }: Delivery): { name: string; type: string | null } {
  const person = lead ? lead.customerName || lead.customerEmail : ''
  if (person !== '')
    return { name: person, type: LEAD_EVENTS.includes(eventType) ? null : eventType }
  return { name: `${eventType} ${endOf(eventId)}`, type: null }
}

/** Enough to tell events apart: its last three characters are the same in all of them. */
function endOf(eventId: string): string {
  return `…${eventId.slice(-8)}`
}

/** What the whole row says, in a sentence that no other row says. */
export function nameOfRow(delivery: Delivery): string {
  const { name } = subjectOf(delivery)
  return words.name({
    subject: name,
    event: endOf(delivery.eventId),
    state: deliveryWords(delivery, 0).label,
    status: delivery.lastStatus,
    target: deliveryTarget(delivery),
    accepted: formatDateTime(delivery.createdAt),
  })
}

/** What is cut in its cells, or told only roughly. */
function titleOfRow(delivery: Delivery): string {
  const { state, lastError, attemptCount, createdAt } = delivery
  return [
    state !== 'delivered' && lastError,
    deliveryTarget(delivery),
    words.attempts(attemptCount),
    words.acceptedAt(formatDateTime(createdAt)),
  ]
    .filter(Boolean)
    .join('\n')
}

function Subject({ delivery }: { delivery: Delivery }) {
  const [list] = useSearchParams()
  const { id, eventId, kind, state, lastError, lastNote } = delivery
  const { name, type } = subjectOf(delivery)
  const error = state !== 'delivered' ? lastError : null
  return (
    <div className="flex min-w-0 flex-wrap items-baseline gap-x-2 md:flex-nowrap">
      <RowLink
        to={deliveryPath(id, list)}
        name={nameOfRow(delivery)}
        title={titleOfRow(delivery)}
        className="min-w-0 truncate"
      >
        {name}
      </RowLink>
      {kind === 'test' && <TestMark />}
      {type && <span className="shrink-0 text-xs text-soft">{type}</span>}
      {error && (
        <span className="min-w-0 text-soft [overflow-wrap:anywhere] md:truncate">{error}</span>
      )}
      {isDoubtful(lastNote) && (
        <span className="min-w-0 text-warn [overflow-wrap:anywhere] md:truncate">
          {attempts.notes[lastNote]}
        </span>
      )}
      {!name.endsWith(endOf(eventId)) && (
        // One person, twice: the rows still differ.
        <span className="ml-auto hidden shrink-0 pl-2 font-mono text-xs text-soft lg:inline">
          {endOf(eventId)}
        </span>
      )}
    </div>
  )
}

const SUBJECT: Column<Delivery> = {
  key: 'subject',
  header: columns.delivery,
  cell: (delivery) => <Subject delivery={delivery} />,
}

const STATE: Column<Delivery> = {
  key: 'state',
  header: columns.state,
  width: 'w-60',
  bare: true,
  cell: (delivery) => <DeliveryBadge delivery={delivery} detailed />,
}

const STATUS: Column<Delivery> = {
  key: 'status',
  header: columns.status,
  width: 'w-18',
  align: 'end',
  isEmpty: ({ lastStatus }) => lastStatus === null,
  cell: ({ lastStatus }) => lastStatus ?? <span className="text-soft">{words.none}</span>,
}

const DURATION: Column<Delivery> = {
  key: 'duration',
  header: columns.duration,
  width: 'w-20',
  align: 'end',
  isEmpty: ({ durationMs }) => durationMs === null,
  cell: ({ durationMs }) =>
    durationMs === null ? (
      <span className="text-soft">{words.none}</span>
    ) : (
      formatDuration(durationMs)
    ),
}

const ACCEPTED: Column<Delivery> = {
  key: 'accepted',
  header: columns.accepted,
  width: 'w-32',
  align: 'end',
  cell: ({ createdAt }) => (
    <span className="text-soft">
      <TimeAgo at={createdAt} />
    </span>
  ),
}

const WEBHOOK: Column<Delivery> = {
  key: 'webhook',
  header: columns.webhook,
  width: 'w-56',
  cell: (delivery) => {
    const target = deliveryTarget(delivery)
    return (
      <span className="clipped text-soft">
        <Breakable text={target.replace(/^https?:\/\//, '')} />
      </span>
    )
  },
}

/** Of one webhook, its name would be the same in every row. */
export function deliveryColumns(ofOneWebhook: boolean): [Column<Delivery>, ...Column<Delivery>[]] {
  const target = ofOneWebhook ? [] : [WEBHOOK]
  return [SUBJECT, STATE, STATUS, DURATION, ...target, ACCEPTED]
}
