/** The list: what visitors left, as it comes in. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { leadsQuery } from '../../api/leads.ts'
import type { Lead } from '../../api/schema.ts'
import { useChatbot, useChatbotInAddress } from '../../app/chatbot-choice.tsx'
import { formatDateTime } from '../../format/format.ts'
import { texts } from '../../texts/texts.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ChecksField } from '../../ui/checks-field.tsx'
import { DensityButton } from '../../ui/density.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { PauseButton } from '../../ui/live-list.tsx'
import { LiveTable } from '../../ui/live-table.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useCursor } from '../../ui/pagination.tsx'
import { RowLink } from '../../ui/row-link.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SpanFields } from '../../ui/span-fields.tsx'
import type { Column } from '../../ui/table.tsx'
import { TimeAgo } from '../../ui/time-ago.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { ChatbotField } from '../deliveries/delivery-filters.tsx'
import { Email, Phone } from './contact.tsx'
import { ExportButton } from './export-button.tsx'
import { LeadState } from './lead-state.tsx'

const { columns, filters: words } = texts.leads
const FILTERS = ['q', 'deliveryState', 'from', 'to'] as const

/** In the order of the API: the worst first. */
const LEAD_STATES = Object.entries(words.states)

export default function Leads() {
  const { chatbotId, chatbots, isLoading } = useChatbot()
  const { filters, activeCount, change, clear } = useFilters(FILTERS)
  useChatbotInAddress()
  const { cursor, pagination } = useCursor(chatbotId)
  const [isPaused, setIsPaused] = useState(false)
  const filter = { ...filters, chatbotId }
  const leads = useQuery({ ...leadsQuery({ ...filter, cursor }), enabled: !isLoading })
  const names = new Map(chatbots.map(({ id, name }) => [id, name]))
  const isOfMany = chatbotId === null && chatbots.length > 1
  const header = { title: texts.leads.title, description: texts.leads.intro }
  if (leads.data?.data.length === 0 && activeCount === 0 && cursor === null) {
    return (
      <>
        <PageHeader {...header} />
        <NoLead />
      </>
    )
  }
  return (
    <>
      <PageHeader
        {...header}
        actions={
          <>
            <ExportButton filter={filter} />
            <DensityButton />
            {cursor === null && <PauseButton isPaused={isPaused} onChange={setIsPaused} />}
          </>
        }
      />
      <FilterBar
        activeCount={activeCount}
        onClear={clear}
        search={
          <SearchField
            label={texts.deliveries.filters.search}
            placeholder={texts.deliveries.filters.searchPlaceholder}
            value={filters.q ?? ''}
            onSearch={(q) => change({ q }, { replace: true })}
          />
        }
      >
        <ChatbotField />
        <ChecksField
          label={words.became}
          none={words.anyBecame}
          values={filters.deliveryState?.split(',') ?? []}
          options={LEAD_STATES}
          onChange={(states) => change({ deliveryState: states.join(',') || null })}
        />
        <SpanFields label={words.left} from={filters.from} to={filters.to} onChange={change} />
      </FilterBar>
      <LiveTable
        // Another filter is another list: nothing of the one before is held.
        key={JSON.stringify([filter, cursor])}
        label={texts.leads.listLabel}
        list={leads}
        listBefore={(to) => leadsQuery({ ...filter, to })}
        columns={isOfMany ? [NAME, EMAIL, PHONE, chatbotColumn(names), SENT, LEFT] : COLUMNS}
        pagination={pagination}
        onClear={clear}
        isPaused={isPaused}
        onResume={() => setIsPaused(false)}
      />
    </>
  )
}

const NAME: Column<Lead> = {
  key: 'name',
  header: columns.name,
  cell: ({ id, customerName, customerEmail, createdAt }) => (
    <RowLink
      to={`/leads/${id}`}
      name={texts.leads.rowName(customerName, customerEmail, formatDateTime(createdAt))}
      title={texts.deliveries.row.acceptedAt(formatDateTime(createdAt))}
      className="block truncate"
    >
      {customerName || <span className="text-soft">{texts.leads.nameless}</span>}
    </RowLink>
  ),
}

const EMAIL: Column<Lead> = {
  key: 'email',
  header: columns.email,
  width: 'w-[20%]',
  isEmpty: ({ customerEmail }) => customerEmail === '',
  // Above the row's link, and no wider than what it says: beside it one clicks the row.
  cell: ({ customerEmail }) => (
    <div className="relative z-1 w-fit max-w-full">
      <Email text={customerEmail} unknown={texts.leads.unknown} inList />
    </div>
  ),
}

const PHONE: Column<Lead> = {
  key: 'phone',
  header: columns.phone,
  width: 'w-[15%]',
  isEmpty: ({ customerPhone }) => customerPhone === '',
  cell: ({ customerPhone }) => (
    <div className="relative z-1 w-fit max-w-full">
      <Phone text={customerPhone} unknown={texts.leads.unknown} inList />
    </div>
  ),
}

const SENT: Column<Lead> = {
  key: 'sent',
  header: columns.sent,
  width: 'w-[20%]',
  bare: true,
  cell: (lead) => <LeadState lead={lead} />,
}

const LEFT: Column<Lead> = {
  key: 'left',
  header: columns.left,
  width: 'w-34',
  align: 'end',
  cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
}

const COLUMNS = [NAME, EMAIL, PHONE, SENT, LEFT] as const

function chatbotColumn(names: ReadonlyMap<string, string>): Column<Lead> {
  return {
    key: 'chatbot',
    header: columns.chatbot,
    width: 'w-[12%]',
    cell: ({ chatbotId }) => <Clipped text={names.get(chatbotId) ?? chatbotId} />,
  }
}

function Clipped({ text }: { text: string }) {
  return (
    <span className="block truncate" title={text}>
      {text}
    </span>
  )
}

/** The widget is the way that needs no program; a chatbot's page has the line to paste. */
function NoLead() {
  const { chatbotId } = useChatbot()
  const { emptyTitle, empty, emptyAction, emptyByApi } = texts.leads
  return (
    <Card>
      <EmptyState
        icon="leads"
        title={emptyTitle}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            <ButtonLink
              variant="primary"
              to={chatbotId === null ? '/chatbots' : `/chatbots/${chatbotId}`}
            >
              {emptyAction}
            </ButtonLink>
            <ButtonLink icon="external" to="/docs" reloadDocument>
              {emptyByApi}
            </ButtonLink>
          </div>
        }
      >
        {empty}
      </EmptyState>
    </Card>
  )
}
