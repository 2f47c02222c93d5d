/** Every combination of what lists may be asked for: each must find its way through an index. */
import { DELIVERY_STATES } from '../../src/delivery.ts'
import { LEAD_STATES } from '../../src/lead.ts'
import type { ConversationFilter, DeliveryFilter, LeadFilter } from '../../src/store/desk.ts'

/** Of rows that exist and belong together. */
export interface FilterSample {
  chatbotId: string
  webhookId: string
  eventId: string
  deliveryId: string
  leadId: string
  eventType: string
  from: number
  to: number
}

export function allDeliveryFilters(sample: FilterSample): DeliveryFilter[] {
  const { chatbotId, webhookId, eventId, eventType } = sample
  // People are found before a list is asked for (searching/find-page.ts).
  const searched = [sample.leadId, sample.deliveryId, sample.eventId, sample.webhookId]
  return combine<DeliveryFilter>([
    [{}, { chatbotId }],
    [{}, { webhookId }],
    [{}, { eventId }],
    // The lead's own type is in no index, all others are.
    [{}, { eventType }, { eventType: 'lead.submit' }],
    [
      {},
      ...DELIVERY_STATES.map((state) => ({ states: [state] })),
      { states: ['exhausted', 'cancelled'] },
      { states: ['pending', 'delivered'] },
      { givenUp: true as const },
    ],
    spans(sample),
    [{}, ...searched.map((q) => ({ q }))],
  ])
}

export function allLeadFilters(sample: FilterSample): LeadFilter[] {
  const { chatbotId } = sample
  const searched = [sample.leadId, sample.eventId]
  return combine<LeadFilter>([
    [{}, { chatbotId }],
    spans(sample),
    [
      {},
      ...[...LEAD_STATES, 'none' as const].map((state) => ({ deliveryStates: [state] })),
      { deliveryStates: ['exhausted', 'retrying', 'pending'] },
      { deliveryStates: ['cancelled', 'delivered'] },
    ],
    [{}, ...searched.map((q) => ({ q }))],
  ])
}

export function allConversationFilters(sample: FilterSample): ConversationFilter[] {
  return spans(sample).map((span) => ({ chatbotId: sample.chatbotId, ...span }))
}

function spans({ from, to }: FilterSample): { from?: number; to?: number }[] {
  return [{}, { from, to }, { from }, { to }]
}

function combine<Filter>(choices: Partial<Filter>[][]): Filter[] {
  let all: Partial<Filter>[] = [{}]
  for (const choice of choices) {
    all = all.flatMap((filter) => choice.map((part) => ({ ...filter, ...part })))
  }
  return all as Filter[]
}
