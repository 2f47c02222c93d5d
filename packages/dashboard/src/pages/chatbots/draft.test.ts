import { expect, test } from 'vitest'
import type { Chatbot } from '../../api/schema.ts'
import { changeOf, draftOf, faultsOf, hasFaults, isChanged, moveField } from './draft.ts'

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
  })
  const none = draft.fields.map((field) => ({ ...field, isAsked: false }))
  expect(faultsOf({ ...draft, fields: none }).fields).toEqual(expect.any(String))
})
