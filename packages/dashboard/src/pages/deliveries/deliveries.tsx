/** The list: every event on its way to every webhook, as it happens. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deliveriesQuery } from '../../api/deliveries.ts'
import type { Delivery } from '../../api/schema.ts'
import { webhookQuery } from '../../api/webhooks.ts'
import { useChatbot, useChatbotInAddress } from '../../app/chatbot-choice.tsx'
import { useWebhooks } from '../../app/use-webhooks.ts'
import { texts } from '../../texts/texts.ts'
import { BulkLines } from '../../ui/bulk-lines.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { DensityButton } from '../../ui/density.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PauseButton } from '../../ui/live-list.tsx'
import { LiveTable } from '../../ui/live-table.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useCursor } from '../../ui/pagination.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { useSelection } from '../../ui/use-selection.ts'
import { RecoverButton } from '../webhooks/recover-button.tsx'
import { deliveryColumns, nameOfRow } from './delivery-columns.tsx'
import { DeliveryFilters, FILTERS } from './delivery-filters.tsx'
import { type ListFilter, ManyDeliveries } from './many-deliveries.tsx'

export default function Deliveries() {
  const { chatbotId, isLoading } = useChatbot()
  const bar = useFilters(FILTERS)
  useChatbotInAddress()
  const { cursor, pagination } = useCursor(chatbotId)
  const [isPaused, setIsPaused] = useState(false)
  const { webhooks, webhook } = useFilteredWebhooks(bar.filters.webhookId)
  // A webhook is of one chatbot: naming another as well would only ever find nothing.
  const filter = { ...bar.filters, chatbotId: bar.filters.webhookId ? null : chatbotId, cursor }
  const deliveries = useQuery({ ...deliveriesQuery(filter), enabled: !isLoading })
  const header = { title: texts.deliveries.title, description: texts.deliveries.intro }
  if (deliveries.data?.data.length === 0 && bar.activeCount === 0 && cursor === null) {
    return (
      <>
        <PageHeader {...header} />
        <NoDelivery hasWebhook={webhooks.length > 0} />
      </>
    )
  }
  return (
    <>
      <PageHeader
        {...header}
        actions={
          <>
            {webhook && <RecoverButton webhook={webhook} />}
            <DensityButton />
            {cursor === null && <PauseButton isPaused={isPaused} onChange={setIsPaused} />}
          </>
        }
      />
      <DeliveryFilters filters={bar} webhooks={webhooks} />
      <BulkLines chatbotId={chatbotId} />
      <List
        // Another filter is another list: nothing of the one before is held, or ticked.
        key={JSON.stringify(filter)}
        list={deliveries}
        filter={filter}
        isFiltered={bar.activeCount > 0}
        pagination={pagination}
        onClear={bar.clear}
        isPaused={isPaused}
        onResume={() => setIsPaused(false)}
      />
    </>
  )
}

type LiveTableProps = Parameters<typeof LiveTable<Delivery>>[0]

interface ListProps
  extends Pick<LiveTableProps, 'list' | 'pagination' | 'onClear' | 'isPaused' | 'onResume'> {
  filter: ListFilter
  isFiltered: boolean
}

function List({ filter, isFiltered, ...table }: ListProps) {
  const selection = useSelection<Delivery>()
  const { cursor: _, givenUp, ...narrowing } = filter
  return (
    <>
      <LiveTable
        {...table}
        label={texts.deliveries.listLabel}
        listBefore={(to) => deliveriesQuery({ ...filter, to })}
        columns={deliveryColumns(Boolean(filter.webhookId))}
        choice={{ selection, nameOf: nameOfRow }}
      />
      <ManyDeliveries selection={selection} filter={isFiltered && !givenUp ? narrowing : null} />
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

function NoDelivery({ hasWebhook }: { hasWebhook: boolean }) {
  const { emptyTitle, empty, emptyAction, noWebhook, noWebhookAction } = texts.deliveries
  return (
    <Card>
      <EmptyState
        icon="deliveries"
        title={emptyTitle}
        action={
          <ButtonLink variant="primary" to={hasWebhook ? '/webhooks' : '/webhooks?create'}>
            {hasWebhook ? emptyAction : noWebhookAction}
          </ButtonLink>
        }
      >
        {hasWebhook ? empty : noWebhook}
      </EmptyState>
    </Card>
  )
}
