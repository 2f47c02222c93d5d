import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { ApiFailure } from '../../api/api-failure.ts'
import { eventQuery } from '../../api/events.ts'
import type { Event, Lead, Webhook } from '../../api/schema.ts'
import { webhooksQuery } from '../../api/webhooks.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { DeliveryLines, Line } from '../deliveries/delivery-lines.tsx'
import { takesLeads } from '../event-types/spelling.ts'
import { SendItButton } from '../events/send-it-button.tsx'

const { where } = texts.leads

export function WhoGotIt({ lead }: { lead: Lead }) {
  return (
    <Card title={where.title} description={where.intro} flush>
      <Lines lead={lead} />
    </Card>
  )
}

function Lines({ lead }: { lead: Lead }) {
  const event = useQuery(eventQuery(lead.eventId))
  const webhooks = useQuery(webhooksQuery(lead.chatbotId))
  if (event.error instanceof ApiFailure && event.error.statusCode === 404) {
    return <p className="px-4 py-4 text-sm text-soft">{where.eventGone}</p>
  }
  const failed = [event, webhooks].find(({ error }) => error)
  if (failed) {
    return (
      <div className="p-4">
        <ErrorState error={failed.error} onRetry={failed.refetch} />
      </div>
    )
  }
  if (!event.data || !webhooks.data) return <SkeletonRows rows={2} />
  const { deliveries, keptBack } = event.data
  const without = webhooks.data.filter(
    ({ id }) => !deliveries.some(({ webhookId }) => webhookId === id),
  )
  if (deliveries.length + without.length === 0) return <NoWebhook />
  return (
    <DeliveryLines label={where.label} deliveries={deliveries}>
      {without.map((webhook) => (
        <Line
          key={webhook.id}
          badge={<StatusBadge tone="plain" icon="ban" label={where.notSent} />}
          note={reasonOf(keptBack, webhook.id) ?? whyNever(webhook, lead)}
          end={
            <SendItButton
              eventId={lead.eventId}
              webhookId={webhook.id}
              target={webhookName(webhook)}
            />
          }
        >
          <Link to={`/webhooks/${webhook.id}`} className="font-medium hover:underline">
            <Breakable text={webhookName(webhook)} />
          </Link>
        </Line>
      ))}
    </DeliveryLines>
  )
}

function reasonOf(keptBack: Event['keptBack'], id: string): string | null {
  const found = keptBack.find(({ webhookId }) => webhookId === id)
  return found ? texts.wants.keptBack.reason(found.reason) : null
}

/** Why there is not even a delivery. */
function whyNever({ createdAt, eventTypes }: Webhook, lead: Lead): string {
  if (createdAt > lead.createdAt) return where.later
  return takesLeads(eventTypes) ? where.notThen : where.notSubscribed
}

function NoWebhook() {
  return (
    <div className="grid justify-items-start gap-3 px-4 py-4 text-sm">
      <p className="text-soft">{where.none}</p>
      <ButtonLink size="sm" icon="plus" to="/webhooks?create">
        {where.create}
      </ButtonLink>
    </div>
  )
}
