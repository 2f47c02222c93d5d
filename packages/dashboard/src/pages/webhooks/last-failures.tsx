import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { deliveriesQuery } from '../../api/deliveries.ts'
import type { Delivery, Webhook } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { DeliveryBadge } from '../../ui/status-badge.tsx'
import { TestMark } from '../../ui/test-mark.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { RecoverButton } from './recover-button.tsx'

const SHOWN = 5
/** Among so many of the newest it looks for those that failed. */
const LOOKED_AT = 50

const { detail } = texts.webhooks

/** Those that failed at least once and aren't delivered: what the owner came to see. */
export function LastFailures({ webhook }: { webhook: Webhook }) {
  const deliveries = useQuery(deliveriesQuery({ webhookId: webhook.id, limit: LOOKED_AT }))
  const failed = deliveries.data?.data.filter(hasFailed).slice(0, SHOWN)
  return (
    <Card
      title={detail.lastFailures}
      flush
      actions={
        <>
          <RecoverButton webhook={webhook} size="sm" />
          <ButtonLink size="sm" to={`/deliveries?webhookId=${webhook.id}`}>
            {detail.seeDeliveries}
          </ButtonLink>
        </>
      }
    >
      {deliveries.error ? (
        <div className="p-4">
          <ErrorState error={deliveries.error} onRetry={deliveries.refetch} />
        </div>
      ) : failed === undefined ? (
        <SkeletonRows rows={2} />
      ) : failed.length === 0 ? (
        <p className="px-4 py-4 text-sm text-soft sm:px-5">{detail.noFailures}</p>
      ) : (
        <ul className="divide-y divide-line">
          {failed.map((delivery) => (
            <Failure key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function hasFailed({ state, lastError }: Delivery): boolean {
  return state !== 'delivered' && lastError !== null
}

function Failure({ delivery }: { delivery: Delivery }) {
  const { id, eventType, kind, lastError, updatedAt } = delivery
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm sm:px-5">
      <DeliveryBadge delivery={delivery} />
      <Link to={`/deliveries/${id}`} className="min-w-0 flex-1 basis-48 truncate hover:underline">
        {lastError}
      </Link>
      {kind === 'test' && <TestMark />}
      <span className="font-mono text-xs text-soft">{eventType}</span>
      <span className="text-soft">
        <TimeAgo at={updatedAt} />
      </span>
    </li>
  )
}
