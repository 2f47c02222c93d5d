/** The fields of the payloads that are known, as formats.md settles them: a text, or something else. */
type Fields = Readonly<Record<string, 'text' | 'other'>>

const LEAD: Fields = {
  conversationId: 'text',
  customerEmail: 'text',
  customerName: 'text',
  customerPhone: 'text',
}
const WEBHOOK: Fields = {
  webhookId: 'text',
  url: 'text',
  state: 'text',
  since: 'text',
  explanation: 'text',
  cure: 'text',
  link: 'text',
  count: 'other',
}

const KNOWN: Readonly<Record<string, Fields>> = {
  'lead.submit': LEAD,
  'leads.submit': LEAD,
  'webhook.failing': WEBHOOK,
  'webhook.resting': WEBHOOK,
  'webhook.disabled': WEBHOOK,
  'webhook.recovered': WEBHOOK,
  'delivery.failed': { ...WEBHOOK, deliveryId: 'text', eventId: 'text', eventType: 'text' },
}

/** Null: a published type, or a wildcard: anybody may put anything into it. */
export function payloadFieldsOf(eventType: string): Fields | null {
  return Object.hasOwn(KNOWN, eventType) ? (KNOWN[eventType] ?? null) : null
}
