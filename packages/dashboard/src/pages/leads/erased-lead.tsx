import { useQuery } from '@tanstack/react-query'
import { erasureQuery } from '../../api/leads.ts'
import { NotFound } from '../../app/not-found.tsx'
import { texts } from '../../texts/texts.ts'
import { BackLink } from '../../ui/back-link.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PageWithoutData } from '../../ui/page-without-data.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'

const { erased, detail } = texts.leads

interface ErasedLeadProps {
  id: string
  /** Known to whoever had the page open when it was erased. */
  eventId: string | null
}

/** There is no such lead: it was erased, which is remembered, or it never was. */
export function ErasedLead({ id, eventId }: ErasedLeadProps) {
  const erasure = useQuery(erasureQuery(id))
  const trail = <BackLink to="/leads">{detail.back}</BackLink>
  const found = erasure.data === 'too_many' ? null : erasure.data
  const knownEventId = eventId ?? found?.eventId ?? null
  if (erasure.data === null && eventId === null) return <NotFound />
  if (erasure.data === 'too_many' && eventId === null) {
    return (
      <>
        <PageHeader title={erased.notHere} trail={trail} />
        <Notice tone="info" title={erased.tooMany} />
      </>
    )
  }
  if (knownEventId === null) {
    return (
      <PageWithoutData
        title={texts.leads.title}
        trail={trail}
        error={erasure.error}
        onRetry={erasure.refetch}
      />
    )
  }
  return (
    <>
      <PageHeader title={erased.title} trail={trail} />
      <Notice
        tone="info"
        title={erased.body}
        actions={
          <ButtonLink size="sm" to={`/events/${knownEventId}`}>
            {erased.event}
          </ButtonLink>
        }
      >
        <p>{erased.receivers}</p>
        {found && (
          <p className="mt-1 text-soft">
            {erased.when} <ExactTime at={found.erasedAt} />, {erased.reasons[found.reason]}.
          </p>
        )}
      </Notice>
    </>
  )
}
