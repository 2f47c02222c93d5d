/** A chatbot as it is being edited: what was typed, also while it could not be saved. */
import type { Chatbot, ChatbotChange, LeadForm } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { readOrigins } from './origins.ts'

type FieldName = LeadForm['fields'][number]['name']

/** One that isn't asked for keeps its place and label, for when it is asked for again. */
export interface DraftField {
  name: FieldName
  label: string
  required: boolean
  isAsked: boolean
}

export interface Draft {
  name: string
  fields: readonly DraftField[]
  greeting: string
  thanks: string
  /** Empty: no box to tick. */
  consent: string
  /** Whether who does not tick it is refused. */
  consentRequired: boolean
  /** Empty: the widget's own. */
  color: string
  /** One in a line. */
  origins: string
}

export type DraftFaults = Partial<Record<'name' | 'fields' | 'color' | 'origins', string>> & {
  /** Of the fields that need one. */
  labels: readonly FieldName[]
}

const { editor, kinds } = texts.chatbots
const NAMES: readonly FieldName[] = ['customerName', 'customerEmail', 'customerPhone']
const COLOR = /^#[0-9a-f]{6}$/i

export function draftOf({ name, leadForm, allowedOrigins }: Chatbot): Draft {
  const asked = leadForm.fields.map((field) => ({ ...field, isAsked: true }))
  const others = NAMES.filter((kind) => !asked.some((field) => field.name === kind)).map(
    (kind) => ({ name: kind, label: kinds[kind], required: false, isAsked: false }),
  )
  return {
    name,
    fields: [...asked, ...others],
    greeting: leadForm.greeting,
    thanks: leadForm.thanks,
    consent: leadForm.consent ?? '',
    consentRequired: leadForm.consentRequired ?? true,
    color: leadForm.color ?? '',
    origins: allowedOrigins.join('\n'),
  }
}

export function leadFormOf(draft: Draft): LeadForm {
  const { fields, greeting, thanks, consent, consentRequired, color } = draft
  const asksConsent = consent.trim() !== ''
  return {
    fields: fields
      .filter(({ isAsked }) => isAsked)
      .map(({ name, label, required }) => ({ name, label: label.trim(), required })),
    greeting,
    thanks,
    ...(asksConsent && { consent: consent.trim() }),
    ...(asksConsent && !consentRequired && { consentRequired }),
    ...(COLOR.test(color) ? { color } : {}),
  }
}

/** What is to be saved. */
export function changeOf(draft: Draft) {
  return {
    name: draft.name.trim(),
    leadForm: leadFormOf(draft),
    allowedOrigins: readOrigins(draft.origins).origins,
  }
}

/** Of that only what differs: what somebody else changes meanwhile stays. */
export function partsOf(draft: Draft, saved: Draft): ChatbotChange {
  const before = new Map(Object.entries(changeOf(saved)))
  const changed = Object.entries(changeOf(draft)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before.get(name)),
  )
  return Object.fromEntries(changed)
}

/** A space at an end is a change as well: nobody wonders where it went. */
export function isChanged(draft: Draft, saved: Draft): boolean {
  return JSON.stringify(draft) !== JSON.stringify(saved)
}

/** One field in words, for who compares two of them. */
export function shownField(name: keyof Draft, draft: Draft): string {
  const { empty, yes, no } = texts.meanwhile
  if (name !== 'fields') {
    const value = draft[name]
    if (typeof value === 'boolean') return value ? yes : no
    return value.trim() === '' ? empty : value
  }
  const asked = draft.fields.filter(({ isAsked }) => isAsked)
  return asked.map(({ label, required }) => (required ? `${label} *` : label)).join(', ')
}

export function faultsOf({ name, fields, color, origins }: Draft): DraftFaults {
  const asked = fields.filter(({ isAsked }) => isAsked)
  const { fault } = readOrigins(origins)
  return {
    ...(name.trim() === '' && { name: texts.chatbots.nameMissing }),
    ...(asked.length === 0 && { fields: editor.noField }),
    ...(color !== '' && !COLOR.test(color) && { color: editor.colorFault }),
    ...(fault !== null && { origins: fault }),
    labels: asked.filter(({ label }) => label.trim() === '').map((field) => field.name),
  }
}

export function hasFaults({ labels, ...others }: DraftFaults): boolean {
  return labels.length > 0 || Object.keys(others).length > 0
}

/** One place up (-1) or down (1); null: there is none. */
export function moveField(
  fields: readonly DraftField[],
  name: FieldName,
  by: -1 | 1,
): DraftField[] | null {
  const from = fields.findIndex((field) => field.name === name)
  const [one, other] = [fields[from], fields[from + by]]
  if (!one || !other) return null
  const moved = [...fields]
  moved[from] = other
  moved[from + by] = one
  return moved
}
