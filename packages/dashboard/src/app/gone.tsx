import type { Query } from '@tanstack/react-query'
import { ApiFailure } from '../api/api-failure.ts'
import { isGoing } from '../live/going.ts'
import { texts } from '../texts/texts.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'

const READ_EVERY_MS = 15_000
const words = texts.meanwhile.gone

interface GoneProps {
  /** Its page had this title. */
  title: string
  children: string
  trail: React.ReactNode
  /** In the audit log: who did it. */
  action?: 'webhook.deleted' | 'chatbot.deleted'
}

/** What was on the page is not there any more: somebody deleted it while the page was open. */
export function Gone({ title, children, trail, action }: GoneProps) {
  return (
    <>
      <PageHeader title={title} trail={trail} />
      <Card>
        <EmptyState
          icon="trash"
          title={words.title}
          action={
            action && <ButtonLink to={`/audit-log?action=${action}`}>{words.audit}</ButtonLink>
          }
        >
          {children}
        </EmptyState>
      </Card>
    </>
  )
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiFailure && error.statusCode === 404
}

/** For what the stream tells nothing of: read now and then, as long as it can be read. */
export const READ_NOW_AND_THEN = {
  refetchInterval: (query: Pick<Query, 'queryHash' | 'state'>) =>
    query.state.error || isGoing(query) ? false : READ_EVERY_MS,
}
