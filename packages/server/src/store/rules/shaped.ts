/** What makes the bytes of a body that has another form than the guide's, as both stores keep it. */
import type { LeadConsent, LeadExtras } from '../../lead.ts'
import type { Shaped } from '../road.ts'

/** What bodies look like (wants/shape.ts), shared by many deliveries. */
export interface ShapeRow {
  id: string
  body: string
  touched_at: number
}

/** An event that a webhook's filter kept back. */
export interface KeptBackRow {
  event_id: string
  webhook_id: string
  /** Without a word of the event. */
  reason: string
}

export function extrasText(extras: LeadExtras | null): string | null {
  return extras === null ? null : JSON.stringify(extras)
}

export function consentText(consent: LeadConsent | null): string | null {
  return consent === null ? null : JSON.stringify(consent)
}

export interface ShapedRow {
  /** Of its shape. */
  body: string
  /** Null: its event is no lead's. */
  lead_id: string | null
  extras: string | null
  consent: string | null
  accepted_at: number | null
}

export function toShaped({ body, lead_id, extras, consent, accepted_at }: ShapedRow): Shaped {
  const lead = {
    extras: extras === null ? null : (JSON.parse(extras) as LeadExtras), // by extrasText
    consent: consent === null ? null : (JSON.parse(consent) as LeadConsent), // by consentText
  }
  return { shape: body, acceptedAt: accepted_at ?? 0, lead: lead_id === null ? null : lead }
}
