import { useQuery } from '@tanstack/react-query'
import type { Webhook } from '../../api/schema.ts'
import { eventTypesQuery } from '../../api/webhooks.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { webhookName } from '../../format/webhook-name.ts'
import { texts } from '../../texts/texts.ts'
import { ChecksField } from '../../ui/checks-field.tsx'
import { SelectField } from '../../ui/field.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { SpanFields } from '../../ui/span-fields.tsx'
import type { Filters } from '../../ui/use-filters.ts'

export const FILTERS = [
  'q',
  'webhookId',
  'eventType',
  'state',
  'givenUp',
  'status',
  'error',
  'from',
  'to',
] as const
type FilterName = (typeof FILTERS)[number]

/** No state of its own: of those that were exhausted, what needs somebody. */
const GIVEN_UP = 'givenUp'
const words = texts.deliveries.filters

interface DeliveryFiltersProps {
  filters: Filters<FilterName>
  webhooks: readonly Webhook[]
}

export function DeliveryFilters({ filters: bar, webhooks }: DeliveryFiltersProps) {
  const { filters, activeCount, change, clear } = bar
  return (
    <FilterBar
      activeCount={activeCount}
      onClear={clear}
      search={
        <SearchField
          label={words.search}
          placeholder={words.searchPlaceholder}
          value={filters.q ?? ''}
          onSearch={(q) => change({ q }, { replace: true })}
        />
      }
    >
      <ChatbotField />
      <Choice
        label={words.webhook}
        none={words.anyWebhook}
        value={filters.webhookId}
        options={webhooks.map((webhook) => [
          webhook.id,
          webhookName(webhook).replace(/^https?:\/\//, ''),
        ])}
        onChange={(webhookId) => change({ webhookId })}
      />
      <EventTypeField
        webhooks={webhooks}
        value={filters.eventType}
        onChange={(eventType) => change({ eventType })}
      />
      <ChecksField
        label={words.state}
        none={words.anyState}
        values={filters.givenUp ? [GIVEN_UP] : (filters.state?.split(',') ?? [])}
        options={[...Object.entries(words.states), [GIVEN_UP, words.givenUp]]}
        onChange={(values) => change(statesChosen(values, filters.givenUp !== null))}
      />
      <Choice
        label={words.status}
        none={words.anyStatus}
        value={filters.status}
        options={Object.entries(words.statuses)}
        onChange={(status) => change({ status })}
      />
      {/* What a count of errors leads here with: it can be taken away, but not chosen. */}
      {filters.error !== null && (
        <Choice
          label={words.error}
          none={words.anyError}
          value={filters.error}
          options={[]}
          onChange={(error) => change({ error })}
        />
      )}
      <SpanFields label={words.accepted} from={filters.from} to={filters.to} onChange={change} />
    </FilterBar>
  )
}

/** What was given up is a list of its own: another state ends it, and it ends the others. */
function statesChosen(values: readonly string[], wasGivenUp: boolean) {
  if (values.includes(GIVEN_UP) && !wasGivenUp) return { state: null, givenUp: 'true' }
  const states = values.filter((value) => value !== GIVEN_UP)
  return { state: states.join(',') || null, givenUp: null }
}

/** The same choice as in the side bar, where an operator looks for it among the filters. */
export function ChatbotField() {
  const { chatbotId, chatbots, choose } = useChatbot()
  if (chatbots.length < 2) return null
  return (
    <Choice
      label={words.chatbot}
      none={words.anyChatbot}
      value={chatbotId}
      options={chatbots.map(({ id, name }) => [id, name])}
      onChange={choose}
    />
  )
}

interface ChoiceProps {
  label: string
  /** What it says when nothing is chosen. */
  none: string
  value: string | null
  options: (readonly [value: string, label: string])[]
  onChange(value: string | null): void
}

function Choice({ label, none, value, options, onChange }: ChoiceProps) {
  // A link may ask for what is no choice any more: it is shown, not silently dropped.
  const isKnown = value === null || options.some(([known]) => known === value)
  return (
    <SelectField
      label={label}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || null)}
    >
      <option value="">{none}</option>
      {!isKnown && <option value={value}>{value}</option>}
      {options.map(([known, shown]) => (
        <option key={known} value={known}>
          {shown}
        </option>
      ))}
    </SelectField>
  )
}

interface EventTypeFieldProps {
  webhooks: readonly Webhook[]
  value: string | null
  onChange(value: string | null): void
}

/** As webhooks spell them: a delivery has the spelling that its webhook subscribed with. */
function EventTypeField({ webhooks, value, onChange }: EventTypeFieldProps) {
  const { data: known = [] } = useQuery(eventTypesQuery)
  const names = new Set([
    ...known.map(({ name }) => name),
    ...webhooks.flatMap(({ eventTypes }) => eventTypes),
  ])
  return (
    <Choice
      label={words.eventType}
      none={words.anyEventType}
      value={value}
      options={[...names].sort().map((name) => [name, name])}
      onChange={onChange}
    />
  )
}
