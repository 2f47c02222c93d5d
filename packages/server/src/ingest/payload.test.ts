import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyText } from '../event.ts'
import { leadPayloadText } from '../lead.ts'
import { cleanLead } from './lead-fields.ts'
import { canonicalPayload } from './payload.ts'

/** Any UTF-16, lone surrogates and controls among it. */
const anyText = fc
  .array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units))

function body(payload: string) {
  return bodyText({ eventType: 'order.created', chatbotId: 'bot_1', payload })
}

test('a body of any JSON payload is a fixed point of JSON, or is refused', () => {
  let accepted = 0
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), anyText, (value, text) => {
      const canonical = canonicalPayload({ [text]: value, '10': 1, '9': [text], z: -0 })
      if (!canonical.ok) return
      accepted += 1
      const sent = body(canonical.text)
      expect(JSON.stringify(JSON.parse(sent))).toBe(sent)
      expect(Buffer.from(sent).toString()).toBe(sent)
    }),
    { numRuns: 2_000 },
  )
  expect(accepted).toBeGreaterThan(1_000)
})

test('a lead of any Unicode is a fixed point of JSON, or is refused', () => {
  let accepted = 0
  fc.assert(
    fc.property(anyText, anyText, (customerName, conversationId) => {
      const cleaned = cleanLead(
        { customerName, conversationId, customerPhone: '1' },
        () => 'conv_1',
      )
      if (!cleaned.ok) return
      accepted += 1
      const sent = body(leadPayloadText(cleaned.lead))
      expect(JSON.stringify(JSON.parse(sent))).toBe(sent)
      expect(Buffer.from(sent).toString()).toBe(sent)
      expect(cleaned.lead.customerName).toBe(customerName.trim().toWellFormed())
    }),
    { numRuns: 2_000 },
  )
  expect(accepted).toBeGreaterThan(1_000)
})

const nested = (levels: number): unknown =>
  JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`)

test.each([
  ['an integer beyond 2^53', { a: [1, { b: 2 ** 53 }] }, 'payload.a[1].b'],
  ['a number that overflows', JSON.parse('{"a":1e400}'), 'payload.a'],
  ['__proto__', JSON.parse('{"a":{"__proto__":1}}'), 'payload.a.__proto__'],
  ['constructor.prototype', { constructor: { prototype: 1 } }, 'payload.constructor'],
  ['U+0000 in a value', { a: 'x\0' }, 'payload.a'],
  ['U+0000 in a key', { 'x\0': 1 }, 'payload.x\0'],
  ['two keys that become one', { '\ud800': 1, '\ud801': 2 }, 'payload.\ud801'],
])('refuses %s, with its path', (_, payload, path) => {
  expect(canonicalPayload(payload)).toMatchObject({ ok: false, refusal: { path } })
})

test('64 levels are taken, 65 and 5,000 are refused', () => {
  expect(canonicalPayload(nested(64)).ok).toBe(true)
  expect(canonicalPayload(nested(65)).ok).toBe(false)
  expect(canonicalPayload(nested(5_000)).ok).toBe(false)
})

test('lone surrogates become U+FFFD, and nothing else is changed', () => {
  const text = 'a\u2028</script>"\\/é😀\u0001'
  expect(canonicalPayload({ k: `${text}\ud800` })).toEqual({
    ok: true,
    text: JSON.stringify({ k: `${text}\ufffd` }),
  })
})
