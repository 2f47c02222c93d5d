/**
 * What a visitor left with a chatbot. Fields are always strings: unknown is `""`, never null,
 * because receivers in the wild call string methods on them (wire-format, Body, 3).
 */
export interface Lead {
  id: string
  chatbotId: string
  conversationId: string
  eventId: string
  customerName: string
  customerEmail: string
  customerPhone: string
  createdAt: number
}

export interface LeadPayload {
  conversationId: string
  customerEmail: string
  customerName: string
  customerPhone: string
}

/** The payload in the guide's order of keys, as the text that is stored and sent. */
export function leadPayloadText(lead: LeadPayload): string {
  const { conversationId, customerEmail, customerName, customerPhone } = lead
  return JSON.stringify({ conversationId, customerEmail, customerName, customerPhone })
}
