/** A lead's fields as they are stored and sent: always strings, tidy, well-formed (../text/typed-text.ts). */
import type { ErrorDetail } from '../errors.ts'
import type { LeadPayload } from '../lead.ts'
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
  for (const [path, text] of Object.entries({ ...lead, ...given(input) })) {
    if (text.includes('\0')) details.push({ path, message: `\`${path}\` contains U+0000` })
  }
  if (length(lead.conversationId) > CONVERSATION_ID_LENGTH_MAX) {
    details.push(tooLong('conversationId', CONVERSATION_ID_LENGTH_MAX))
  }
  for (const [path, faultOf] of CHECKS) {
    if (lead[path] === '' || details.some((detail) => detail.path === path)) continue
    const fault = faultOf(lead[path])
    if (fault) details.push({ path, message: sentenceOf(path, fault) })
  }
  if (isBlank(lead.customerName) && lead.customerEmail === '' && lead.customerPhone === '') {
    const message = 'At least one of customerName, customerEmail and customerPhone must be given'
    if (details.length === 0) details.push({ path: 'customerName', message })
  }
  return details.length > 0 ? { ok: false, details } : { ok: true, lead }
}

const CHECKS = [
  ['customerPhone', phoneFault],
  ['customerEmail', emailFault],
] as const

function wellFormed(text: string | null | undefined): string {
  return (text ?? '').toWellFormed()
}

function given({ customerName, customerEmail, customerPhone }: LeadInput) {
  return {
    customerName: customerName ?? '',
    customerEmail: customerEmail ?? '',
    customerPhone: customerPhone ?? '',
  }
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
function length(text: string): number {
  return text.length > 0 ? [...text].length : 0
}

function tooLong(path: string, lengthMax: number): ErrorDetail {
  return { path, message: `\`${path}\` is longer than ${lengthMax} characters` }
}
