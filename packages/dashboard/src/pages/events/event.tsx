/** One event: what happened, and where it goes. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { eventQuery } from '../../api/events.ts'
import { leadOfEventQuery } from '../../api/leads.ts'
import type { Event } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { Gone, isNotFound } from '../../app/gone.tsx'
import { NotFound } from '../../app/not-found.tsx'
import { texts } from '../../texts/texts.ts'
import { BackLink } from '../../ui/back-link.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Fact, Facts, IdFact } from '../../ui/facts.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PageWithoutData } from '../../ui/page-without-data.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { DeliveryLines } from '../deliveries/delivery-lines.tsx'
import { KeptBackLines } from './kept-back-lines.tsx'

const words = texts.events

export default function EventPage() {
  const { id = '' } = useParams()
  const { data, error, refetch } = useQuery(eventQuery(id))
  if (isNotFound(error)) {
    if (!data) return <NotFound />
    return (
      <Gone title={id} trail={<BackLink to="/deliveries">{words.back}</BackLink>}>
        {texts.meanwhile.gone.event}
      </Gone>
    )
  }
  if (data) return <Loaded event={data} />
  return (
    <PageWithoutData
      title={id}
      trail={<BackLink to="/deliveries">{words.back}</BackLink>}
      error={error}
      onRetry={refetch}
    />
  )
}

function Loaded({ event }: { event: Event }) {
  const { eventType, payload, deliveries, keptBack } = event
  return (
    <>
      <PageHeader
        title={words.title(eventType)}
        trail={<BackLink to="/deliveries">{words.back}</BackLink>}
      />
      <div className="grid gap-4">
        {event.erased && <Notice tone="info">{words.erased}</Notice>}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <div className="grid gap-4">
            <Card title={words.deliveries} weight="main" flush>
              {deliveries.length + keptBack.length === 0 ? (
                <p className="px-4 py-2.5 text-sm text-soft">{words.noDeliveries}</p>
              ) : (
                <DeliveryLines label={words.deliveriesLabel} deliveries={deliveries}>
                  <KeptBackLines event={event} />
                </DeliveryLines>
              )}
            </Card>
            <FactsCard event={event} />
          </div>
          {payload && (
            <Card title={words.payload}>
              <CodeBlock code={JSON.stringify(payload, null, 2)} label={words.payloadLabel} wrap />
            </Card>
          )}
        </div>
      </div>
    </>
  )
}

function FactsCard({ event }: { event: Event }) {
  const { nameOf } = useChatbot()
  const { data: lead } = useQuery(leadOfEventQuery(event.id))
  return (
    <Card title={words.facts} weight="quiet">
      <Facts>
        <Fact name={words.type}>
          <span className="font-mono text-xs">{event.eventType}</span>
        </Fact>
        {lead && (
          <Fact name={words.lead}>
            <Link to={`/leads/${lead.id}`} className="underline">
              {lead.customerName || lead.customerEmail || lead.customerPhone}
            </Link>
          </Fact>
        )}
        <Fact name={words.chatbot}>{nameOf(event.chatbotId)}</Fact>
        <Fact name={words.accepted}>
          <ExactTime at={event.createdAt} />
        </Fact>
        <IdFact name={words.id} id={event.id} />
      </Facts>
    </Card>
  )
}
