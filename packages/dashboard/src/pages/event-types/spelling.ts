/** The lead event has two spellings; a webhook may have subscribed with either. */
export function spellingOf(eventType: string): string {
  return eventType === 'leads.submit' ? 'lead.submit' : eventType
}
