import { validateHeaderName, validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../../test/linear-time.ts'
import { headerFaults, MASK, unmaskHeaders } from './webhook-headers.ts'

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/),
  fc.constantFrom('Host', 'WEBHOOK-ID', 'proxy-x', 'content-Length', 'constructor', 'toString'),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constant(MASK))

test('what is taken, Node can send, and it replaces nothing of ours', () => {
  let taken = 0
  fc.assert(
    fc.property(name, value, (givenName, givenValue) => {
      const headers = Object.fromEntries([[givenName, givenValue]])
      if (headerFaults(headers).length > 0) return
      taken += 1
      validateHeaderName(givenName)
      validateHeaderValue(givenName, givenValue)
      expect(givenValue).not.toMatch(/[\r\n\0]/)
      expect(givenName.toLowerCase()).not.toMatch(/^(?:webhook-|proxy-|host$|content-length$)/)
    }),
    { numRuns: 5_000 },
  )
  expect(taken).toBeGreaterThan(300)
})

test('two spellings of a name are refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (lower) => {
      const faults = headerFaults({ [lower]: 'a', [lower.toUpperCase()]: 'b' })
      expect(faults.length).toBeGreaterThan(0)
    }),
  )
})

test('a mask that comes back stands for its value, and for nothing else', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (stored) => {
      const masked = Object.fromEntries(Object.keys(stored).map((key) => [key, MASK]))
      const distinct = new Set(Object.keys(stored).map((key) => key.toLowerCase()))
      fc.pre(distinct.size === Object.keys(stored).length)
      const { headers } = unmaskHeaders(masked, stored)
      expect(headers).toEqual(stored)
      const unknown = unmaskHeaders(masked, {})
      expect(unknown.faults).toHaveLength(Object.keys(stored).length)
    }),
  )
})

test('long text is read once', () => {
  expectLinear(['a', ' ', '\t', '*', 'é'], (text) => headerFaults({ [text]: text, a: text }))
  expectLinear(['*', 'a'], (text) => unmaskHeaders({ a: text }, {}))
})
