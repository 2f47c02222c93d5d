/**
 * The body in the guide's form and in its two later ones (formats.md), to the byte. Texts are spliced,
 * not parsed: a stored payload is a fixed point of JSON already.
 */
import { bodyText, LEAD_EVENT } from '../event.ts'
import type { LeadConsent, LeadExtras, LeadPayload } from '../lead.ts'
import type { Include } from './shape.ts'

/** An event, with what a lead brings. */
export interface Told {
  /** As it goes into the body. */
  eventType: string
  chatbotId: string
  /** JSON text. */
  payload: string
  /** Unix milliseconds. */
  acceptedAt: number
  /** Null: it is no lead's. */
  lead: { extras: LeadExtras | null; consent: LeadConsent | null } | null
}

export type FormatOfGuide = 'guide' | 'agent' | 'event'

export function formatBody(format: FormatOfGuide, told: Told, include: readonly Include[]): string {
  if (format === 'guide') return bodyText({ ...told, payload: withMore(told, include) })
  const type = told.lead === null ? told.eventType : LEAD_EVENT
  const agent = JSON.stringify(told.chatbotId)
  if (format === 'agent') {
    return `{"eventType":${JSON.stringify(type)},"agentId":${agent},"payload":${withMore(told, include)}}`
  }
  const at = JSON.stringify(wholeSeconds(told.acceptedAt))
  const data = told.lead === null ? told.payload : leadData(told, include)
  return `{"event":${JSON.stringify(type)},"timestamp":${at},"agent_id":${agent},"data":${data}}`
}

/**
 * UTF-8 bytes of the largest body that any of the three can be of it, with all that `include` can add:
 * an event is measured once, whoever subscribes.
 */
export function largestBodyBytes(told: Told): number {
  const all: Include[] = ['custom', 'context', 'consent']
  // The lead event's other spelling is one letter longer.
  const guide = { ...told, eventType: told.lead === null ? told.eventType : 'leads.submit' }
  const bodies = [formatBody('guide', guide, all), formatBody('event', told, all)]
  return Math.max(...bodies.map((body) => Buffer.byteLength(body)))
}

function leadData(told: Told, include: readonly Include[]): string {
  const payload = JSON.parse(told.payload) as LeadPayload // by leadPayloadText
  const { customerName: name, customerEmail: email, customerPhone: phone } = payload
  const channel = told.lead?.extras?.channel ?? 'website'
  const data = JSON.stringify({ name, email, phone })
  return `${data.slice(0, -1)}${more(told, include)},"channel":${JSON.stringify(channel)}}`
}

/** Of a lead only: its payload has keys, so that more of them follow a comma. */
function withMore(told: Told, include: readonly Include[]): string {
  const added = more(told, include)
  return added === '' ? told.payload : `${told.payload.slice(0, -1)}${added}}`
}

function more({ lead }: Told, include: readonly Include[]): string {
  if (lead === null) return ''
  let text = ''
  for (const name of include) text += `,"${name}":${JSON.stringify(includedOf(lead, name))}`
  return text
}

function includedOf({ extras, consent }: NonNullable<Told['lead']>, name: Include): unknown {
  switch (name) {
    case 'custom':
      return extras?.custom ?? {}
    case 'context':
      return extras?.context ?? NO_CONTEXT
    case 'consent':
      return consentTold(consent)
  }
}

/** As receivers get it: the instant in ISO 8601. */
export function consentTold(consent: LeadConsent | null) {
  if (consent === null) return null
  const { given, text, at, page } = consent
  return { given, text, at: new Date(at).toISOString(), page }
}

export const NO_CONTEXT = {
  page: '',
  title: '',
  referrer: '',
  utm: { source: '', medium: '', campaign: '', term: '', content: '' },
  language: '',
  timeZone: '',
}

function wholeSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
