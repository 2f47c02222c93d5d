/** What a lead looks like. */
import { z } from 'zod'
import { EXAMPLE_IDS, idField, isoTime } from './schemas.ts'

export const leadSchema = z
  .object({
    id: idField('lead'),
    chatbotId: idField('chatbot'),
    conversationId: z.string(),
    eventId: idField('event'),
    customerName: z.string(),
    customerEmail: z.string(),
    customerPhone: z.string(),
    createdAt: isoTime,
  })
  .meta({ id: 'Lead', description: 'What is unknown is `""`, never null.' })

export const LEAD_EXAMPLE: z.infer<typeof leadSchema> = {
  id: EXAMPLE_IDS.lead,
  chatbotId: EXAMPLE_IDS.chatbot,
  conversationId: EXAMPLE_IDS.conversation,
  eventId: EXAMPLE_IDS.event,
  customerName: 'Ann',
  customerEmail: 'ann@example.com',
  customerPhone: '+254700000000',
  createdAt: '2026-09-14T09:30:12.345Z',
}
