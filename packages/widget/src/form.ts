/** The lead form: what the owner asks for, checked as the visitor types, and nothing lost by a fault. */
import { fittingFields } from '../../server/src/text/custom-fields.ts'
import * as typed from '../../server/src/text/typed-text.ts'
import type { ContactName, Conversation, Lead, LeadField, LeadForm, Sent } from './client.ts'
import { asksTheSame, createConsent, pageAddress } from './consent.ts'
import { contextOfPage } from './context.ts'
import { element } from './dom.ts'
import type { Outbox } from './outbox.ts'
import {
  answerIn,
  type Control,
  createControl,
  isTicked,
  ownFault,
  shownAnswer,
} from './own-field.ts'
import { withPageValues } from './page-values.ts'
import { TEXTS } from './texts.ts'

interface FormOptions {
  conversation: Conversation
  outbox: Outbox
  /** The token has grown too old, or the form is another by now. */
  renew(): Promise<Conversation>
  /** What the visitor left, as lines to show. */
  onSent(lines: string[]): void
  /** What was typed into the form of which the consent has changed since. */
  earlier?: ReadonlyMap<string, string>
  /** What the page hands over. */
  values(): Record<string, string | number | boolean>
}

interface Field {
  field: LeadField
  input: Control
  error: HTMLElement
  /** Not before the visitor has left the field once: nobody is corrected while typing. */
  checked: boolean
}

/**
 * Without a bound of their own: what a browser cuts off in silence, nobody is told of. An email is no
 * `type="email"`, whose host Chromium rewrites as it is typed: `fußball.de` to that of somebody else,
 * `exämple.de` to what no search for it finds, and what nobody sees in it to nothing.
 */
const INPUTS = {
  customerName: { type: 'text', dir: 'auto', autocomplete: 'name' },
  customerEmail: {
    type: 'text',
    dir: 'ltr',
    autocomplete: 'email',
    inputmode: 'email',
    // What the other type does besides.
    autocapitalize: 'none',
    autocorrect: 'off',
    spellcheck: 'false',
  },
  customerPhone: { type: 'tel', dir: 'ltr', autocomplete: 'tel', inputmode: 'tel' },
} as const
/** The server's, in JavaScript's characters. */
const NAME_LENGTH_MAX = 200

export function createForm(options: FormOptions): HTMLFormElement {
  const { leadForm } = options.conversation
  const parts = createParts(leadForm)
  const { form, fields, consent, website, status, button } = parts
  let { token } = options.conversation

  const tell = (text: string) => {
    status.textContent = text
  }

  async function submit(): Promise<void> {
    if (button.disabled || refuse(parts, tell)) return
    setBusy(true, button, fields)
    tell('')
    const lead: Lead = {
      token,
      website: website.value,
      ...contactsOf(fields),
      custom: withPageValues(answersOf(fields), options.values()),
      context: contextOfPage(leadForm.pageQuery ?? false),
    }
    if (consent) lead.consent = { given: consent.input.checked, page: pageAddress() }
    const sent = await options.outbox.send(lead, () => tell(TEXTS.waiting))
    setBusy(false, button, fields)
    await ended(sent, fields.map(shownIn).filter(Boolean))
  }

  async function ended(sent: Exclude<Sent, { kind: 'later' }>, lines: string[]): Promise<void> {
    switch (sent.kind) {
      case 'accepted':
        return options.onSent(lines)
      case 'invalid':
        return tell(showDetails(fields, sent.details) ? '' : TEXTS.refused)
      case 'stale':
        tell(TEXTS.stale)
        return renew()
      case 'consent_changed':
        tell(TEXTS.consentChanged)
        return renew()
      case 'refused':
        return tell(TEXTS.refused)
    }
  }

  /**
   * A new token says that the form of this moment was shown. Where that asks for another consent, it is
   * shown, with what was typed; its box is ticked by the visitor alone.
   */
  async function renew(): Promise<void> {
    const conversation = await options.renew().catch(() => null)
    if (!conversation) return
    if (asksTheSame(conversation.leadForm, leadForm)) {
      token = conversation.token
      return
    }
    const earlier = new Map(fields.map((each) => [each.field.name, kept(each)]))
    const anew = createForm({ ...options, conversation, earlier })
    form.replaceWith(anew)
    anew.querySelector<HTMLInputElement>('.consent input')?.focus()
  }

  for (const each of fields) putBack(each, options.earlier?.get(each.field.name))
  // Said once it is in the page: what stands there already is not read out.
  queueMicrotask(() => tell(options.earlier ? TEXTS.consentChanged : ''))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  return form
}

