/** How much of a commit a call of `accept` takes, so that others' calls need not wait long for it. */
import type { AcceptInput } from '../road.ts'

/**
 * What its rows cost besides its payload, as characters of one: 500 small events take a commit as
 * long as 1 MiB of payloads does.
 */
const EVENT_WEIGHT = 2_048
/** Of one commit, unless one call alone is more: 8 MiB of payloads are one, all or nothing. */
export const COMMIT_WEIGHT_MAX = 4 * 1024 * 1024

/** In characters. */
export function acceptWeight({ events }: AcceptInput): number {
  let weight = EVENT_WEIGHT * events.length
  for (const { payload } of events) weight += payload.length
  return weight
}

/** A single event is what somebody waits for; a batch may wait. */
export function isBulk({ events }: AcceptInput): boolean {
  return events.length > 1
}
