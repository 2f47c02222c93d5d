import { expect, test } from 'vitest'
import type { Chatbot } from '../../api/schema.ts'
import {
  changeOf,
  type DraftField,
  draftOf,
  faultsOf,
  hasFaults,
  isChanged,
  moveField,
  nameOfLabel,
  withNewField,
} from './draft.ts'

function setup(change: Partial<Chatbot> = {}): Chatbot {
  return {
    id: 'bot_1',
    name: 'Shop',
    leadForm: {
      fields: [{ name: 'customerEmail', label: 'Mail', required: true }],
      greeting: 'Hello',
      thanks: '',
      consent: 'I agree',
      color: '#0F766e',
    },
    allowedOrigins: ['https://shop.example'],
    createdAt: '',
    updatedAt: '',
    ...change,
  }
}

test('what was not changed is saved as it was', () => {
  const chatbot = setup()
  const draft = draftOf(chatbot)
  const { name, leadForm, allowedOrigins } = chatbot
  expect(changeOf(draft)).toEqual({ name, leadForm, allowedOrigins })
  expect(isChanged(draft, draftOf(chatbot))).toBe(false)
  expect(hasFaults(faultsOf(draft))).toBe(false)
})

test('an empty consent and an empty color are left out', () => {
  const { leadForm } = changeOf({ ...draftOf(setup()), consent: '  ', color: '' })
  expect(Object.keys(leadForm).sort()).toEqual(['fields', 'greeting', 'thanks'])
})

test('a consent is a must, until it is said that it is a choice', () => {
  const chatbot = setup()
  expect(draftOf(chatbot).consentRequired).toBe(true)
  const free = setup({ leadForm: { ...chatbot.leadForm, consentRequired: false } })
  expect(changeOf(draftOf(free)).leadForm).toEqual(free.leadForm)
  const without = changeOf({ ...draftOf(free), consent: '' }).leadForm
  expect(without).not.toHaveProperty('consentRequired')
})

test('a field that is not asked for keeps its place, and is not saved', () => {
  const draft = draftOf(setup())
  expect(draft.fields.map(({ name, isAsked }) => [name, isAsked])).toEqual([
    ['customerEmail', true],
    ['customerName', false],
    ['customerPhone', false],
  ])
  const moved = moveField(draft.fields, 'customerPhone', -1)
  expect(moved?.map(({ name }) => name)).toEqual(['customerEmail', 'customerPhone', 'customerName'])
  expect(moveField(draft.fields, 'customerEmail', -1)).toBeNull()
  expect(changeOf({ ...draft, fields: moved ?? [] }).leadForm.fields).toHaveLength(1)
})

test('every fault has its sentence', () => {
  const draft = draftOf(setup())
  const fields = draft.fields.map((field) => ({ ...field, label: ' ' }))
  const faults = faultsOf({ ...draft, fields, name: ' ', color: 'teal', origins: 'shop' })
  expect(faults).toEqual({
    name: expect.any(String),
    color: expect.any(String),
    origins: expect.stringContaining('Line 1'),
    labels: ['customerEmail'],
    own: new Map(),
  })
  const none = draft.fields.map((field) => ({ ...field, isAsked: false }))
  expect(faultsOf({ ...draft, fields: none }).fields).toEqual(expect.any(String))
})

test('own fields are kept as they are, and a new one gets its name from its label', () => {
  const chatbot = setup()
  const own = {
    name: 'size',
    label: 'Size',
    required: true,
    type: 'choice',
    options: ['S', 'M'],
  } as const
  const fields = [...chatbot.leadForm.fields, { ...own, options: [...own.options] }]
  const draft = draftOf(setup({ leadForm: { ...chatbot.leadForm, fields, pageQuery: true } }))
  expect(changeOf(draft).leadForm).toMatchObject({ fields, pageQuery: true })
  expect(nameOfLabel('Company size', ['email'])).toBe('companySize')
  expect(nameOfLabel('Straße und Größe!', [])).toMatch(/^[a-zA-Z]+$/)
  expect(nameOfLabel('規模', ['field'])).toBe('field2')
  expect(nameOfLabel('2nd phone', [])).toBe('field2ndPhone')
  // A name that the server has for something else.
  expect(nameOfLabel('Website', [])).toBe('website2')
  const [added] = withNewField([])
  const choice = {
    ...draft.fields[0],
    ...added,
    label: 'A',
    name: 'size',
    type: 'choice',
  } as DraftField
  const faults = faultsOf({ ...draft, fields: [...draft.fields, choice] })
  expect(faults.own.get(choice.key)).toBeTruthy()
  const refused = { ...choice, name: 'token', options: 'a' }
  expect(faultsOf({ ...draft, fields: [refused] }).own.get(choice.key)).toBeTruthy()
  expect(hasFaults(faultsOf({ ...draft, fields: withNewField(draft.fields) }))).toBe(true)
})

test('new fields are told apart, also after one of them was removed', () => {
  const two = withNewField(withNewField(draftOf(setup()).fields))
  const keys = withNewField(two.filter((_, index) => index !== two.length - 2)).map(
    ({ key }) => key,
  )
  expect(new Set(keys).size).toBe(keys.length)
})