function createParts(leadForm: LeadForm) {
  const fields = leadForm.fields.map(createField)
  const consent = createConsent(leadForm, `f${++lastId}`)
  const website = element('input', { name: 'website', tabindex: '-1', autocomplete: 'off' })
  const status = element('p', { class: 'status', role: 'status', dir: 'auto' })
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
  return { form, fields, consent, website, status, button }
}

/** Shows what is wrong, and puts the visitor there. */
function refuse({ fields, consent }: FormParts, tell: (text: string) => void): boolean {
  for (const each of fields) check(each, true)
  showCrowded(fields)
  const wrong = fields.filter(isWrong)
  const contacts = fields.filter(({ field }) => isContact(field.name))
  const blank = contacts.every((each) => typedIn(each) === '')
  tell(wrong.length === 0 && blank ? TEXTS.oneNeeded : '')
  const agreed = consent === null || consent.check()
  const first = wrong[0]?.input ?? (blank ? contacts[0]?.input : agreed ? null : consent?.input)
  first?.focus()
  return first !== null && first !== undefined
}

/** Each is short enough, and all together are more than a lead may bring. */
function showCrowded(fields: readonly Field[]): void {
  const left = fittingFields(answersOf(fields)).faults.map(({ name }) => name)
  for (const each of fields) {
    if (left.includes(each.field.name) && !isWrong(each)) show(each, TEXTS.tooMuch)
  }
}

type FormParts = ReturnType<typeof createParts>

function setBusy(isBusy: boolean, button: HTMLButtonElement, fields: readonly Field[]): void {
  button.disabled = isBusy
  button.textContent = isBusy ? TEXTS.sending : TEXTS.send
  for (const { input } of fields) {
    // A choice knows no reading only; what is disabled loses its focus.
    if ('readOnly' in input) input.readOnly = isBusy
    else input.disabled = isBusy
  }
}

let lastId = 0

function createField(field: LeadField): Field & { row: HTMLElement } {
  const id = `f${++lastId}`
  const attributes = {
    id,
    name: field.name,
    'aria-describedby': `${id}e`,
    'aria-required': `${field.required ?? false}`,
  }
  const input = isContact(field.name)
    ? element('input', { ...attributes, ...INPUTS[field.name] })
    : createControl(field, attributes)
  const error = element('p', { id: `${id}e`, class: 'error', dir: 'auto' })
  const hint = field.required ? null : element('span', { class: 'hint' }, ` (${TEXTS.optional})`)
  const label = element('label', { for: id, dir: 'auto' }, field.label, hint)
  const parts =
    field.type === 'checkbox'
      ? [element('div', { class: 'consent' }, input, label)]
      : [label, input]
  const row = element('div', { class: 'field' }, ...parts, error)
  const made = { field, input, error, row, checked: false }
  input.addEventListener('input', () => made.checked && check(made))
  input.addEventListener('change', () => made.checked && check(made))
  input.addEventListener('blur', () => {
    if (typedIn(made) !== '') made.checked = true
    // What the server said stays until the visitor changes it.
    if (made.checked && error.textContent === '') check(made)
  })
  return made
}

function check(made: Field, atOnce = false): boolean {
  made.checked ||= atOnce
  const { field, input } = made
  if (!isContact(field.name)) {
    const fault = ownFault(field, input, answerIn(field, input))
    show(made, fault)
    return fault === null
  }
  const value = typedIn(made)
  const fault = faultOf(field, value)
  show(made, fault, fault === null && value !== '' ? doubtOf(field, value) : null)
  return fault === null
}

function isWrong({ input }: Field): boolean {
  return input.getAttribute('aria-invalid') === 'true'
}

