/** Who did what to what. */
import { useQuery } from '@tanstack/react-query'
import { auditLogQuery } from '../../api/audit-log.ts'
import type { AuditEntry } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Pagination, useCursor } from '../../ui/pagination.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { EntrySentence } from './entry-sentence.tsx'
import { Filters } from './filters.tsx'
import { type Filter, isEmptySpan, spanOf, useFilter } from './use-filter.ts'

const { columns } = texts.auditLog

export default function AuditLogPage() {
  const filtering = useFilter()
  return (
    <>
      <PageHeader title={texts.auditLog.title} description={texts.auditLog.intro} />
      <div className="grid gap-4">
        <Filters {...filtering} />
        {!isEmptySpan(filtering.filter) && (
          <List filter={filtering.filter} isFiltered={filtering.isFiltered} />
        )}
      </div>
    </>
  )
}

function List({ filter, isFiltered }: { filter: Filter; isFiltered: boolean }) {
  const { chatbotId, isLoading } = useChatbot()
  const { cursor, pagination } = useCursor(chatbotId)
  const { action, actor } = filter
  const found = useQuery({
    ...auditLogQuery({ chatbotId, action, actor, ...spanOf(filter), cursor }),
    // Of which chatbot is known a moment later; a cursor is of that one only.
    enabled: !isLoading,
  })
  if (found.error) return <ErrorState error={found.error} onRetry={found.refetch} />
  if (!found.data) {
    return (
      <Card flush>
        <SkeletonRows />
      </Card>
    )
  }
  const { emptyTitle, empty, noneTitle, none } = texts.auditLog
  return (
    <Card flush>
      {found.data.data.length === 0 ? (
        <EmptyState icon="audit" title={isFiltered ? noneTitle : emptyTitle}>
          {isFiltered ? none : empty}
        </EmptyState>
      ) : (
        <Table
          label={texts.auditLog.listLabel}
          rows={found.data.data}
          rowKey={({ id }) => id}
          columns={chatbotId === null ? [WHAT, CHATBOT, ADDRESS, AT] : [WHAT, ADDRESS, AT]}
        />
      )}
      <Pagination pagination={pagination} nextCursor={found.data.nextCursor} />
    </Card>
  )
}

const WHAT: Column<AuditEntry> = {
  key: 'what',
  header: columns.what,
  cell: (entry) => <EntrySentence entry={entry} />,
}

const CHATBOT: Column<AuditEntry> = {
  key: 'chatbot',
  header: columns.chatbot,
  width: 'w-36',
  cell: ({ chatbotId }) => <ChatbotName chatbotId={chatbotId} />,
}

function ChatbotName({ chatbotId }: { chatbotId: string | null }) {
  const { chatbots } = useChatbot()
  const name = chatbots.find(({ id }) => id === chatbotId)?.name
  return <span className="block truncate">{name ?? '–'}</span>
}

const ADDRESS: Column<AuditEntry> = {
  key: 'address',
  header: columns.address,
  width: 'w-32',
  cell: ({ address }) => <span className="block truncate font-mono text-xs">{address}</span>,
}

const AT: Column<AuditEntry> = {
  key: 'at',
  header: columns.at,
  width: 'w-36',
  align: 'end',
  cell: ({ at }) => <TimeAgo at={at} />,
}
