/** One delivery: why it is as it is, what was tried, what was sent, and what one can do now. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { deliveryQuery } from '../../api/deliveries.ts'
import { leadOfEventQuery } from '../../api/leads.ts'
import type { DeliveryDetail } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { Gone, isNotFound } from '../../app/gone.tsx'
import { NotFound } from '../../app/not-found.tsx'
import { deliveryTarget } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { BackLink } from '../../ui/back-link.tsx'
import { Breakable } from '../../ui/breakable.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Fact, Facts, IdFact } from '../../ui/facts.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PageWithoutData } from '../../ui/page-without-data.tsx'
import { DeliveryBadge } from '../../ui/status-badge.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { CureNotice } from '../webhooks/cure-notice.tsx'
import { Attempts } from './attempts.tsx'
import { Countdown } from './countdown.tsx'
import { DeliveryActions } from './delivery-actions.tsx'
import { Explanation } from './explanation.tsx'
import { useNeighbours } from './list-of.ts'
import { RequestCard } from './request-card.tsx'
import { ReshapeNotice } from './reshape-notice.tsx'

const { detail } = texts.deliveries
const LEAD_EVENTS = ['lead.submit', 'leads.submit']

export default function DeliveryPage() {
  const { id = '' } = useParams()
  const { data, error, refetch } = useQuery(deliveryQuery(id))
  if (isNotFound(error)) {
    if (!data) return <NotFound />
    return (
      <Gone title={detail.title(data.eventType)} trail={<Back />}>
        {texts.meanwhile.gone.delivery}
      </Gone>
    )
  }
  if (data) return <Loaded delivery={data} error={error} onRetry={refetch} />
  return (
    <PageWithoutData
      title={texts.deliveries.title}
      trail={<Back />}
      error={error}
      onRetry={refetch}
    />
  )
}

interface LoadedProps {
  delivery: DeliveryDetail
  /** It could not be read again: what one sees may be old. */
  error: Error | null
  onRetry(): unknown
}

function Loaded({ delivery, error, onRetry }: LoadedProps) {
  const { eventType, kind } = delivery
  return (
    <>
      <PageHeader
        title={kind === 'test' ? detail.titleTest(eventType) : detail.title(eventType)}
        trail={<Trail delivery={delivery} />}
        badge={<DeliveryBadge delivery={delivery} detailed />}
        actions={<DeliveryActions key={delivery.id} delivery={delivery} />}
      />
      <div className="grid gap-4">
        {error && <ErrorState error={error} onRetry={onRetry} />}
        <div className="grid gap-3 *:only:col-span-full lg:grid-cols-2 lg:gap-4">
          <Explanation delivery={delivery} />
          <ReshapeNotice delivery={delivery} />
          {delivery.cure && <CureNotice cure={delivery.cure} webhookId={delivery.webhookId} />}
        </div>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Attempts delivery={delivery} />
          <div className="grid gap-4">
            <FactsCard delivery={delivery} />
            <RequestCard delivery={delivery} />
          </div>
        </div>
      </div>
    </>
  )
}

/** Back to the list as it was, and from one of it to the next. */
function Trail({ delivery }: { delivery: DeliveryDetail }) {
  const list = useNeighbours(delivery)
  if (list === null) return <Back />
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <BackLink to={list.listPath}>{detail.backToList}</BackLink>
      <nav aria-label={detail.neighbours} className="flex gap-2">
        {list.newer && (
          <ButtonLink size="sm" icon="left" to={list.newer}>
            {detail.newer}
          </ButtonLink>
        )}
        {list.older && (
          <ButtonLink size="sm" icon="right" to={list.older}>
            {detail.older}
          </ButtonLink>
        )}
      </nav>
    </div>
  )
}

function Back() {
  return <BackLink to="/deliveries">{detail.back}</BackLink>
}

function FactsCard({ delivery }: { delivery: DeliveryDetail }) {
  const { id, eventId, eventType, chatbotId, createdAt, finishedAt, nextAttemptAt } = delivery
  const { nameOf } = useChatbot()
  return (
    <Card title={detail.facts} weight="quiet">
      <Facts>
        <Fact name={detail.webhook} wide>
          <WebhookLink delivery={delivery} />
        </Fact>
        <Fact name={detail.event} wide>
          <Link to={`/events/${eventId}`} className="font-mono text-xs underline">
            {eventId}
          </Link>
        </Fact>
        {LEAD_EVENTS.includes(eventType) && delivery.kind === 'event' && (
          <Fact name={detail.lead}>
            <LeadLink eventId={eventId} />
          </Fact>
        )}
        <Fact name={detail.chatbot}>{nameOf(chatbotId)}</Fact>
        <Fact name={detail.accepted}>
          <ExactTime at={createdAt} />
        </Fact>
        {finishedAt && (
          <Fact name={detail.finished}>
            <ExactTime at={finishedAt} />
          </Fact>
        )}
        {nextAttemptAt && (
          <Fact name={detail.nextAttempt}>
            <Countdown at={nextAttemptAt} />
          </Fact>
        )}
        <IdFact name={detail.id} id={id} />
      </Facts>
    </Card>
  )
}

function WebhookLink({ delivery }: { delivery: DeliveryDetail }) {
  const { webhook, webhookId } = delivery
  const name = <Breakable text={deliveryTarget(delivery)} />
  if (webhook.state === 'deleted') return name
  return (
    <Link to={`/webhooks/${webhookId}`} className="underline">
      {name}
    </Link>
  )
}

function LeadLink({ eventId }: { eventId: string }) {
  const { data: lead } = useQuery(leadOfEventQuery(eventId))
  if (lead === undefined) return '…'
  if (lead === null) return detail.leadGone
  return (
    <Link to={`/leads/${lead.id}`} className="underline">
      {lead.customerName || lead.customerEmail || lead.customerPhone}
    </Link>
  )
}
