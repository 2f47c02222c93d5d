/** The last that arrived and the last that did not, side by side. */
import { Link } from 'react-router'
import type { Delivery, WebhookHealthDetail } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { DeliveryBadge } from '../../ui/status-badge.tsx'
import { TestMark } from '../../ui/test-mark.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'

const { recent: words } = texts.webhooks

export function RecentDeliveries({ health }: { health: WebhookHealthDetail }) {
  const { webhookId, lastDelivered, lastFailed } = health
  const list = `/deliveries?webhookId=${webhookId}`
  return (
    <div className="grid gap-4">
      <Card
        title={words.failed}
        flush
        actions={
          <ButtonLink size="sm" to={list}>
            {words.all}
          </ButtonLink>
        }
      >
        <Deliveries
          deliveries={lastFailed}
          none={health.moreErrors ? words.noneSeen : words.noneFailed}
        />
      </Card>
      <Card
        title={words.delivered}
        flush
        actions={
          <ButtonLink size="sm" to={`${list}&state=delivered`}>
            {words.allDelivered}
          </ButtonLink>
        }
      >
        <Deliveries deliveries={lastDelivered} none={words.noneDelivered} />
      </Card>
    </div>
  )
}

function Deliveries({ deliveries, none }: { deliveries: readonly Delivery[]; none: string }) {
  if (deliveries.length === 0) return <p className="px-4 py-2.5 text-sm text-soft">{none}</p>
  return (
    <ul className="divide-y divide-line">
      {deliveries.map((delivery) => (
        <Line key={delivery.id} delivery={delivery} />
      ))}
    </ul>
  )
}

function Line({ delivery }: { delivery: Delivery }) {
  const { id, eventType, kind, state, lastStatus, lastError, updatedAt } = delivery
  const told = state === 'delivered' ? words.answered(lastStatus) : (lastError ?? eventType)
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5 text-sm">
      <DeliveryBadge delivery={delivery} />
      <Link to={`/deliveries/${id}`} className="min-w-0 flex-1 basis-40 truncate hover:underline">
        {told}
      </Link>
      {kind === 'test' && <TestMark />}
      <span className="text-soft">
        <TimeAgo at={updatedAt} />
      </span>
    </li>
  )
}
