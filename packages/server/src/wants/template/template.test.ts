import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seenLead } from '../../../test/seen-lead.ts'
import type { TemplateType } from '../shape.ts'
import { PLACEHOLDERS_MAX, parseTemplate, TooLarge } from './template.ts'

const EVENT = seenLead({
  payload: {
    conversationId: 'c1',
    customerEmail: 'Ann@Shop.example',
    customerName: ' Ann "B" Lee ',
    customerPhone: '+254 700-000',
  },
  custom: { seats: 3, news: true, plan: '' },
})

function made(text: string, type: TemplateType = 'json', event = EVENT, types = ['lead.submit']) {
  const parsed = parseTemplate(text, type, types)
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.message}`)
  return parsed.template(event)
}

test.each([
  ['{"a":"{{payload.customerEmail}}"}', '{"a":"Ann@Shop.example"}'],
  ['{"a":"{{ payload.customerName | trim | first | upper }}"}', '{"a":"ANN"}'],
  ['{"a":"{{payload.customerName|last}}!"}', '{"a":"Lee!"}'],
  ['{"a":"{{payload.customerPhone | digits}}"}', '{"a":"254700000"}'],
  [
    '{"a":"{{eventTime | date}}","b":"{{eventTime}}"}',
    '{"a":"2026-04-26","b":"2026-04-26T08:30:14.118Z"}',
  ],
  [
    '{"a":"{{custom.seats}}","b":"{{custom.news}}","c":"{{custom.nope}}"}',
    '{"a":3,"b":true,"c":null}',
  ],
  ['{"a":"x{{custom.seats}}","b":"x{{custom.nope}}"}', '{"a":"x3","b":"x"}'],
  [
    '{"a":"{{custom.plan ?? \'free\'}}","b":"{{custom.nope ?? \\"none\\"}}"}',
    '{"a":"free","b":"none"}',
  ],
  ['{"a":"{{{{ and }}"}', '{"a":"{{ and }}"}'],
  [
    '{"a":"{{custom}}","b":"is {{custom}}"}',
    '{"a":{"seats":3,"news":true,"plan":""},"b":"is {\\"seats\\":3,\\"news\\":true,\\"plan\\":\\"\\"}"}',
  ],
  ['[ {"n": 1.50}, "{{chatbotName}}", null ]', '[{"n":1.5},"Shop",null]'],
  ['{"a":"{{custom.constructor}}{{custom.toString}}"}', '{"a":""}'],
])('%s makes %s', (text, body) => {
  expect(made(text)).toBe(body)
})

test.each<[text: string, says: RegExp, line?: number]>([
  ['{"a":{{payload.customerName}}}', /outside of a text|no JSON/],
  ['{"{{payload.customerName}}":1}', /in a key/],
  ['{"a":1,"a":2}', /stands twice/],
  ['{"a":1,"\\u0061":2}', /stands twice/],
  ['{"a":"{{payload.custmerName}}"}', /did you mean `payload.customerName`/],
  ['{"a":"{{nothing}}"}', /no event has `nothing`/],
  ['{"a":"{{payload.customerName"}', /not closed/],
  ['{"a":"{{payload.customerName | eval}}"}', /no function `eval`/],
  ['{"a":"{{payload.customerName ; x}}"}', /no placeholder/],
  ['{"a":"{{}}"}', /names no path/],
  ['{"a":"{{context | lower}}"}', /is no text/],
  ['{\n"a":"x",\n"b":"{{context.pge}}"}', /context\.page/, 3],
  ['"{{payload.customerName}}"', /object or list/],
  ['{"a":12345678901234567890}', /not kept exactly/],
  ['{"a":"\\u0000"}', /U\+0000/],
  ['{"__proto__":1}', /__proto__/],
  [`{"a":"${'x'.repeat(16_384)}"}`, /16384 bytes/],
  [`{"a":"${'{{eventId}}'.repeat(PLACEHOLDERS_MAX + 1)}"}`, /200 placeholders/],
  ['', /no JSON/],
])('%s is refused', (text, says, line) => {
  const parsed = parseTemplate(text, 'json', ['lead.submit'])
  expect(parsed.ok ? 'taken' : parsed.message).toMatch(says)
  if (line !== undefined && !parsed.ok) expect(parsed.line).toBe(line)
})

test('what a type has no schema for can not be checked, and is taken', () => {
  expect(
    made('{"a":"{{payload.total}}"}', 'json', { ...EVENT, payload: { total: 5 } }, ['order.paid']),
  ).toBe('{"a":5}')
  expect(parseTemplate('{"a":"{{payload.total}}"}', 'json', ['lead.submit', '*']).ok).toBe(true)
  expect(parseTemplate('{"a":"{{payload.count | lower}}"}', 'json', ['webhook.failing']).ok).toBe(
    false,
  )
})

test('a form is fields of name and text, encoded', () => {
  const text = 'name={{payload.customerName | trim}}\r\n\r\nfrom=a=b & {{{{c\nname=twice'
  expect(made(text, 'form')).toBe('name=Ann+%22B%22+Lee&from=a%3Db+%26+%7B%7Bc&name=twice')
  for (const bad of ['', 'no equals', '=x', '{{eventId}}=x', 'a={{nope}}']) {
    expect(parseTemplate(bad, 'form', ['lead.submit']).ok, bad).toBe(false)
  }
})

test('whatever a visitor types, the body has the same keys and is a fixed point', () => {
  const text =
    '{"name":"{{payload.customerName}}","say":"Hi {{payload.customerName}}, {{custom.plan}}","n":[1]}'
  const parsed = parseTemplate(text, 'json', ['lead.submit'])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (name, plan) => {
      if (!parsed.ok) throw new Error(parsed.message)
      const payload = { ...(EVENT.payload as object), customerName: name }
      const body = parsed.template({ ...EVENT, payload, custom: { plan } })
      const read = JSON.parse(body)
      expect(JSON.stringify(read)).toBe(body)
      expect(Object.keys(read)).toEqual(['name', 'say', 'n'])
      expect(read.name).toBe(name)
    }),
  )
  expect(made(text, 'json', { ...EVENT, payload: { customerName: '{{eventId}}' } })).toContain(
    '"{{eventId}}"',
  )
})

test('each placeholder has its own value, whatever the order in which JSON keeps the keys', () => {
  const names = ['customerName', 'customerEmail', 'customerPhone', 'conversationId']
  const key = fc.oneof(fc.constantFrom('1', '0', '10', 'b', 'a', '-1', '01'), fc.string())
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { minLength: 1, maxLength: 8 }),
      fc.array(fc.constantFrom(...names), { minLength: 8, maxLength: 8 }),
      (keys, chosen) => {
        fc.pre(
          keys.every(
            (each) => !each.includes('{{') && each !== '__proto__' && !each.includes('\0'),
          ),
        )
        const pairs = keys.map((each, at) => `${JSON.stringify(each)}:"{{payload.${chosen[at]}}}"`)
        const found = JSON.parse(made(`{${pairs.join(',')}}`))
        const payload = EVENT.payload as Record<string, string>
        for (const [at, each] of keys.entries()) expect(found[each]).toBe(payload[chosen[at] ?? ''])
      },
    ),
  )
})

test.each([
  ['{"a":"\\{{payload.customerName}}","b":"{{payload.customerEmail}}"}', 1, 8, 'backslash'],
  ['{\n  "a": "x",\n  "b": {{payload.customerName}}\n}', 3, 8, 'outside of a text'],
  ['{\n  "a": "{{payload.customerName}}"\n  "b": 1\n}', 3, 3, 'not expected'],
  ['{\n "{{payload.customerName}}": 1}', 2, 3, 'in a key'],
  ['{"a": "{{payload.customerName}}", "a": 1}', 1, 35, 'stands twice'],
  ['{"a": "{{payload.customerName}}"', 1, 33, 'too early'],
  ['{"a": "{{payload.nope}}"}', 1, 8, 'nope'],
  ['a=1', 1, 1, 'not expected'],
])('%s is at fault in line %d, column %d', (text, line, column, message) => {
  const parsed = parseTemplate(text, 'json', ['lead.submit'])
  expect(parsed).toMatchObject({
    ok: false,
    line,
    column,
    message: expect.stringContaining(message),
  })
})

test('a backslash before u0000 is one, and no U+0000', () => {
  expect(made('{"a":"C:\\\\u0000dir"}')).toBe('{"a":"C:\\\\u0000dir"}')
  expect(parseTemplate('{"a":"\\u0000"}', 'json', ['lead.submit'])).toMatchObject({
    ok: false,
    column: 7,
  })
})

test('a template that makes too much of an event stops as soon as that is known', () => {
  const text = `{"a":"${'{{payload.big}} '.repeat(PLACEHOLDERS_MAX)}"}`
  const event = { ...EVENT, payload: { big: 'x'.repeat(60_000) } }
  expect(() => made(text, 'json', event, ['a.b'])).toThrow(TooLarge)
  expect(() => made(`a=${'{{payload.big}}'.repeat(3)}`, 'form', event, ['a.b'])).toThrow(TooLarge)
})
