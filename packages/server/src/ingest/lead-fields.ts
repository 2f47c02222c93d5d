/** A lead's fields as they are stored and sent: always strings, tidy, well-formed (../text/typed-text.ts). */
import type { ErrorDetail } from '../errors.ts'
import type { LeadConsent, LeadExtras, LeadPayload } from '../lead.ts'
import {
  emailFault,
  isBlank,
  phoneFault,
  type TypedFault,
  tidyContact,
} from '../text/typed-text.ts'

export interface LeadInput {
  conversationId?: string | null | undefined
  customerName?: string | null | undefined
  customerEmail?: string | null | undefined
  customerPhone?: string | null | undefined
  /** Made by whoever asked for it. */
  consent?: LeadConsent | null
  /** Cleaned by whoever took them in. */
  extras?: LeadExtras | null
}

export const CONVERSATION_ID_LENGTH_MAX = 128

/** `newConversationId` is taken when the caller names none. */
export function cleanLead(
  input: LeadInput,
  newConversationId: () => string,
): { ok: true; lead: LeadPayload } | { ok: false; details: ErrorDetail[] } {
  const details: ErrorDetail[] = []
  const lead: LeadPayload = {
    conversationId: input.conversationId?.toWellFormed() || newConversationId(),
    customerEmail: tidyContact(wellFormed(input.customerEmail)),
    // Flags and joined letters are made with format characters: a name keeps them.
    customerName: wellFormed(input.customerName).trim(),
    customerPhone: tidyContact(wellFormed(input.customerPhone)),
  }
  // As it came: what is tidied away at an end is U+0000 all the same.
  refuseNul(details, 'conversationId', lead.conversationId)
  refuseNul(details, 'customerEmail', input.customerEmail)
  refuseNul(details, 'customerName', input.customerName)
  refuseNul(details, 'customerPhone', input.customerPhone)
  if (isLonger(lead.conversationId, CONVERSATION_ID_LENGTH_MAX)) {
    details.push(tooLong('conversationId', CONVERSATION_ID_LENGTH_MAX))
  }
  refuseFault(details, 'customerPhone', { text: lead.customerPhone, faultOf: phoneFault })
  refuseFault(details, 'customerEmail', { text: lead.customerEmail, faultOf: emailFault })
  if (lead.customerEmail === '' && lead.customerPhone === '' && isBlank(lead.customerName)) {
    const message = 'At least one of customerName, customerEmail and customerPhone must be given'
    if (details.length === 0) details.push({ path: 'customerName', message })
  }
  return details.length > 0 ? { ok: false, details } : { ok: true, lead }
}

function refuseNul(details: ErrorDetail[], path: string, text: string | null | undefined) {
  if (text?.includes('\0')) details.push({ path, message: `\`${path}\` contains U+0000` })
}

/** One mistake for each field is enough. */
function refuseFault(
  details: ErrorDetail[],
  path: string,
  { text, faultOf }: { text: string; faultOf: (text: string) => TypedFault | null },
) {
  if (text === '' || details.some((detail) => detail.path === path)) return
  const fault = faultOf(text)
  if (fault) details.push({ path, message: sentenceOf(path, fault) })
}

function wellFormed(text: string | null | undefined): string {
  return (text ?? '').toWellFormed()
}

function sentenceOf(path: string, fault: TypedFault): string {
  switch (fault.kind) {
    case 'unseen':
      return `\`${path}\` has a character in it that can't be seen (${fault.character}): type it anew`
    case 'too_long':
      return tooLong(path, fault.lengthMax).message
    case 'wide_at':
      return `\`${path}\` is not an email address: its \`@\` is a full-width one`
    case 'not_email':
      return `\`${path}\` is not an email address`
  }
}

/** In characters as people count them, not UTF-16 units: an emoji is one. */
function isLonger(text: string, lengthMax: number): boolean {
  return text.length > lengthMax && [...text].length > lengthMax
}

function tooLong(path: string, lengthMax: number): ErrorDetail {
  return { path, message: `\`${path}\` is longer than ${lengthMax} characters` }
}
