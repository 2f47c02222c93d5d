/** The list: where events go, and whether they arrive there. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Webhook } from '../../api/schema.ts'
import { webhookStatsQuery } from '../../api/webhook-health.ts'
import { WEBHOOKS_PAGE, webhookListQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { CreateChatbotDialog } from '../../app/create-chatbot-dialog.tsx'
import { useCreating } from '../../app/use-creating.ts'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Pagination, useCursor } from '../../ui/pagination.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { WebhookBadge } from '../../ui/status-badge.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { CreateWebhookDialog } from './create-webhook-dialog.tsx'
import { statsColumns } from './stats-columns.tsx'

const { columns } = texts.webhooks

export default function Webhooks() {
  const { chatbots, isLoading } = useChatbot()
  const creating = useCreating()
  const canCreate = chatbots.length > 0
  const create = (
    <Button variant="primary" icon="plus" onClick={creating.open}>
      {texts.webhooks.create}
    </Button>
  )
  return (
    <>
      <PageHeader
        title={texts.webhooks.title}
        description={texts.webhooks.intro}
        actions={canCreate && create}
      />
      <Card flush>{!isLoading && !canCreate ? <NeedsChatbot /> : <List create={create} />}</Card>
      {canCreate && <CreateWebhookDialog creating={creating} />}
    </>
  )
}

function List({ create }: { create: React.ReactNode }) {
  const { chatbotId, chatbots, isLoading } = useChatbot()
  const { cursor, pagination } = useCursor(chatbotId)
  const list = useQuery({ ...webhookListQuery({ chatbotId, cursor }), enabled: !isLoading })
  // Beside the list, never before it: where it fails, the list is there all the same.
  const stats = useQuery({
    ...webhookStatsQuery({ chatbotId, cursor, limit: WEBHOOKS_PAGE }),
    enabled: !isLoading,
  })
  const { data, error, refetch } = list
  if (error) {
    return (
      <div className="p-4">
        <ErrorState error={error} onRetry={refetch} />
      </div>
    )
  }
  if (!data) return <SkeletonRows />
  if (data.data.length === 0 && cursor === null) {
    return (
      <EmptyState icon="webhooks" title={texts.webhooks.emptyTitle} action={create}>
        {texts.webhooks.empty}
      </EmptyState>
    )
  }
  const names = new Map(chatbots.map(({ id, name }) => [id, name]))
  return (
    <>
      <Table
        label={texts.webhooks.listLabel}
        rows={data.data}
        rowKey={({ id }) => id}
        columns={
          chatbotId === null
            ? [ENDPOINT, STATE, chatbotColumn(names), ...statsColumns(stats.data), LAST_SUCCESS]
            : [ENDPOINT, STATE, EVENTS, ...statsColumns(stats.data), LAST_SUCCESS]
        }
      />
      <Pagination pagination={pagination} nextCursor={data.nextCursor} />
    </>
  )
}

const ENDPOINT: Column<Webhook> = {
  key: 'url',
  header: columns.url,
  cell: ({ id, kind, url, description }) => (
    <div className="min-w-0 xl:flex xl:items-baseline xl:gap-2.5">
      {/* Breaks that are offered and hidden are spaces in a name that is put together from parts. */}
      <Link
        to={`/webhooks/${id}`}
        aria-label={webhookName({ kind, url })}
        className="clipped font-medium hover:underline xl:max-w-3/4 xl:shrink-0"
      >
        <Breakable text={webhookName({ kind, url })} />
      </Link>
      {description && <p className="clipped text-soft xl:min-w-0">{description}</p>}
    </div>
  ),
}

const STATE: Column<Webhook> = {
  key: 'state',
  header: columns.state,
  width: 'w-28 xl:w-32',
  bare: true,
  cell: (webhook) => <WebhookBadge webhook={webhook} />,
}

const EVENTS: Column<Webhook> = {
  key: 'events',
  header: columns.events,
  width: 'w-[16%]',
  cell: ({ eventTypes }) => (
    <span className="block truncate font-mono text-xs" title={eventTypes.join('\n')}>
      {eventTypes.slice(0, 2).join(', ')}
      {eventTypes.length > 2 && ` +${eventTypes.length - 2}`}
    </span>
  ),
}

const LAST_SUCCESS: Column<Webhook> = {
  key: 'lastSuccess',
  header: columns.lastSuccess,
  width: 'w-34 xl:w-36',
  align: 'end',
  cell: ({ health }) => <TimeAgo at={health.lastSuccessAt} />,
}

function chatbotColumn(names: ReadonlyMap<string, string>): Column<Webhook> {
  return {
    key: 'chatbot',
    header: columns.chatbot,
    width: 'w-[14%]',
    cell: ({ chatbotId }) => (
      <span className="block truncate">{names.get(chatbotId) ?? chatbotId}</span>
    ),
  }
}

function NeedsChatbot() {
  const [creating, setCreating] = useState(false)
  return (
    <>
      <EmptyState
        icon="chatbots"
        title={texts.webhooks.emptyTitle}
        action={
          <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
            {texts.chatbots.create}
          </Button>
        }
      >
        {texts.webhooks.needChatbot}
      </EmptyState>
      <CreateChatbotDialog open={creating} onOpenChange={setCreating} />
    </>
  )
}
