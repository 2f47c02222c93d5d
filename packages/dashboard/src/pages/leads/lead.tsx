/** One lead: what was left, who got it, and its end. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { leadQuery } from '../../api/leads.ts'
import type { Lead } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { isNotFound, READ_NOW_AND_THEN } from '../../app/gone.tsx'
import { texts } from '../../texts/texts.ts'
import { BackLink } from '../../ui/back-link.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Fact, Facts, IdFact } from '../../ui/facts.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PageWithoutData } from '../../ui/page-without-data.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { Email, Phone } from './contact.tsx'
import { EraseDialog } from './erase-dialog.tsx'
import { ErasedLead } from './erased-lead.tsx'
import { OwnFacts, WhereFacts } from './lead-extras.tsx'
import { WhoGotIt } from './who-got-it.tsx'

const { detail, erase } = texts.leads

export default function LeadPage() {
  const { id = '' } = useParams()
  const { data, error, refetch } = useQuery({ ...leadQuery(id), ...READ_NOW_AND_THEN })
  if (isNotFound(error)) return <ErasedLead key={id} id={id} eventId={data?.eventId ?? null} />
  if (data) return <Loaded key={id} lead={data} error={error} onRetry={refetch} />
  return (
    <PageWithoutData title={texts.leads.title} trail={<Back />} error={error} onRetry={refetch} />
  )
}

interface LoadedProps {
  lead: Lead
  /** It could not be read again: what one sees may be old. */
  error: Error | null
  onRetry(): unknown
}

function Loaded({ lead, error, onRetry }: LoadedProps) {
  const { customerName, customerEmail, customerPhone } = lead
  const [isErasing, setIsErasing] = useState(false)
  return (
    <>
      <PageHeader
        title={customerName || customerEmail || customerPhone || texts.leads.nameless}
        trail={<Back />}
        actions={
          <Button icon="trash" onClick={() => setIsErasing(true)}>
            {erase.open}
          </Button>
        }
      />
      <div className="grid gap-4">
        {error && <ErrorState error={error} onRetry={onRetry} />}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <div className="grid gap-4">
            <LeftCard lead={lead} />
            <FactsCard lead={lead} />
          </div>
          <WhoGotIt lead={lead} />
        </div>
      </div>
      <EraseDialog lead={lead} open={isErasing} onOpenChange={setIsErasing} />
    </>
  )
}

function Back() {
  return <BackLink to="/leads">{detail.back}</BackLink>
}

function LeftCard({ lead }: { lead: Lead }) {
  return (
    <Card title={detail.left} weight="main">
      <Facts>
        <Fact name={detail.name}>
          <Given text={lead.customerName} />
        </Fact>
        <Fact name={detail.email}>
          <Email text={lead.customerEmail} unknown={detail.notGiven} />
        </Fact>
        <Fact name={detail.phone}>
          <Phone text={lead.customerPhone} unknown={detail.notGiven} />
        </Fact>
        <OwnFacts lead={lead} />
        <ConsentFact consent={lead.consent} />
      </Facts>
    </Card>
  )
}

function FactsCard({ lead }: { lead: Lead }) {
  const { id, chatbotId, conversationId, eventId, createdAt } = lead
  const { nameOf } = useChatbot()
  return (
    <Card title={detail.facts} weight="quiet">
      <Facts>
        <IdFact name={detail.conversation} id={conversationId} />
        <Fact name={detail.chatbot}>{nameOf(chatbotId)}</Fact>
        <Fact name={detail.leftAt}>
          <ExactTime at={createdAt} />
        </Fact>
        <WhereFacts lead={lead} />
        <Fact name={detail.event} wide>
          <Link to={`/events/${eventId}`} className="font-mono text-xs underline">
            {eventId}
          </Link>
        </Fact>
        <IdFact name={detail.id} id={id} />
      </Facts>
    </Card>
  )
}

/** The very text: who is asked what somebody agreed to has it at hand. */
function ConsentFact({ consent }: Pick<Lead, 'consent'>) {
  if (consent === null) {
    return (
      <Fact name={detail.consent}>
        <span className="text-soft">{detail.consentNotAsked}</span>
      </Fact>
    )
  }
  const { given, text, at, page } = consent
  return (
    <>
      <Fact name={detail.consent}>
        {given ? detail.consentGiven : detail.consentRefused} · <ExactTime at={at} />
      </Fact>
      <Fact name={detail.consentText} block>
        <blockquote className="border-l-2 border-line pl-3 whitespace-pre-wrap">{text}</blockquote>
      </Fact>
      <Fact name={detail.consentPage} wide>
        {page}
      </Fact>
    </>
  )
}

function Given({ text }: { text: string }) {
  return text === '' ? <span className="text-soft">{detail.notGiven}</span> : text
}
