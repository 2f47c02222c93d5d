import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectLinear } from '../../test/linear-time.ts'
import { DOCUMENT_DEPTH_MAX, parseJsonStrictly, unsafeJsonPath } from './json.ts'

test('what JSON.stringify writes is read back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const parsed = parseJsonStrictly(JSON.stringify(value))
      const isPoisoned = unsafeJsonPath(value, { path: '', depthMax: 99 }) !== null
      if (!isPoisoned)
        expect(parsed).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) })
    }),
  )
})

test('every double survives in its shortest spelling', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(parseJsonStrictly(JSON.stringify([number])).ok).toBe(true)
    }),
  )
})

test.each([
  '9007199254740993',
  '-9007199254740993',
  '1e400',
  '-1E400',
  '1e-400',
  '0.1000000000000000055',
  '12345678901234567890.5',
  '123456789012345678',
  '9007199254740992.5',
])('%s is refused with its path, wherever it stands', (number) => {
  const text = `{"a":"${number}","b":[true,{"c d":${number}}],"e":1e2}`
  expect(parseJsonStrictly(text)).toMatchObject({
    ok: false,
    code: 'invalid_input',
    path: 'b[1]["c d"]',
  })
})

test.each([
  '9007199254740992',
  '1.0',
  '100000000000000000000',
  '1e21',
  '6.02e23',
  '0.30000000000000004',
  '5e-324',
  '0e999',
  '-0.0',
  '1.7976931348623157e308',
  '0.00000000000000000000000000000000000000001',
])('%s is held exactly', (number) => {
  expect(parseJsonStrictly(`[${number}]`)).toEqual({ ok: true, value: [Number(number)] })
})

test('digits in strings are no numbers, whatever quotes and backslashes are around them', () => {
  const value = { a: '1e999', 'b"1e999': '\\', c: '\\"9007199254740993\\\\', d: 1e3 }
  expect(parseJsonStrictly(JSON.stringify(value))).toEqual({ ok: true, value })
})

test('a number is judged alike, whether the text as a whole is looked at closely or not', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 18 })
  const number = fc
    .tuple(fc.boolean(), digits, fc.option(digits), fc.option(fc.integer({ min: -330, max: 330 })))
    .map(([isNegative, whole, fraction, exponent]) => {
      const integer = whole.join('').replace(/^0+(?=\d)/, '')
      const rest = fraction === null ? '' : `.${fraction.join('')}`
      return `${isNegative ? '-' : ''}${integer}${rest}${exponent === null ? '' : `E${exponent}`}`
    })
  let refused = 0
  fc.assert(
    fc.property(number, fc.json(), (text, other) => {
      // An exponent in a text makes it look at each number.
      const closely = parseJsonStrictly(`{"a":${text},"b":1e2}`)
      if (!closely.ok) refused += 1
      expect(parseJsonStrictly(`{"a":${text}}`).ok).toBe(closely.ok)
      expect(parseJsonStrictly(`[${JSON.stringify(other)},${text}]`).ok).toBe(closely.ok)
    }),
    { numRuns: 3_000 },
  )
  expect(refused).toBeGreaterThan(100)
})

test.each([
  ['{"__proto__":1}', '__proto__'],
  ['{"a":[{"\\u005f_proto__":{}}]}', 'a[0].__proto__'],
  ['{"a":{"constructor":{"prototype":{}}}}', 'a.constructor.prototype'],
])('%s is refused: parsers drop or refuse that key', (text, path) => {
  expect(parseJsonStrictly(text)).toMatchObject({ ok: false, code: 'invalid_input', path })
})

