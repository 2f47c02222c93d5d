import { expect, test } from 'vitest'
import { cleanLead, type LeadInput } from './lead-fields.ts'

const clean = (input: LeadInput) => cleanLead(input, () => 'conv_new')

test('missing, null and empty fields are empty strings, in the guide’s order', () => {
  const cleaned = clean({ customerName: ' Ann ', customerEmail: null, customerPhone: '' })
  expect(cleaned).toEqual({
    ok: true,
    lead: { conversationId: 'conv_new', customerEmail: '', customerName: 'Ann', customerPhone: '' },
  })
  expect(cleaned.ok && Object.keys(cleaned.lead)).toEqual([
    'conversationId',
    'customerEmail',
    'customerName',
    'customerPhone',
  ])
})

test('leading zeros and the plus of a phone stay', () => {
  expect(clean({ customerPhone: ' 00254700 ' })).toMatchObject({
    lead: { customerPhone: '00254700' },
  })
  expect(clean({ customerPhone: '+254 700' })).toMatchObject({
    lead: { customerPhone: '+254 700' },
  })
})

test("a caller's conversation id is kept as given", () => {
  expect(clean({ conversationId: ' c 1 ', customerName: 'A' })).toMatchObject({
    lead: { conversationId: ' c 1 ' },
  })
})

test.each([
  [{}, 'customerName'],
  [{ customerName: '  ', customerEmail: '', customerPhone: null }, 'customerName'],
  [{ customerEmail: 'nobody' }, 'customerEmail'],
  [{ customerEmail: 'a@b@c' }, 'customerEmail'],
  [{ customerEmail: 'a b@c.d' }, 'customerEmail'],
  [{ customerPhone: '1'.repeat(65) }, 'customerPhone'],
  [{ customerName: 'a\0b' }, 'customerName'],
  [{ customerName: 'A', conversationId: 'c'.repeat(129) }, 'conversationId'],
])('%j is refused at %s', (input, path) => {
  expect(clean(input)).toMatchObject({ ok: false, details: [{ path }] })
})

test.each(['a@b.co', 'first.last+tag@sub.example.com', 'ünï@exämple.de', "o'neil@localhost"])(
  '%s is an email',
  (customerEmail) => {
    expect(clean({ customerEmail }).ok).toBe(true)
  },
)
