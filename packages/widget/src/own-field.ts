/** The owner's own fields: a line, a choice, a box to tick, a number, a date, several lines. */
import { CUSTOM_VALUE_BYTES_MAX, customValueFault } from '../../server/src/text/custom-fields.ts'
import type { LeadField } from './client.ts'
import { element } from './dom.ts'
import { TEXTS } from './texts.ts'

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
type Value = string | number | boolean

export function createControl(
  { type, options = [] }: LeadField,
  attributes: Record<string, string>,
) {
  switch (type) {
    case 'message':
      return element('textarea', { ...attributes, rows: '3', dir: 'auto' })
    case 'choice':
      return element(
        'select',
        { ...attributes, dir: 'auto' },
        element('option', { value: '' }, TEXTS.choose),
        ...options.map((option) => element('option', { value: option }, option)),
      )
    case 'checkbox':
      return element('input', { ...attributes, type: 'checkbox' })
    case 'number':
      return element('input', { ...attributes, type: 'number', step: 'any', dir: 'ltr' })
    case 'date':
      return element('input', { ...attributes, type: 'date', dir: 'ltr' })
    default:
      return element('input', { ...attributes, type: 'text', dir: 'auto' })
  }
}

export function isTicked(control: Control): boolean {
  return control instanceof HTMLInputElement && control.type === 'checkbox' && control.checked
}

/** As it is handed in: empty where nothing was answered. */
export function answerIn({ type }: LeadField, control: Control): Value {
  if (type === 'checkbox') return isTicked(control)
  const text = control.value.trim()
  return type === 'number' && text !== '' ? Number(text) : text
}

/** What the visitor sees of it once it is sent. */
export function shownAnswer({ label }: LeadField, value: Value): string {
  if (typeof value === 'boolean') return value ? `✓ ${label}` : ''
  return String(value)
}

export function ownFault(
  { label, required }: LeadField,
  control: Control,
  value: Value,
): string | null {
  // What is no number the browser keeps to itself.
  if (control instanceof HTMLInputElement && control.validity.badInput) return TEXTS.number
  if (value === '' || value === false) return required ? TEXTS.required(label) : null
  if (customValueFault(value) === null) return null
  if (typeof value === 'number') return TEXTS.number
  return String(value).includes('\0') ? TEXTS.unseen : TEXTS.tooLong(CUSTOM_VALUE_BYTES_MAX)
}
