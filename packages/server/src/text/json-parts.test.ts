import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../test/linear-time.ts'
import { splitJson } from './json-parts.ts'

const OPTIONS = { list: 'events', itemsMax: 500 }

function split(text: string, options = OPTIONS) {
  const found = splitJson(Buffer.from(text), options)
  if (!found.ok) return found
  return { ...found, items: found.items?.map(String) ?? null, others: { ...found.others } }
}

test('any list is taken apart into what JSON.parse finds in it, however it is spaced', () => {
  const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ')
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 5 }), { maxLength: 8 }), space, (list, gap) => {
      const inside = list.map((item) => gap + JSON.stringify(item, null, gap) + gap).join(',')
      const found = split(`${gap}{${gap}"events"${gap}:${gap}[${gap}${inside}${gap}]${gap}}${gap}`)
      if (!found.ok) throw new Error(found.message)
      expect(found.items?.map((item) => JSON.parse(item))).toEqual(JSON.parse(JSON.stringify(list)))
    }),
  )
})

test('what stands beside the list is read, where it is small; the list may be missing', () => {
  const text = `{"a":{"b":[1]},"events":[{}, "]"],"c":null,"d":"${'x'.repeat(70_000)}","e":-1.5e3}`
  const others = { a: { b: [1] }, c: null, d: null, e: -1500 }
  expect(split(text)).toEqual({ ok: true, items: ['{}', '"]"'], others })
  expect(split('{"events":7}')).toEqual({ ok: true, items: null, others: { events: 7 } })
  expect(split('{}')).toEqual({ ok: true, items: null, others: {} })
  expect(split('{"\\u0065vents":[]}')).toEqual({ ok: true, items: [], others: {} })
})

test('one item too many is found, and the rest is not looked at', () => {
  const found = split(`{"events":[1,2,3,4 and so on`, { list: 'events', itemsMax: 2 })
  expect(found).toEqual({ ok: true, items: ['1', '2', '3'], others: {} })
})

test.each([
  '',
  '[]',
  '{',
  '{"events"',
  '{"events":',
  '{"events":[',
  '{"events":[{}',
  '{"events":[{},',
  '{"events":[{},]}',
  '{"events":[,{}]}',
  '{"events":[{}}',
  '{"events":[{"a":"]}',
  '{"events":["\\"]}',
  '{"events":[]',
  '{"events":[]}x',
  '{"events":[]}}',
  '{"events":[],}',
  '{events:[]}',
  '{"a":nul,"events":[]}',
])('%s is no JSON, and is told so', (text) => {
  expect(split(text)).toMatchObject({ ok: false, code: 'invalid_json' })
})

test('a key beside the list that stands there twice is refused, in any spelling', () => {
  for (const again of ['"events":[]', '"\\u0065vents":[]', '"events":1']) {
    expect(split(`{"events":[1],${again}}`)).toMatchObject({
      ok: false,
      code: 'invalid_input',
      path: 'events',
    })
  }
})

test('hostile documents are gone through in linear time', () => {
  expectLinear(['[', '{', '"', '\\"', '\\', '{"a":', '[[', '],', '1,', ' '], (text) => {
    splitJson(Buffer.from(`{"events":[${text}`), OPTIONS)
    splitJson(Buffer.from(`{"a":${text}`), OPTIONS)
  })
})
