/** A chatbot as it is being edited: what was typed, also while it could not be saved. */
import type { Chatbot, ChatbotChange, LeadForm } from '../../api/schema.ts'
import { customNameFault } from '../../format/field-name.ts'
import { texts } from '../../texts/texts.ts'
import { readOrigins } from './origins.ts'

type FormField = LeadForm['fields'][number]
export type FieldType = NonNullable<FormField['type']>
type ContactName = keyof typeof texts.chatbots.kinds

/** One that isn't asked for keeps its place and label, for when it is asked for again. */
export interface DraftField {
  /** What it is known by while it is edited: its name may change. */
  key: string
  name: string
  label: string
  required: boolean
  isAsked: boolean
  /** Null: one of the three by which people are reached. */
  type: FieldType | null
  /** Of a choice; one in a line. */
  options: string
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
  /** Whether the part of addresses behind `?` is kept. */
  pageQuery: boolean
  /** One in a line. */
  origins: string
}

export type DraftFaults = Partial<Record<'name' | 'fields' | 'color' | 'origins', string>> & {
  /** Keys of the fields that need one. */
  labels: readonly string[]
  /** Sentences about own fields, by their keys. */
  own: ReadonlyMap<string, string>
}

const { editor, kinds } = texts.chatbots
const CONTACTS = Object.keys(kinds) as ContactName[]
export const OWN_FIELDS_MAX = 30
const COLOR = /^#[0-9a-f]{6}$/i

export function draftOf({ name, leadForm, allowedOrigins }: Chatbot): Draft {
  const asked = leadForm.fields.map(fieldOf)
  const others = CONTACTS.filter((kind) => !asked.some((field) => field.name === kind)).map(
    (kind) => ({ ...fieldOf({ name: kind, label: kinds[kind] }), isAsked: false }),
  )
  return {
    name,
    fields: [...asked, ...others],
    greeting: leadForm.greeting,
    thanks: leadForm.thanks,
    consent: leadForm.consent ?? '',
    consentRequired: leadForm.consentRequired ?? true,
    color: leadForm.color ?? '',
    pageQuery: leadForm.pageQuery ?? false,
    origins: allowedOrigins.join('\n'),
  }
}

function fieldOf({ name, label, required = false, type, options = [] }: FormField): DraftField {
  const own = { type: type ?? null, options: options.join('\n') }
  return { key: name, name, label, required, isAsked: true, ...own }
}

/** Another of the owner's own, at the end. */
export function withNewField(fields: readonly DraftField[]): DraftField[] {
  // Of those that are there, whatever was removed in between.
  const numbers = fields.map(({ key }) => Number(/^new (\d+)$/.exec(key)?.[1] ?? 0))
  const key = `new ${Math.max(0, ...numbers) + 1}`
  const own = { type: 'text' as const, options: '', isAsked: true, required: false }
  return [...fields, { key, name: '', label: '', ...own }]
}

/** For who does not care: it stands in what is sent, and templates and filters know it by it. */
export function nameOfLabel(label: string, taken: readonly string[]): string {
  const words = label.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? []
  const camel = words
    .map((word, at) => (at === 0 ? word.toLowerCase() : capitalized(word)))
    .join('')
  const name = (/^[A-Za-z]/.test(camel) ? camel : `field${camel}`).slice(0, 36)
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name}${n}`
    if (!taken.includes(tried) && customNameFault(tried) === null) return tried
  }
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()
}

function optionsOf({ options }: DraftField): string[] {
  return options
    .split('\n')
    .map((option) => option.trim())
    .filter(Boolean)
}

export function leadFormOf(draft: Draft): LeadForm {
  const { fields, greeting, thanks, consent, consentRequired, color, pageQuery } = draft
  const asksConsent = consent.trim() !== ''
  return {
    fields: fields.filter(({ isAsked }) => isAsked).map(savedField),
    greeting,
    thanks,
    ...(asksConsent && { consent: consent.trim() }),
    ...(asksConsent && !consentRequired && { consentRequired }),
    ...(COLOR.test(color) ? { color } : {}),
    ...(pageQuery && { pageQuery }),
  }
}

function savedField(field: DraftField): FormField {
  const { name, label, required, type } = field
  return {
    name,
    label: label.trim(),
    required,
    ...(type !== null && { type }),
    ...(type === 'choice' && { options: optionsOf(field) }),
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
    ...(!asked.some(({ type }) => type === null) && { fields: editor.noField }),
    ...(color !== '' && !COLOR.test(color) && { color: editor.colorFault }),
    ...(fault !== null && { origins: fault }),
    labels: asked.filter(({ label }) => label.trim() === '').map((field) => field.key),
    own: ownFaults(fields),
  }
}

function ownFaults(fields: readonly DraftField[]): Map<string, string> {
  const faults = new Map<string, string>()
  for (const field of fields) {
    const { key, name, label, type } = field
    if (type === null) continue
    const isTwice = fields.some((other) => other.name === name && other.key !== key)
    const options = optionsOf(field)
    const nameFault = label.trim() === '' ? null : customNameFault(name)
    if (nameFault !== null) faults.set(key, editor.own.nameFault)
    else if (name !== '' && isTwice) faults.set(key, editor.own.nameTwice)
    else if (type === 'choice' && options.length === 0) faults.set(key, editor.own.optionsMissing)
    else if (new Set(options).size < options.length) faults.set(key, editor.own.optionTwice)
  }
  return faults
}

export function hasFaults({ labels, own, ...others }: DraftFaults): boolean {
  return labels.length > 0 || own.size > 0 || Object.keys(others).length > 0
}

/** One place up (-1) or down (1); null: there is none. */
export function moveField(
  fields: readonly DraftField[],
  key: string,
  by: -1 | 1,
): DraftField[] | null {
  const from = fields.findIndex((field) => field.key === key)
  const [one, other] = [fields[from], fields[from + by]]
  if (!one || !other) return null
  const moved = [...fields]
  moved[from] = other
  moved[from + by] = one
  return moved
}
