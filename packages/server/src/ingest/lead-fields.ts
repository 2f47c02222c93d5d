/** A lead's fields as they are stored and sent: always strings, trimmed, well-formed. */
import type { ErrorDetail } from '../errors.ts'
import type { LeadPayload } from '../lead.ts'

export interface LeadInput {
  conversationId?: string | null | undefined
  customerName?: string | null | undefined
  customerEmail?: string | null | undefined
  customerPhone?: string | null | undefined
}

export const PHONE_LENGTH_MAX = 64
export const EMAIL_LENGTH_MAX = 320
export const CONVERSATION_ID_LENGTH_MAX = 128

/** `newConversationId` is taken when the caller names none. */
export function cleanLead(
  input: LeadInput,
  newConversationId: () => string,
): { ok: true; lead: LeadPayload } | { ok: false; details: ErrorDetail[] } {
  const details: ErrorDetail[] = []
  const lead: LeadPayload = {
    conversationId: input.conversationId?.toWellFormed() || newConversationId(),
    customerEmail: cleanField(input.customerEmail),
    customerName: cleanField(input.customerName),
    customerPhone: cleanField(input.customerPhone),
  }
  for (const [path, text] of Object.entries(lead)) {
    if (text.includes('\0')) details.push({ path, message: `\`${path}\` contains U+0000` })
  }
  if (length(lead.conversationId) > CONVERSATION_ID_LENGTH_MAX) {
    details.push(tooLong('conversationId', CONVERSATION_ID_LENGTH_MAX))
  }
  if (length(lead.customerPhone) > PHONE_LENGTH_MAX) {
    details.push(tooLong('customerPhone', PHONE_LENGTH_MAX))
  }
  if (lead.customerEmail !== '' && !isEmail(lead.customerEmail)) {
    details.push({ path: 'customerEmail', message: '`customerEmail` is not an email address' })
  }
  if (lead.customerName === '' && lead.customerEmail === '' && lead.customerPhone === '') {
    const message = 'At least one of customerName, customerEmail and customerPhone must be given'
    details.push({ path: 'customerName', message })
  }
  return details.length > 0 ? { ok: false, details } : { ok: true, lead }
}

function cleanField(text: string | null | undefined): string {
  return (text ?? '').trim().toWellFormed()
}

/** In characters as people count them, not UTF-16 units: an emoji is one. */
function length(text: string): number {
  return text.length > 0 ? [...text].length : 0
}

function tooLong(path: string, lengthMax: number): ErrorDetail {
  return { path, message: `\`${path}\` is longer than ${lengthMax} characters` }
}

/** One @, something before it, a dotted or bare host after it, no white space: more is a guess. */
function isEmail(text: string): boolean {
  return (
    text.length <= EMAIL_LENGTH_MAX &&
    /^[^\s@<>()",;:\\[\]]{1,64}@[^\s@<>()",;:\\[\]]+$/u.test(text) &&
    !/@[.-]|\.\.|[.-]$/.test(text)
  )
}
