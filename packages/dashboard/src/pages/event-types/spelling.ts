export const LEAD_EVENT = 'lead.submit'

/** `*` or `order.*`. */
export function isWildcard(entry: string): boolean {
  return entry === '*' || entry.endsWith('.*')
}

/** Whether a webhook with these entries gets leads. */
export function takesLeads(entries: readonly string[]): boolean {
  const taking = [LEAD_EVENT, 'leads.submit', 'lead.*', 'leads.*', '*']
  return entries.some((entry) => taking.includes(entry))
}

/** The lead event has two spellings; a webhook may have subscribed with either. */
export function spellingOf(eventType: string): string {
  return eventType === 'leads.submit' ? 'lead.submit' : eventType
}
