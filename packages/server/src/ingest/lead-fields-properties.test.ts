import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../test/linear-time.ts'
import { EVENT_TYPE_PATTERN } from '../event.ts'
import { memberPath, parseJsonStrictly } from '../text/json.ts'
import { cleanLead } from './lead-fields.ts'
import { canonicalPayload } from './payload.ts'

const field = fc.option(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 90 }), fc.emailAddress(), fc.constant(' a ')),
)
const lead = fc.record(
  { conversationId: field, customerName: field, customerEmail: field, customerPhone: field },
  { requiredKeys: [] },
)

test('a cleaned lead is clean: cleaning it again changes nothing', () => {
  let taken = 0
  fc.assert(
    fc.property(lead, (input) => {
      const cleaned = cleanLead(input, () => 'conv_new')
      if (!cleaned.ok) {
        expect(cleaned.details.length).toBeGreaterThan(0)
        return
      }
      taken += 1
      expect(cleanLead(cleaned.lead, () => 'never')).toEqual(cleaned)
      for (const text of Object.values(cleaned.lead)) {
        expect(text.isWellFormed() && !text.includes('\0')).toBe(true)
      }
    }),
    { numRuns: 3_000 },
  )
  expect(taken).toBeGreaterThan(300)
})

test('every address that RFC 5322 allows without quotes is taken', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (customerEmail) => {
      expect(cleanLead({ customerEmail }, () => 'conv_new')).toMatchObject({ ok: true })
    }),
  )
})

test('a payload that is taken is taken again as it was sent, to the byte', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5, stringUnit: 'binary' }), (text) => {
      const read = parseJsonStrictly(text)
      if (!read.ok) return
      const first = canonicalPayload(read.value)
      if (!first.ok) return
      expect(JSON.stringify(JSON.parse(first.text))).toBe(first.text)
      const again = parseJsonStrictly(first.text)
      expect(again.ok && canonicalPayload(again.value)).toEqual(first)
    }),
    { numRuns: 2_000 },
  )
})

test('any text is JSON for us when it is for JavaScript and loses nothing, and never throws', () => {
  const nearly = fc
    .json()
    .chain((text) => fc.nat(text.length).map((at) => `${text.slice(0, at)}${text.slice(at + 1)}`))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearly), (text) => {
      const read = parseJsonStrictly(text)
      if (read.ok) expect(read.value).toEqual(JSON.parse(text))
      else expect(read.message).not.toBe('')
    }),
    { numRuns: 3_000 },
  )
})

test('long text is read once', () => {
  const clean = (text: string) =>
    cleanLead({ customerEmail: text, customerPhone: text, conversationId: text }, () => 'c')
  expectLinear(['a', '@', 'a@', '.', 'a.', ' ', '-', '\ud800', '@a.'], clean)
  expectLinear(['a', 'a.', '_.', '.', 'a_'], (text) => EVENT_TYPE_PATTERN.test(text))
  expectLinear(['a', '$', '-', '"'], (text) => memberPath('', text))
  const pieces = [
    '1',
    '1e',
    '"',
    '\\',
    '{"a":',
    '[',
    '1.',
    '"\\\\"',
    '9007199254740993,',
    '[1e999,',
  ]
  expectLinear(pieces, parseJsonStrictly)
  expectLinear(pieces, (text) => parseJsonStrictly(JSON.stringify([text, 1])))
  expectLinear(['1,', '1e5,', '"\\\\",'], (text) => parseJsonStrictly(`[${text.slice(0, -2)}1]`))
})
