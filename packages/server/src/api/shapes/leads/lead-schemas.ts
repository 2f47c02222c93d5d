/** What a lead looks like. */
import { z } from 'zod'
import { LEAD_STATES } from '../../../lead.ts'
import { EXAMPLE_IDS, idField, isoTime } from '../schemas.ts'
import { shownExtras } from './lead-extras.ts'

const consentSchema = z
  .object({
    given: z.boolean(),
    text: z.string().meta({ description: 'What the form asked at that moment, to the letter.' }),
    at: isoTime.meta({ description: "When the answer arrived, by the server's clock." }),
    page: z.string().meta({ description: "The visitor's page: origin and path." }),
  })
  .meta({ id: 'Consent', description: 'What a visitor was asked to agree to, and said.' })

const count = z.int().min(0)

const deliveriesSchema = z
  .object({
    state: z.enum(LEAD_STATES).nullable().meta({
      description:
        'What to look at first: of its deliveries the one in the worst state. `retrying`: an attempt has failed, the next one waits for its time. Null: no delivery is known, since no webhook subscribed or RETENTION has deleted them.',
    }),
    pending: count.meta({ description: 'With those that are being retried.' }),
    retrying: count,
    delivered: count.meta({ description: 'With those that are doubted.' }),
    doubted: count.meta({
      description: 'Taken by what seems to be nobody who takes events, such as a web page.',
    }),
    exhausted: count,
    parked: count,
    cancelled: count,
  })
  .meta({ id: 'LeadDeliveries', description: 'How many deliveries of a lead are in which state.' })

export const leadSchema = z
  .object({
    id: idField('lead'),
    chatbotId: idField('chatbot'),
    conversationId: z.string(),
    eventId: idField('event'),
    customerName: z.string(),
    customerEmail: z.string(),
    customerPhone: z.string(),
    deliveries: deliveriesSchema,
    consent: consentSchema.nullable().meta({ description: 'Null: nothing was asked for.' }),
    ...shownExtras,
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
  deliveries: {
    state: 'delivered',
    pending: 0,
    retrying: 0,
    delivered: 1,
    doubted: 0,
    exhausted: 0,
    parked: 0,
    cancelled: 0,
  },
  consent: {
    given: true,
    text: 'You may store my details to answer me.',
    at: '2026-09-14T09:30:12.340Z',
    page: 'https://shop.example/contact',
  },
  channel: 'website',
  custom: { company: 'Example Ltd' },
  context: {
    page: 'https://shop.example/pricing',
    title: 'Pricing',
    referrer: '',
    utm: { source: 'newsletter', medium: 'email', campaign: '', term: '', content: '' },
    language: 'en-GB',
    timeZone: 'Africa/Nairobi',
  },
  createdAt: '2026-09-14T09:30:12.345Z',
}