function show({ input, error }: Field, fault: string | null, doubt: string | null = null): void {
  error.textContent = fault ?? doubt ?? ''
  error.classList.toggle('doubt', fault === null)
  input.setAttribute('aria-invalid', String(fault !== null))
}

/** As the server tidies it. */
function typedIn({ field: { name, type }, input }: Pick<Field, 'field' | 'input'>): string {
  if (type === 'checkbox') return isTicked(input) ? 'on' : ''
  if (!isContact(name)) return input.value.trim()
  if (name !== 'customerName') return typed.tidyContact(input.value)
  return typed.isBlank(input.value) ? '' : input.value.trim()
}

function contactsOf(fields: readonly Field[]): Partial<Record<ContactName, string>> {
  const contacts = fields.filter(({ field }) => isContact(field.name))
  return Object.fromEntries(contacts.map((each) => [each.field.name, typedIn(each)]))
}

/** Of the owner's own, the empty ones too: they say what was asked. */
function answersOf(fields: readonly Field[]): NonNullable<Lead['custom']> {
  const own = fields.filter(({ field }) => !isContact(field.name))
  return Object.fromEntries(own.map(({ field, input }) => [field.name, answerIn(field, input)]))
}

function shownIn(each: Field): string {
  const { field, input } = each
  return isContact(field.name) ? typedIn(each) : shownAnswer(field, answerIn(field, input))
}

/** For the form that takes this one's place. */
function kept({ input }: Field): string {
  return isBox(input) ? String(input.checked) : input.value
}

function putBack({ input }: Field, value = ''): void {
  if (isBox(input)) input.checked = value === 'true'
  else input.value = value
}

function isBox(input: Control): input is HTMLInputElement {
  return input instanceof HTMLInputElement && input.type === 'checkbox'
}

function isContact(name: string): name is ContactName {
  return Object.hasOwn(INPUTS, name)
}

/** The server's rule, in words for a visitor. */
function faultOf({ name, label, required }: LeadField, value: string): string | null {
  if (value === '') return required ? TEXTS.required(label) : null
  if (name === 'customerName') {
    return value.length > NAME_LENGTH_MAX ? TEXTS.tooLong(NAME_LENGTH_MAX) : null
  }
  const fault = name === 'customerEmail' ? typed.emailFault(value) : typed.phoneFault(value)
  switch (fault?.kind) {
    case undefined:
      return null
    case 'unseen':
      return TEXTS.unseen
    case 'too_long':
      return TEXTS.tooLong(fault.lengthMax)
    case 'wide_at':
      return TEXTS.wideAt
    case 'not_email':
      return TEXTS.email
  }
}

/** What is taken, and most often is a slip: the visitor is asked, and may send it. */
function doubtOf({ name }: LeadField, value: string): string | null {
  if (name === 'customerEmail' && typed.isOddEmail(value)) return TEXTS.oddEmail
  if (name === 'customerPhone' && typed.isOddPhone(value)) return TEXTS.oddPhone
  return null
}

/** False: what is wrong is none of the fields, so it is nothing that the visitor can mend. */
function showDetails(fields: readonly Field[], details: Record<string, string>): boolean {
  const asked = fields.map(({ field }) => field)
  for (const each of fields) {
    const { name } = each.field
    show(each, inWords(details[isContact(name) ? name : `custom.${name}`], asked))
  }
  const wrong = fields.find(({ error }) => error.textContent !== '')
  wrong?.input.focus()
  return wrong !== undefined
}

/** The server tells programs: what it calls by the names of fields is called here as the form does. */
function inWords(message: string | undefined, fields: readonly LeadField[]): string | null {
  if (message === undefined) return null
  return message.replace(/`?(customer(?:Name|Email|Phone)|custom\.\w+)`?/g, (_, path: string) => {
    const name = path.replace('custom.', '')
    const own = isContact(name) ? TEXTS.names[name] : name
    const label = fields.find((field) => field.name === name)?.label ?? own
    // A label may be of the other direction than the sentence.
    return `\u2068${label}\u2069`
  })
}
