/**
 * The three bodies, of which a webhook has one: its format. `guide` is what it is if nobody chose;
 * `agent` and `event` are the guide's later forms. Whoever receives knows the format by the keys.
 */
export type Format = 'guide' | 'agent' | 'event'

/** A body in the guide's form. */
export interface GuideBody<
  Type extends string = string,
  Payload extends object = Record<string, unknown>,
> {
  eventType: Type
  chatbotId: string
  payload: Payload
}

/** A body in the form `agent`. */
export interface AgentBody<
  Type extends string = string,
  Payload extends object = Record<string, unknown>,
> {
  eventType: Type
  agentId: string
  /** Of a conversation's events only: `website`, `whatsapp`, … */
  channel?: string
  payload: Payload
}

/** A body in the form `event`. */
export interface EventBody<
  Type extends string = string,
  Data extends object = Record<string, unknown>,
> {
  event: Type
  /** When the event was accepted, not this attempt: ISO 8601 in whole seconds. */
  timestamp: string
  agent_id: string
  data: Data
}

/** A customer left a name, an email or a phone number. What is unknown is `""`. */
export interface LeadSubmitEvent extends GuideBody<LeadEventType, LeadPayload> {}
/** The same in the form `agent`, which has one spelling for the type. */
export interface AgentLeadEvent extends AgentBody<'lead.submit', LeadPayload> {}
/** The same in the form `event`. */
export interface EventLeadEvent extends EventBody<'lead.submit', LeadData> {}

/** Both spellings. The guide's form has that with which the webhook subscribed. */
export const LEAD_EVENT_TYPES = ['lead.submit', 'leads.submit'] as const

export type LeadEventType = (typeof LEAD_EVENT_TYPES)[number]

export interface LeadPayload extends LeadMore {
  conversationId: string
  customerEmail: string
  customerName: string
  customerPhone: string
}

/** A lead in the form `event`. */
export interface LeadData extends LeadMore {
  name: string
  email: string
  phone: string
  /** Where the lead came from: `website`, unless the one who brought it said another. */
  channel: string
}

/** What a webhook has asked for beside the four fields (`include`): each is there only if it did. */
export interface LeadMore {
  /** The chatbot owner's own fields, by name. */
  custom?: Record<string, string | number | boolean>
  context?: LeadContext
  /** Null: the form asked for none. */
  consent?: LeadConsent | null
}

/** Where the visitor was. What is unknown is `""`. */
export interface LeadContext {
  /** Origin and path; the query only if the owner asks for it. */
  page: string
  title: string
  referrer: string
  utm: { source: string; medium: string; campaign: string; term: string; content: string }
  language: string
  timeZone: string
}

export interface LeadConsent {
  given: boolean
  /** What was agreed to, as it was shown. */
  text: string
  /** ISO 8601. */
  at: string
  page: string
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

/** By type and format. Either spelling of the lead event may come to either key. */
export type KnownEvent<
  Type extends keyof EventPayloads,
  F extends Format = 'guide',
> = Type extends LeadEventType
  ? { guide: LeadSubmitEvent; agent: AgentLeadEvent; event: EventLeadEvent }[F]
  : BodyOf<F, Type, EventPayloads[Type]>

/** The body that a format has. */
type BodyOf<
  F extends Format,
  Type extends string = string,
  Payload extends object = Record<string, unknown>,
> = {
  guide: GuideBody<Type, Payload>
  agent: AgentBody<Type, Payload>
  event: EventBody<Type, Payload>
}[F]

/** An event type of the chatbot owner's own: `CustomEvent<'order.paid', { orderId: string }>`. */
export type CustomEvent<
  Type extends string = string,
  Payload extends object = Record<string, unknown>,
> = GuideBody<Type, Payload>

/** What comes, by format: `WebhookEvent` is any of the three, `WebhookEvent<'event'>` that one. */
export type WebhookEvent<F extends Format = Format> = KnownEvent<'lead.submit', F> | BodyOf<F>

/** Whether it is a lead with the guide's four fields in its `payload`: in the forms `guide` and `agent`. */
export function isLeadEvent(event: WebhookEvent): event is LeadSubmitEvent | AgentLeadEvent {
  return (
    'payload' in event &&
    isLeadEventType(event.eventType) &&
    lacks(event.payload, LEAD_FIELDS) === null
  )
}

/** The lead in whichever form it came, by the guide's names; null when it is no lead. `event` has no conversation: `""`. */
export function leadOf(event: WebhookEvent): LeadPayload | null {
  if (isLeadEvent(event)) return event.payload
  if (!isEventLead(event)) return null
  const { name, email, phone, channel: _, ...more } = event.data
  return {
    conversationId: '',
    customerEmail: email,
    customerName: name,
    customerPhone: phone,
    ...more,
  }
}

function isEventLead(event: WebhookEvent): event is EventLeadEvent {
  return 'data' in event && isLeadEventType(event.event) && lacks(event.data, DATA_FIELDS) === null
}

export function isLeadEventType(eventType: string): eventType is LeadEventType {
  return LEAD_EVENT_TYPES.some((spelling) => spelling === eventType)
}

/** What kind of event it is, in any form. */
export function typeOf(event: WebhookEvent): string {
  return 'eventType' in event ? event.eventType : event.event
}

type ReadEvent = { event: WebhookEvent; format: Format } | { fault: string }

/** The event, or what the value lacks. Keys that a later version may add are let through. */
export function readEvent(value: unknown): ReadEvent {
  if (!isObject(value) || Array.isArray(value)) return { fault: 'is no object' }
  // Own keys: what a program has put on Object.prototype is nothing that was sent.
  const has = (name: string) => Object.hasOwn(value, name)
  if (has('eventType') && has('event')) return { fault: 'has both eventType and event' }
  const format = has('event') ? 'event' : has('agentId') && !has('chatbotId') ? 'agent' : 'guide'
  const { texts, inner, leadFields } = FIELDS[format]
  const missing = lacks(value, texts)
  if (missing !== null) return { fault: `lacks ${missing}` }
  const held = value[inner]
  if (!isObject(held)) return { fault: `lacks ${inner}` }
  const isLead = isLeadEventType(String(value[texts[0]]))
  const unfilled = isLead ? lacks(held, leadFields) : null
  if (unfilled !== null) return { fault: `lacks ${inner}.${unfilled}` }
  // The same object, so that nothing of what was signed is lost or reordered.
  return { event: value as unknown as WebhookEvent, format }
}

/** In the order in which we write them. */
export const LEAD_FIELDS = [
  'conversationId',
  'customerEmail',
  'customerName',
  'customerPhone',
] as const satisfies (keyof LeadPayload)[]
export const DATA_FIELDS = [
  'name',
  'email',
  'phone',
  'channel',
] as const satisfies (keyof LeadData)[]

/** Of each form: its texts, the type first; what holds the rest, and what of that a lead has for certain. */
const FIELDS = {
  guide: { texts: ['eventType', 'chatbotId'], inner: 'payload', leadFields: LEAD_FIELDS },
  agent: { texts: ['eventType', 'agentId'], inner: 'payload', leadFields: LEAD_FIELDS },
  event: { texts: ['event', 'timestamp', 'agent_id'], inner: 'data', leadFields: DATA_FIELDS },
} as const

/** The first that is no text. */
function lacks(value: object, names: readonly string[]): string | null {
  const fields: Record<string, unknown> = { ...value }
  return names.find((name) => typeof fields[name] !== 'string') ?? null
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
