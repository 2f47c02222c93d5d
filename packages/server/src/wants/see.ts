/** An event as filters, templates and chat shapes see it, made of what is stored. */
import { canonicalEventType } from '../event.ts'
import { leadIdOf } from '../id.ts'
import { DEFAULT_CHANNEL, type LeadConsent, type LeadExtras } from '../lead.ts'
import { consentTold } from './formats.ts'
import type { JsonValue, SeenEvent } from './seen-event.ts'

interface Stored {
  eventId: string
  chatbotId: string
  chatbotName: string
  /** In any spelling. */
  eventType: string
  payload: JsonValue
  /** Unix milliseconds. */
  acceptedAt: number
  /** Null: it is no lead's. */
  lead: { consent: LeadConsent | null; extras: LeadExtras | null } | null
}

export function see({ eventType, acceptedAt, lead, ...stored }: Stored): SeenEvent {
  const { eventId, chatbotId, chatbotName, payload } = stored
  return {
    eventId,
    eventType: canonicalEventType(eventType),
    eventTime: acceptedAt,
    chatbotId,
    chatbotName,
    channel: lead?.extras?.channel ?? DEFAULT_CHANNEL,
    leadId: lead === null ? null : leadIdOf(eventId),
    payload,
    custom: lead?.extras?.custom ?? {},
    context: lead?.extras?.context ?? null,
    consent: consentTold(lead?.consent ?? null),
  }
}
