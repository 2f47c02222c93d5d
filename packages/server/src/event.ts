/** What happened. Immutable: type, chatbot and payload are fixed when it is accepted. */
export interface Event {
  id: string
  chatbotId: string
  /** Canonical: the lead event is always `lead.submit` here. */
  eventType: string
  /** The payload as the JSON text that is sent: a fixed point of JavaScript's JSON. */
  payload: string
  createdAt: number
}

export const LEAD_EVENT = 'lead.submit'
/** The guide's list says `lead.submit`, its example `leads.submit`; receivers insist on either. */
export const LEAD_EVENT_SPELLINGS: readonly string[] = [LEAD_EVENT, 'leads.submit']

/** Words joined by dots, told apart by case; one word does (`ADD_MESSAGE`). */
export const EVENT_TYPE_PATTERN = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/
export const EVENT_TYPE_LENGTH_MAX = 100

/** A delivered body is smaller than 100 KiB: Express's default limit (wire-format, Body, 5). */
export const BODY_BYTES_MAX = 100 * 1024 - 1

export function canonicalEventType(spelling: string): string {
  return LEAD_EVENT_SPELLINGS.includes(spelling) ? LEAD_EVENT : spelling
}

/** The very text that is hashed and sent: three keys in this order and nothing else. */
export function bodyText(event: { eventType: string; chatbotId: string; payload: string }): string {
  return `{"eventType":${JSON.stringify(event.eventType)},"chatbotId":${JSON.stringify(event.chatbotId)},"payload":${event.payload}}`
}
