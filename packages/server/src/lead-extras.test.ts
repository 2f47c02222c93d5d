import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extrasOf, readContext, readCustom } from './lead-extras.ts'
import { CUSTOM_BYTES_MAX, CUSTOM_FIELDS_MAX } from './text/custom-fields.ts'

const NO_UTM = { source: '', medium: '', campaign: '', term: '', content: '' }
const NOTHING = { page: '', title: '', referrer: '', utm: NO_UTM, language: '', timeZone: '' }

test('own fields keep the order of the form, then of the page; what is empty is not kept', () => {
  const given = { plan: 'pro', seats: 3, news: false, note: '', gone: null, size: 'M' }
  const { value, faults } = readCustom(given, ['size', 'news', 'unknown'])
  expect(JSON.stringify(value)).toBe('{"size":"M","news":false,"plan":"pro","seats":3}')
  expect(faults).toEqual([])
})

test.each([
  ['customerName', 'x'],
  ['token', 'x'],
  ['website', 'x'],
  ['constructor', 'x'],
  ['__proto__', 'x'],
  ['1st', 'x'],
  ['a-b', 'x'],
  ['', 'x'],
  ['a'.repeat(41), 'x'],
  ['a', { b: 1 }],
  ['a', ['b']],
  ['a', 2 ** 60],
  ['a', Number.POSITIVE_INFINITY],
  ['a', 'x\0'],
  ['a', 'x'.repeat(4_097)],
  ['a', 'ä'.repeat(2_049)],
])('%s: %j is left out, with a sentence; the others stay', (name, value) => {
  const given = JSON.parse('{}')
  Object.defineProperty(given, name, { value, enumerable: true })
  Object.assign(given, { good: 'yes' })
  const read = readCustom(given)
  expect(read.value).toEqual({ good: 'yes' })
  expect(read.faults).toEqual([{ path: [name], message: expect.stringMatching(/./) }])
})

test('no more fields and no more bytes than there is room for', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, n]))
  expect(Object.keys(readCustom(many).value)).toHaveLength(CUSTOM_FIELDS_MAX)
  expect(readCustom(many).faults).toHaveLength(10)
  const large = Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [`f${n}`, 'x'.repeat(4_000)]),
  )
  const { value, faults } = readCustom(large)
  expect(Object.keys(value)).toHaveLength(4)
  expect(faults).toHaveLength(2)
})

test('the last byte that there is room for is taken', () => {
  const given = Object.fromEntries(
    Array.from({ length: 5 }, (_, n) => [`f${n}`, 'x'.repeat(3_200)]),
  )
  const { value, faults } = readCustom({ ...given, n: 0 }, ['n'])
  const room = CUSTOM_BYTES_MAX - Buffer.byteLength(JSON.stringify(value))
  expect([faults.length, room >= 0]).toEqual([0, true])
  const filled = { ...value, f0: `${value.f0}${'x'.repeat(room)}` }
  expect(readCustom(filled)).toEqual({ value: filled, faults: [] })
  expect(readCustom({ ...filled, f0: `${filled.f0}x` }).faults).toHaveLength(1)
})

test('whatever a page hands over, what is kept is a fixed point of JSON, and small', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (given) => {
      const text = JSON.stringify(readCustom(given).value)
      expect(JSON.stringify(JSON.parse(text))).toBe(text)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(CUSTOM_BYTES_MAX)
    }),
  )
})

test('addresses are origin and path, with the query where the owner asks', () => {
  const given = {
    page: 'https://ann:pw@shop.example/a?b=c#d',
    referrer: 'https://search.example/?q=x',
  }
  expect(readContext(given, { keepsQuery: false }).value).toEqual({
    ...NOTHING,
    page: 'https://shop.example/a',
    referrer: 'https://search.example/',
  })
  expect(readContext(given, { keepsQuery: true }).value).toMatchObject({
    page: 'https://shop.example/a?b=c',
    referrer: 'https://search.example/?q=x',
  })
})

test.each([
  [{ page: 'javascript:alert(1)' }, ['page']],
  [{ page: 5 }, ['page']],
  [{ referrer: 'shop' }, ['referrer']],
  [{ title: ['x'] }, ['title']],
  [{ utm: 'x' }, ['utm']],
  [{ utm: [] }, ['utm']],
  [{ utm: { source: 1 } }, ['utm', 'source']],
  [{ utm: { who: 'x' } }, ['utm', 'who']],
  [{ ip: '1.2.3.4' }, ['ip']],
])('of %j nothing is kept, and %j is told', (given, path) => {
  const { value, faults } = readContext(given, { keepsQuery: false })
  expect(value).toBeNull()
  expect(faults.map((fault) => fault.path)).toEqual([path])
})

test('what is too long is told, and cut', () => {
  const { value, faults } = readContext({ utm: { term: 'x'.repeat(201) } }, { keepsQuery: false })
  expect(value?.utm.term).toHaveLength(200)
  expect(faults).toHaveLength(1)
})

test('a lead that brings nothing has no extras', () => {
  expect(extrasOf({ custom: {}, context: null, channel: 'website' })).toBeNull()
  expect(extrasOf({ custom: {}, context: null, channel: 'whatsapp' })).not.toBeNull()
})