test.each([
  ['{"a":1,"a":1}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"\\u0061":{},"b":{"a":1},"a":[]}', 'a'],
  ['{"a":[1,{"x":"}"},{"b c":{"k":"\\"","k":null}}]}', 'a[2]["b c"].k'],
  ['{"a":{"b":1},"c":["{",{"b":1,"c":[],"b":{}}]}', 'c[1].b'],
  ['{"":1,"":2}', '[""]'],
  ['[[[{"😀":1,"\\ud83d\\ude00":2}]]]', '[0][0][0]["😀"]'],
  ['{"1":1,"b":2,"1":3}', '1'],
  ['{"a\\/b":1,"a/b":2}', '["a/b"]'],
])('%s is refused: a key stands there twice', (text, path) => {
  expect(parseJsonStrictly(text)).toMatchObject({
    ok: false,
    code: 'invalid_input',
    path,
    message: expect.stringContaining('twice'),
  })
})

test('the same key in two objects, and colons in texts, are no doubled key', () => {
  const text = '{"a":{"a":"a:b\\":c"},"b":[{"a":1},{"a":2}],"A":"{\\"a\\":1,\\"a\\":2}"}'
  expect(parseJsonStrictly(text)).toEqual({ ok: true, value: JSON.parse(text) })
})

test('whatever object one member is put into a second time, it is refused', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string(), (value, key) => {
      const member = `${JSON.stringify(key)}:${JSON.stringify(value)}`
      const text = `[${JSON.stringify(value)},{${member},"k ${JSON.stringify(key).slice(1)}:0,${member}}]`
      const parsed = parseJsonStrictly(text)
      expect(parsed.ok).toBe(false)
    }),
  )
})

test('a constructor that is only a word is fine', () => {
  const value = { constructor: 'Gaudí', prototype: { constructor: { name: 'x' } } }
  expect(parseJsonStrictly(JSON.stringify(value)).ok).toBe(true)
})

describe('nesting', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  test('is taken up to the limit and refused above it', () => {
    expect(parseJsonStrictly(nested(DOCUMENT_DEPTH_MAX)).ok).toBe(true)
    expect(parseJsonStrictly(nested(DOCUMENT_DEPTH_MAX + 1))).toMatchObject({
      ok: false,
      code: 'invalid_input',
    })
  })

  test('of a hundred thousand levels overflows no stack', () => {
    expect(parseJsonStrictly(nested(100_000)).ok).toBe(false)
    expect(parseJsonStrictly(`${'{"a":'.repeat(100_000)}1e999${'}'.repeat(100_000)}`).ok).toBe(
      false,
    )
  })
})

test.each([
  ['', 'it is empty'],
  ['  ', 'it is empty'],
  ['{"a":', 'it ends too early, after 5 characters'],
  ['{"a":1,}', 'Expected double-quoted property name at position 7 (line 1, column 8)'],
  ['{"a":1 "b":2}', "Expected ',' or '}' after property value at position 7 (line 1, column 8)"],
  ['[1,2', "Expected ',' or ']' after array element at position 4 (line 1, column 5)"],
  ['hello', "Unexpected token 'h'"],
])('%j is not JSON, and the message says where', (text, sentence) => {
  expect(parseJsonStrictly(text)).toEqual({
    ok: false,
    code: 'invalid_json',
    path: '',
    message: `The body is not valid JSON: ${sentence}`,
  })
})

test('the message never quotes what was sent', () => {
  const parsed = parseJsonStrictly('{"name":"Ann","email":ann@example.com, "phone":"1234567"}')
  expect(parsed).not.toMatchObject({ message: expect.stringContaining('example') })
})

test('a key that stands there twice is found in linear time', () => {
  expectLinear(['{"a":1},', '"\\\\",', '[0],'], (text) => {
    parseJsonStrictly(`[${text.slice(0, -1).replace(/[^\]}"0-9]*$/, '')},{"b":1,"b":2}]`)
  })
})

test.each(['0.1', '1'])('a number of %s and 100 KB of zeros is read in linear time', (head) => {
  const end = head === '1' ? `1e-${100_000}` : '1'
  expectLinear(['0'], (zeros) => {
    parseJsonStrictly(`{"n":${head}${zeros.replace(/[^0]/g, '')}${end}}`)
  })
})
