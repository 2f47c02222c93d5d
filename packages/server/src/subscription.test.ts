import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doOverlap, entriesTaking, spellingOf } from './subscription.ts'

test.each([
  ['order.paid', ['order.*'], 'order.paid'],
  ['order.paid.late', ['order.*'], 'order.paid.late'],
  ['order.paid', ['*'], 'order.paid'],
  ['order', ['order.*'], null],
  ['orders.paid', ['order.*'], null],
  ['Order.paid', ['order.*'], null],
  ['ADD_MESSAGE', ['*'], 'ADD_MESSAGE'],
  ['lead.submit', ['leads.submit'], 'leads.submit'],
  ['leads.submit', ['lead.*'], 'lead.submit'],
  ['lead.submit', ['leads.*'], 'lead.submit'],
  ['lead.submit', ['*'], 'lead.submit'],
  ['webhook.failing', ['*'], null],
  ['delivery.failed', ['*', 'delivery.failed'], 'delivery.failed'],
  ['constructor', ['*'], 'constructor'],
  ['constructor', ['toString'], null],
] as const)('%s for one of %j is spelled %j', (eventType, entries, spelling) => {
  expect(spellingOf(eventType, entries)).toBe(spelling)
})

test.each([
  ['*', 'order.paid', true],
  ['*', 'order.*', true],
  ['*', '*', true],
  ['order.*', 'order.paid', true],
  ['order.*', 'order.paid.*', true],
  ['order.*', 'orders.*', false],
  ['order.*', 'order', false],
  ['lead.*', 'leads.submit', true],
  ['lead.*', 'leads.*', true],
  ['leads.other', 'lead.*', false],
  ['*', 'webhook.failing', false],
  ['a.b', 'A.b', false],
])('%s and %s take the same: %s', (one, other, expected) => {
  expect(doOverlap(one, other)).toBe(expected)
  expect(doOverlap(other, one)).toBe(expected)
})

test('what takes an event and what overlaps agree, whatever the names', () => {
  const word = fc.constantFrom('lead', 'leads', 'submit', 'order', 'webhook', 'failing', 'A')
  const type = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.'))
  const entry = fc.oneof(
    type,
    type.map((name) => `${name}.*`),
    fc.constant('*'),
  )
  fc.assert(
    fc.property(type, entry, entry, (event, one, other) => {
      const both = [one, other].every((each) => spellingOf(event, [each]) !== null)
      if (both) expect(doOverlap(one, other)).toBe(true)
      expect(new Set(entriesTaking(event)).size).toBe(entriesTaking(event).length)
    }),
  )
})
