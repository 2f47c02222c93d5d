/** A lead as filters, templates and chat shapes see it. */
import type { SeenEvent } from '../src/wants/seen-event.ts'

export function seenLead(change: Partial<SeenEvent> = {}): SeenEvent {
  return {
    eventId: 'evt_1',
    eventType: 'lead.submit',
    eventTime: Date.UTC(2026, 3, 26, 8, 30, 14, 118),
    chatbotId: 'bot_1',
    chatbotName: 'Shop',
    channel: 'website',
    leadId: 'lead_1',
    payload: {
      conversationId: 'c1',
      customerEmail: 'ann@shop.example',
      customerName: 'Ann Lee',
      customerPhone: '',
    },
    custom: {},
    context: null,
    consent: null,
    ...change,
  }
}
