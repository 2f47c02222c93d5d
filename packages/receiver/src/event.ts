/** A customer left a name, an email or a phone number. What is unknown is `""`. */
export interface LeadSubmitEvent {
  /** The spelling that the webhook subscribed with; both mean the same. */
  eventType: LeadEventType
  chatbotId: string
  payload: LeadPayload
}

/** Both spellings. */
export const LEAD_EVENT_TYPES = ['lead.submit', 'leads.submit'] as const

export type LeadEventType = (typeof LEAD_EVENT_TYPES)[number]

export interface LeadPayload {
  conversationId: string
  customerEmail: string
  customerName: string
  customerPhone: string
}

/**
 * The payload of each event type that we know. Add your own, and handlers know them:
 * `declare module '@chatzuri/webhooks' { interface EventPayloads { 'order.paid': { total: number } } }`
 */
export interface EventPayloads {
  'lead.submit': LeadPayload
  'leads.submit': LeadPayload
  'webhook.failing': WebhookNotice
  'webhook.resting': WebhookNotice
  'webhook.disabled': WebhookNotice
  'webhook.recovered': WebhookNotice
  'delivery.failed': DeliveryNotice
}

/** What happened to another webhook of the chatbot: at once, then once an hour at most. */
export type WebhookNotice = {
  webhookId: string
  /** Credentials are masked. */
  url: string
  state: 'active' | 'paused' | 'disabled'
  /** ISO 8601; of several, the first. */
  since: string
  /** For people. */
  explanation: string
  /** What can be done about it, for people. */
  cure: string
  /** The page of the webhook, or of the delivery. */
  link: string
  /** How often, since it was told last. */
  count: number
}

/** A delivery to another webhook was given up; of several, the last. */
export type DeliveryNotice = WebhookNotice & {
  deliveryId: string
  eventId: string
  eventType: string
}

/** Either spelling of the lead event may come to either key. */
export type KnownEvent<Type extends keyof EventPayloads> = Type extends LeadEventType
  ? LeadSubmitEvent
  : CustomEvent<Type, EventPayloads[Type]>

/** An event type of the chatbot owner's own: `CustomEvent<'order.paid', { orderId: string }>`. */
export interface CustomEvent<
  Type extends string = string,
  Payload extends object = Record<string, unknown>,
> {
  eventType: Type
  chatbotId: string
  payload: Payload
}

export type WebhookEvent = LeadSubmitEvent | CustomEvent

/** Whether the event is a lead, with all four fields in place. */
export function isLeadEvent(event: WebhookEvent): event is LeadSubmitEvent {
  return isLeadEventType(event.eventType) && hasLeadFields(event.payload)
}

export function isLeadEventType(eventType: string): eventType is LeadEventType {
  return LEAD_EVENT_TYPES.some((spelling) => spelling === eventType)
}

/** Null when the value isn't an event. Keys that a later version may add are let through. */
export function asEvent(value: unknown): WebhookEvent | null {
  if (!isObject(value)) return null
  const { eventType, chatbotId, payload } = value
  if (typeof eventType !== 'string' || typeof chatbotId !== 'string') return null
  if (!isObject(payload)) return null
  if (isLeadEventType(eventType) && !hasLeadFields(payload)) return null
  // The same object, so that nothing of what was signed is lost or reordered.
  return value as unknown as WebhookEvent
}

/** In the order in which we write them. */
export const LEAD_FIELDS = [
  'conversationId',
  'customerEmail',
  'customerName',
  'customerPhone',
] as const satisfies (keyof LeadPayload)[]

function hasLeadFields(payload: object): boolean {
  const fields: Partial<Record<keyof LeadPayload, unknown>> = payload
  return LEAD_FIELDS.every((name) => typeof fields[name] === 'string')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
