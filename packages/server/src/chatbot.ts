/** A chatbot: where conversations, leads and events come from. */
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
  greeting: string
  thanks: string
  consent?: string
  /** `#rrggbb`; without it the widget has its own. */
  color?: string
}

interface LeadFormField {
  name: 'customerName' | 'customerEmail' | 'customerPhone'
  label: string
  required: boolean
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
