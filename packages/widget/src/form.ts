/** The lead form: what the owner asks for, checked as the visitor types, and nothing lost by a fault. */
import type { Conversation, Lead, LeadField, Sent } from './client.ts'
import { element } from './dom.ts'
import type { Outbox } from './outbox.ts'
import { TEXTS } from './texts.ts'

export interface FormOptions {
  conversation: Conversation
  outbox: Outbox
  /** The token has grown too old. */
  renew(): Promise<Conversation>
  /** What the visitor left, as lines to show. */
  onSent(lines: string[]): void
}

interface Field {
  field: LeadField
  input: HTMLInputElement
  error: HTMLElement
  /** Not before the visitor has left the field once: nobody is corrected while typing. */
  checked: boolean
}

const INPUTS = {
  customerName: { type: 'text', autocomplete: 'name', maxlength: '200' },
  customerEmail: { type: 'email', autocomplete: 'email', inputmode: 'email', maxlength: '320' },
  customerPhone: { type: 'tel', autocomplete: 'tel', inputmode: 'tel', maxlength: '64' },
} as const

export function createForm(options: FormOptions): HTMLFormElement {
  const { leadForm } = options.conversation
  const fields = leadForm.fields.map(createField)
  const consent = leadForm.consent === undefined ? null : createConsent(leadForm.consent)
  const website = element('input', { name: 'website', tabindex: '-1', autocomplete: 'off' })
  const status = element('p', { class: 'status', role: 'status' })
  const button = element('button', { type: 'submit', class: 'send' }, TEXTS.send)
  const form = element(
    'form',
    { novalidate: true },
    ...fields.map(({ row }) => row),
    element('div', { class: 'unseen', 'aria-hidden': 'true' }, website),
    consent?.row,
    status,
    button,
  )
  let { token } = options.conversation

  const busy = (isBusy: boolean) => {
    button.disabled = isBusy
    button.textContent = isBusy ? TEXTS.sending : TEXTS.send
    for (const { input } of fields) input.readOnly = isBusy
  }
  const tell = (text: string) => {
    status.textContent = text
  }
  /** Shows what is wrong, and puts the visitor there. */
  const refuse = (): boolean => {
    const wrong = fields.filter((each) => !check(each, true))
    const blank = fields.every(({ input }) => input.value.trim() === '')
    tell(wrong.length === 0 && blank ? TEXTS.oneNeeded : '')
    const agreed = consent === null || consent.check()
    const first = wrong[0]?.input ?? (blank ? fields[0]?.input : agreed ? null : consent?.input)
    first?.focus()
    return first !== null && first !== undefined
  }

  async function submit(): Promise<void> {
    if (button.disabled || refuse()) return
    busy(true)
    tell('')
    const values = fields.map(({ field, input }) => [field.name, input.value.trim()] as const)
    const lead: Lead = { token, website: website.value, ...Object.fromEntries(values) }
    const sent = await options.outbox.send(lead, () => tell(TEXTS.waiting))
    busy(false)
    await ended(sent, values.map(([, value]) => value).filter(Boolean))
  }

  async function ended(sent: Exclude<Sent, { kind: 'later' }>, lines: string[]): Promise<void> {
    switch (sent.kind) {
      case 'accepted':
        return options.onSent(lines)
      case 'invalid':
        for (const each of fields) show(each, sent.details[each.field.name] ?? null)
        fields.find(({ error }) => error.textContent !== '')?.input.focus()
        // What is wrong is none of the fields: then it is nothing that the visitor can mend.
        return tell(fields.some(({ error }) => error.textContent) ? '' : TEXTS.refused)
      case 'stale':
        tell(TEXTS.stale)
        token = (await options.renew().catch(() => null))?.token ?? token
        return
      case 'refused':
        return tell(TEXTS.refused)
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  return form
}

let lastId = 0

function createField(field: LeadField): Field & { row: HTMLElement } {
  const id = `f${++lastId}`
  const input = element('input', {
    ...{ id, name: field.name, 'aria-describedby': `${id}e`, 'aria-required': `${field.required}` },
    ...INPUTS[field.name],
  })
  const error = element('p', { id: `${id}e`, class: 'error' })
  const hint = field.required ? null : element('span', { class: 'hint' }, ` (${TEXTS.optional})`)
  const row = element(
    'div',
    { class: 'field' },
    element('label', { for: id, dir: 'auto' }, field.label, hint),
    input,
    error,
  )
  const made = { field, input, error, row, checked: false }
  input.addEventListener('input', () => made.checked && check(made))
  input.addEventListener('blur', () => {
    if (input.value.trim() !== '') made.checked = true
    // What the server said stays until the visitor changes it.
    if (made.checked && error.textContent === '') check(made)
  })
  return made
}

function check(made: Field, atOnce = false): boolean {
  made.checked ||= atOnce
  const fault = faultOf(made.field, made.input.value.trim())
  show(made, fault)
  return fault === null
}

function show({ input, error }: Field, fault: string | null): void {
  error.textContent = fault ?? ''
  input.setAttribute('aria-invalid', String(fault !== null))
}

/** Kinder than the server: what it would refuse is refused here, and little else. */
function faultOf({ name, label, required }: LeadField, value: string): string | null {
  if (value === '') return required ? TEXTS.required(label) : null
  if (name === 'customerEmail' && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value)) return TEXTS.email
  if (name === 'customerPhone' && !/\d.*\d/.test(value)) return TEXTS.phone
  return null
}

function createConsent(text: string) {
  const id = `f${++lastId}`
  const input = element('input', { type: 'checkbox', id, 'aria-describedby': `${id}e` })
  const error = element('p', { id: `${id}e`, class: 'error' })
  const row = element(
    'div',
    { class: 'field' },
    element('div', { class: 'consent' }, input, element('label', { for: id, dir: 'auto' }, text)),
    error,
  )
  const check = () => {
    error.textContent = input.checked ? '' : TEXTS.consent
    input.setAttribute('aria-invalid', String(!input.checked))
    return input.checked
  }
  input.addEventListener('change', check)
  return { row, input, check }
}
