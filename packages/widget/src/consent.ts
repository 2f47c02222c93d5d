/** What the owner asks a visitor to agree to: a box to tick, which may be one's own choice. */
import type { LeadForm } from './client.ts'
import { element } from './dom.ts'
import { TEXTS } from './texts.ts'

interface ConsentBox {
  row: HTMLElement
  input: HTMLInputElement
  /** Whether the form may be sent so; shows it where not. */
  check(): boolean
}

/** Null: nothing is asked. `id` is free in this root, as are those that begin with it. */
export function createConsent(
  { consent, consentRequired = true }: LeadForm,
  id: string,
): ConsentBox | null {
  if (consent === undefined) return null
  const input = element('input', {
    type: 'checkbox',
    id,
    'aria-describedby': `${id}e`,
    'aria-required': `${consentRequired}`,
  })
  const error = element('p', { id: `${id}e`, class: 'error', dir: 'auto' })
  const hint = consentRequired ? null : element('span', { class: 'hint' }, ` (${TEXTS.optional})`)
  const label = element('label', { for: id, dir: 'auto' }, consent, hint)
  const row = element(
    'div',
    { class: 'field' },
    element('div', { class: 'consent' }, input, label),
    error,
  )
  const check = () => {
    const isMissing = consentRequired && !input.checked
    error.textContent = isMissing ? TEXTS.consent : ''
    input.setAttribute('aria-invalid', String(isMissing))
    return !isMissing
  }
  input.addEventListener('change', check)
  return { row, input, check }
}

export function asksTheSame(one: LeadForm, other: LeadForm): boolean {
  const isRequired = ({ consentRequired = true }: LeadForm) => consentRequired
  return one.consent === other.consent && isRequired(one) === isRequired(other)
}

/** Where the visitor is, without what pages keep in queries and fragments. */
export function pageAddress(): string {
  return (location.origin + location.pathname).slice(0, PAGE_LENGTH_MAX)
}

/** More than the server keeps. */
const PAGE_LENGTH_MAX = 2_000
