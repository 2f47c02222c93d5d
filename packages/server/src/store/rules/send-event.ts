/** What both stores do alike when one event is sent to one webhook. */
import { ORDINAL_MAX, ordinalOf } from '../../id.ts'

/** After those that there are; of what was pruned an ordinal may come again. Null: there are too many. */
export function nextOrdinal(deliveryIds: readonly string[]): number | null {
  const next = 1 + Math.max(0, ...deliveryIds.map(ordinalOf))
  return next > ORDINAL_MAX ? null : next
}
