/** A chatbot: where conversations, leads and events come from. */
import { contactKey, nameKey } from './text/typed-text.ts'

export interface Chatbot extends ChatbotSettings {
  id: string
  /** Of its settings: each change of them makes another. */
  version: string
  createdAt: number
  updatedAt: number
}

/** What its owner says of it, and may change. */
export interface ChatbotSettings {
  name: string
  leadForm: LeadForm
  /** Origins (`https://shop.example`) whose pages may use the widget, besides our own. */
  allowedOrigins: string[]
}

export interface LeadForm {
  fields: LeadFormField[]
  /** Whether the part of addresses behind `?` is kept. Absent: no. */
  pageQuery?: boolean
  greeting: string
  thanks: string
  /** What visitors are asked to agree to; without it nothing is asked. */
  consent?: string
  /** Whether who doesn't agree is refused. Absent: yes. */
  consentRequired?: boolean
  /** `#rrggbb`; without it the widget has its own. */
  color?: string
}

/** What a form asks a visitor to agree to; null: nothing. */
export function consentAsked({ consent, consentRequired = true }: LeadForm): ConsentAsked | null {
  return consent === undefined ? null : { text: consent, required: consentRequired }
}

export interface ConsentAsked {
  text: string
  required: boolean
}

export const CONTACT_FIELDS = ['customerName', 'customerEmail', 'customerPhone'] as const
type ContactField = (typeof CONTACT_FIELDS)[number]

export const FIELD_TYPES = ['text', 'choice', 'checkbox', 'number', 'date', 'message'] as const

export interface LeadFormField {
  /** One of the three by which people are reached, or a field of the owner's own (lead-extras.ts). */
  name: string
  label: string
  /** Absent: no. */
  required?: boolean
  /** Of an own field. */
  type?: (typeof FIELD_TYPES)[number]
  /** Of a choice. */
  options?: string[]
}

export function isContactField(name: string): name is ContactField {
  return (CONTACT_FIELDS as readonly string[]).includes(name)
}

/** The names of the owner's own, in the order of the form. */
export function ownFieldNames({ fields }: LeadForm): string[] {
  return fields.map(({ name }) => name).filter((name) => !isContactField(name))
}

export const DEFAULT_LEAD_FORM: LeadForm = {
  fields: [
    { name: 'customerName', label: 'Name', required: true },
    { name: 'customerEmail', label: 'Email', required: true },
    { name: 'customerPhone', label: 'Phone', required: false },
  ],
  greeting: 'Hello! Leave your details and we will get back to you.',
  thanks: 'Thank you! We will be in touch soon.',
}

/** Whether a search for `q` means it: by its id, or a part of its name. */
export function isChatbotSought({ id, name }: Pick<Chatbot, 'id' | 'name'>, q: string): boolean {
  const sought = contactKey(q)
  return id === sought || nameKey(name).includes(sought)
}
