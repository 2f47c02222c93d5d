/** What happened, as filters, templates and chat shapes see it: with the guide's names in every format. */
export interface SeenEvent {
  eventId: string
  /** Canonical: `lead.submit`, however it was subscribed. */
  eventType: string
  /** When it was accepted; Unix milliseconds. */
  eventTime: number
  chatbotId: string
  chatbotName: string
  /** `website` unless the caller said another. */
  channel: string
  /** Null: it is of no lead. */
  leadId: string | null
  payload: JsonValue
  /** Empty: the lead has no fields of its owner's, or it is no lead. */
  custom: Record<string, CustomValue>
  /** Null: nothing is known of the page; it is no lead. */
  context: LeadContext | null
  /** Null: none was asked for. */
  consent: ToldConsent | null
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [name: string]: JsonValue }

export type CustomValue = string | number | boolean

export interface LeadContext {
  /** Origin and path; the query only if the owner asks. */
  page: string
  title: string
  referrer: string
  utm: { source: string; medium: string; campaign: string; term: string; content: string }
  language: string
  timeZone: string
}

interface ToldConsent {
  given: boolean
  text: string
  /** ISO 8601, milliseconds, `Z`. */
  at: string
  page: string
}
