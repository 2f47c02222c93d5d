/** What both stores do alike when one event is sent to one webhook. */
import { LEAD_EVENT, LEAD_EVENT_SPELLINGS } from '../../event.ts'
import { ORDINAL_MAX, ordinalOf } from '../../id.ts'

/** After those that there are; of what was pruned an ordinal may come again. Null: there are too many. */
export function nextOrdinal(deliveryIds: readonly string[]): number | null {
  const next = 1 + Math.max(0, ...deliveryIds.map(ordinalOf))
  return next > ORDINAL_MAX ? null : next
}

/** As the webhook subscribed to it; one that did not gets the canonical one. */
export function spellingFor(eventType: string, subscribed: readonly string[]): string {
  if (eventType !== LEAD_EVENT) return eventType
  return LEAD_EVENT_SPELLINGS.find((spelling) => subscribed.includes(spelling)) ?? LEAD_EVENT
}
