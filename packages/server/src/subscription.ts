/**
 * What a webhook subscribes to: types by their names, `*`, or `order.*`, which takes what begins so at any
 * depth. Of a webhook's entries one at most takes an event, since those that contain each other are refused.
 */
import { canonicalEventType, LEAD_EVENT, LEAD_EVENT_SPELLINGS } from './event.ts'
import { isReserved } from './notice.ts'

const EVERYTHING = '*'

export function isWildcard(entry: string): boolean {
  return entry === EVERYTHING || entry.endsWith('.*')
}

/** The entries that take events of this type, as they are kept: itself first, then from the longest on. */
export function entriesTaking(eventType: string): string[] {
  const canonical = canonicalEventType(eventType)
  // What is told of webhooks is asked for by name: it would go to who collects leads.
  if (isReserved(canonical)) return [canonical]
  const names = canonical === LEAD_EVENT ? LEAD_EVENT_SPELLINGS : [canonical]
  return [canonical, ...names.flatMap(wildcardsTaking), EVERYTHING]
}

function wildcardsTaking(eventType: string): string[] {
  const words = eventType.split('.').slice(0, -1)
  return words.map((_, index) => `${words.slice(0, words.length - index).join('.')}.*`)
}

/** As a webhook with these entries has it in its deliveries. Null: it does not subscribe to that type. */
export function spellingOf(eventType: string, entries: readonly string[]): string | null {
  const taking = entriesTaking(eventType)
  const entry = entries.find((each) => taking.includes(canonicalEventType(each)))
  return entry === undefined ? null : spelledBy(entry, eventType)
}

/** The one type that these take, as events have it. Null: they may take several. */
export function soleType([only, other]: readonly string[]): string | null {
  const isSole = only !== undefined && other === undefined && !isWildcard(only)
  return isSole ? canonicalEventType(only) : null
}

/** Of which an example is shown or sent where nobody says another. */
export function exampleType([first]: readonly string[]): string {
  return first === undefined || isWildcard(first) ? LEAD_EVENT : first
}

/** By the entry that takes it. */
export function spelledBy(entry: string, eventType: string): string {
  return isWildcard(entry) ? canonicalEventType(eventType) : entry
}

/** Whether some event could be taken by both. */
export function doOverlap(one: string, other: string): boolean {
  const taking = entriesTaking(LEAD_EVENT)
  const [first, second] = [canonicalEventType(one), canonicalEventType(other)]
  if (first === second || (taking.includes(first) && taking.includes(second))) return true
  return contains(first, second) || contains(second, first)
}

function contains(wildcard: string, entry: string): boolean {
  if (!isWildcard(wildcard) || isReserved(entry)) return false
  return entry.startsWith(wildcard.slice(0, -1))
}
