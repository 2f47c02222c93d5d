/** The list: every event on its way to every webhook, as it happens. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type DeliveryFilter, deliveriesQuery } from '../../api/deliveries.ts'
import type { Webhook } from '../../api/schema.ts'
import { webhookQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { useWebhooks } from '../../app/use-webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListError, NothingMatches } from '../../ui/list-states.tsx'
import { LiveList, PauseButton } from '../../ui/live-list.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Pagination, useCursor } from '../../ui/pagination.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { RecoverButton } from '../webhooks/recover-button.tsx'
import { deliveryColumns } from './delivery-columns.tsx'
import { DeliveryFilters, FILTERS } from './delivery-filters.tsx'

export default function Deliveries() {
  const bar = useFilters(FILTERS)
  const { cursor } = useCursor()
  const [isPaused, setIsPaused] = useState(false)
  const { webhooks, webhook } = useFilteredWebhooks(bar.filters.webhookId)
  return (
    <>
      <PageHeader
        title={texts.deliveries.title}
        description={texts.deliveries.intro}
        actions={
          <>
            {webhook && <RecoverButton webhook={webhook} />}
            {cursor === null && <PauseButton isPaused={isPaused} onChange={setIsPaused} />}
          </>
        }
      />
      <DeliveryFilters filters={bar} webhooks={webhooks} />
      <List
        filter={bar.filters}
        isFiltered={bar.activeCount > 0}
        onClear={bar.clear}
        webhooks={webhooks}
        isPaused={isPaused}
        onResume={() => setIsPaused(false)}
      />
    </>
  )
}

/** Those of the chosen chatbot, and the one that the address asks for, whosever it is. */
function useFilteredWebhooks(webhookId: string | null) {
  const { webhooks } = useWebhooks()
  const known = webhooks.find(({ id }) => id === webhookId)
  const other = useQuery({
    ...webhookQuery(webhookId ?? ''),
    enabled: webhookId !== null && known === undefined,
    retry: false,
  })
  if (webhookId === null) return { webhooks, webhook: null }
  const webhook = known ?? other.data ?? null
  return { webhooks: webhook && !known ? [...webhooks, webhook] : webhooks, webhook }
}

interface ListProps {
  filter: DeliveryFilter
  isFiltered: boolean
  onClear(): void
  webhooks: readonly Webhook[]
  isPaused: boolean
  onResume(): void
}

function List({ filter, isFiltered, onClear, webhooks, isPaused, onResume }: ListProps) {
  const { chatbotId } = useChatbot()
  const { cursor, pagination } = useCursor()
  // A webhook is of one chatbot: naming another as well would only ever find nothing.
  const whole = { ...filter, chatbotId: filter.webhookId ? null : chatbotId, cursor }
  const deliveries = useQuery(deliveriesQuery(whole))
  if (deliveries.error) {
    return (
      <Card flush>
        <ListError error={deliveries.error} onRetry={deliveries.refetch} onClear={onClear} />
      </Card>
    )
  }
  if (!deliveries.data) {
    return (
      <Card flush>
        <SkeletonRows rows={8} />
      </Card>
    )
  }
  const { data, nextCursor } = deliveries.data
  const urls = new Map(webhooks.map(({ id, url }) => [id, url]))
  return (
    <LiveList
      // Another filter is another list: nothing of the one before is held.
      key={JSON.stringify(whole)}
      latest={data}
      isFirstPage={pagination.isFirst}
      isPaused={isPaused}
      onResume={onResume}
    >
      {(rows) =>
        rows.length === 0 ? (
          isFiltered ? (
            <NothingMatches onClear={onClear} />
          ) : (
            <NoDelivery />
          )
        ) : (
          <>
            <Table
              label={texts.deliveries.listLabel}
              rows={rows}
              rowKey={({ id }) => id}
              columns={deliveryColumns(filter.webhookId ? null : urls)}
            />
            <Pagination pagination={pagination} nextCursor={nextCursor} />
          </>
        )
      }
    </LiveList>
  )
}

function NoDelivery() {
  const { emptyTitle, empty, emptyAction } = texts.deliveries
  return (
    <EmptyState
      icon="deliveries"
      title={emptyTitle}
      action={
        <ButtonLink variant="primary" to="/webhooks">
          {emptyAction}
        </ButtonLink>
      }
    >
      {empty}
    </EmptyState>
  )
}
