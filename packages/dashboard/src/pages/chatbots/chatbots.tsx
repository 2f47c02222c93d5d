/** The list, for operators; an owner has one chatbot and is led to it. */
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useNavigate } from 'react-router'
import { chatbotListQuery } from '../../api/chatbots.ts'
import type { Chatbot } from '../../api/schema.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { CreateChatbotDialog } from '../../app/create-chatbot-dialog.tsx'
import { useSession } from '../../app/session.tsx'
import { useCreating } from '../../app/use-creating.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { NothingMatches } from '../../ui/list-states.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Pagination, useCursor } from '../../ui/pagination.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useFilters } from '../../ui/use-filters.ts'

const { columns } = texts.chatbots
const FILTERS = ['q'] as const
/** One sees at a glance which is which. */
const FEW = 8

export default function Chatbots() {
  const { chatbotId } = useSession()
  if (chatbotId !== null) return <Navigate to={`/chatbots/${chatbotId}`} replace />
  return <All />
}

function All() {
  const navigate = useNavigate()
  const { isEmpty } = useChatbot()
  const creating = useCreating()
  const create = (
    <Button variant="primary" icon="plus" onClick={creating.open}>
      {texts.chatbots.create}
    </Button>
  )
  return (
    <>
      <PageHeader
        title={texts.chatbots.title}
        description={texts.chatbots.intro}
        actions={!isEmpty && create}
      />
      {isEmpty ? (
        <Card flush>
          <EmptyState icon="chatbots" title={texts.chatbots.emptyTitle} action={create}>
            {texts.chatbots.empty}
          </EmptyState>
        </Card>
      ) : (
        <List />
      )}
      <CreateChatbotDialog
        open={creating.isOpen}
        onOpenChange={(isOpen) => isOpen || creating.close()}
        // In place of the form, to which no way back leads.
        onCreated={({ id }) => void navigate(`/chatbots/${id}`, { replace: true })}
      />
    </>
  )
}

/** Page by page; a few need no search. */
function List() {
  const { chatbots } = useChatbot()
  const { filters, change, clear } = useFilters(FILTERS)
  const { q } = filters
  const { cursor, pagination } = useCursor()
  const found = useQuery(chatbotListQuery({ q, cursor }))
  return (
    <>
      {(chatbots.length > FEW || q !== null) && (
        <search className="mb-4 block max-w-sm">
          <SearchField
            label={texts.chatbots.search}
            placeholder={texts.chatbots.searchPlaceholder}
            value={q ?? ''}
            onSearch={(text) => change({ q: text }, { replace: true })}
          />
        </search>
      )}
      {found.error ? (
        <ErrorState error={found.error} onRetry={found.refetch} />
      ) : (
        <Card flush>
          {found.data === undefined ? (
            <SkeletonRows />
          ) : found.data.data.length === 0 ? (
            <NothingMatches onClear={clear} />
          ) : (
            <>
              <Table
                label={texts.chatbots.listLabel}
                rows={found.data.data}
                rowKey={({ id }) => id}
                columns={[NAME, ASKS, ORIGINS, CREATED]}
              />
              <Pagination pagination={pagination} nextCursor={found.data.nextCursor} />
            </>
          )}
        </Card>
      )}
    </>
  )
}

const NAME: Column<Chatbot> = {
  key: 'name',
  header: columns.name,
  cell: ({ id, name }) => (
    <Link to={`/chatbots/${id}`} className="block truncate font-medium hover:underline">
      {name}
    </Link>
  ),
}

const ASKS: Column<Chatbot> = {
  key: 'asks',
  header: columns.asks,
  width: 'w-56',
  cell: ({ leadForm }) => (
    <span className="block truncate">{leadForm.fields.map(({ label }) => label).join(', ')}</span>
  ),
}

const ORIGINS: Column<Chatbot> = {
  key: 'origins',
  header: columns.origins,
  width: 'w-56',
  cell: ({ allowedOrigins }) => {
    const [first] = allowedOrigins
    if (first === undefined) return <span className="text-soft">{texts.chatbots.noOrigins}</span>
    return (
      <span className="block truncate" title={allowedOrigins.join('\n')}>
        {allowedOrigins.length === 1
          ? new URL(first).host
          : texts.chatbots.origins(allowedOrigins.length)}
      </span>
    )
  },
}

const CREATED: Column<Chatbot> = {
  key: 'created',
  header: columns.created,
  width: 'w-36',
  align: 'end',
  cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
}
