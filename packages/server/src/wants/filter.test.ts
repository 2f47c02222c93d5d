import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seenLead } from '../../test/seen-lead.ts'
import { describeFilter, explainFilter } from './explain-filter.ts'
import { CONDITIONS_MAX, compileFilter, parseFilter } from './filter.ts'
import type { JsonValue, SeenEvent } from './seen-event.ts'

function event(change: Partial<SeenEvent> = {}): SeenEvent {
  return seenLead({
    payload: { customerName: 'Ann Größe', customerEmail: 'ann@shop.example', customerPhone: '' },
    custom: { department: 'Sales', seats: 3, news: true },
    ...change,
  })
}

function matches(filter: JsonValue, of: SeenEvent = event()): boolean {
  const parsed = parseFilter(filter)
  if (!parsed.ok) throw new Error(parsed.message)
  const holds = compileFilter(parsed.filter)(of)
  const told = explainFilter(parsed.filter, of)
  expect(told.matches).toBe(holds)
  expect(told.why === '').toBe(holds)
  expect(told.reason.length).toBeLessThanOrEqual(200)
  return holds
}

test.each<[filter: JsonValue, holds: boolean]>([
  [{ eventType: 'lead.submit' }, true],
  [{ eventType: { in: ['order.paid', 'lead.submit'] } }, true],
  [{ eventType: 'leads.submit' }, true],
  [{ eventType: { in: ['leads.submit'] } }, true],
  [{ eventType: 'Lead.submit' }, false],
  [{ payload: { customerPhone: { exists: true } } }, false],
  [{ payload: { customerPhone: { exists: false } } }, true],
  [{ payload: { nothing: { exists: false } } }, true],
  [{ payload: { nothing: { contains: 'a' } } }, false],
  [{ payload: { nothing: null } }, false],
  [{ payload: { customerName: { contains: 'GRÖSSE' } } }, true],
  [{ payload: { customerEmail: { startsWith: 'ANN@' } } }, true],
  [{ custom: { department: { startsWith: 'sa' }, seats: { gte: 3, lt: 4 } } }, true],
  [{ custom: { seats: '3' } }, false],
  [{ custom: { seats: { gt: 3 } } }, false],
  [{ custom: { news: true } }, true],
  [{ custom: { department: { gt: 1 } } }, false],
  [{ context: { page: { contains: '/careers' } } }, false],
  [{ not: { context: { page: { contains: '/careers' } } } }, true],
  [{ any: [{ custom: { seats: 4 } }, { custom: { seats: 3 } }] }, true],
  [{ all: [{ custom: { seats: 4 } }, { custom: { seats: 3 } }] }, false],
  [{ custom: { __proto__: { exists: true } } } as JsonValue, false],
  [JSON.parse('{"payload":{"constructor":{"exists":true}}}'), false],
])('%j is %s', (filter, holds) => {
  if (Object.keys((filter as { custom?: object }).custom ?? { x: 1 }).length === 0) return
  expect(matches(filter)).toBe(holds)
})

test('a list holds if one of its members does, also on the way', () => {
  const order = event({
    payload: {
      tags: ['a', 'B'],
      items: [
        { sku: 'x', n: 1 },
        { sku: 'y', n: 5 },
      ],
      none: [],
    },
  })
  expect(matches({ payload: { tags: 'a' } }, order)).toBe(true)
  expect(matches({ payload: { tags: { contains: 'b' } } }, order)).toBe(true)
  expect(matches({ payload: { items: { n: { gt: 4 } } } }, order)).toBe(true)
  expect(matches({ payload: { items: { n: { gt: 5 } } } }, order)).toBe(false)
  expect(matches({ payload: { none: { exists: true } } }, order)).toBe(true)
  expect(matches({ payload: { none: 'a' } }, order)).toBe(false)
  expect(matches({ payload: { none: { sku: { exists: false } } } }, order)).toBe(true)
})

test.each<[filter: JsonValue, path: string]>([
  ['all', 'filter'],
  [[], 'filter'],
  [{}, 'filter'],
  [{ paylod: {} }, 'filter.paylod'],
  [{ payload: {} }, 'filter.payload'],
  [{ payload: { a: ['x'] } }, 'filter.payload.a'],
  [{ payload: { a: { exists: true, b: 1 } } }, 'filter.payload.a.b'],
  [{ payload: { a: { exists: 'yes' } } }, 'filter.payload.a.exists'],
  [{ payload: { a: { in: 'x' } } }, 'filter.payload.a.in'],
  [{ payload: { a: { in: [] } } }, 'filter.payload.a.in'],
  [{ payload: { a: { in: [{}] } } }, 'filter.payload.a.in'],
  [{ payload: { a: { gt: '1' } } }, 'filter.payload.a.gt'],
  [{ payload: { a: { startsWith: 1 } } }, 'filter.payload.a.startsWith'],
  [{ payload: { a: { contains: '' } } }, 'filter.payload.a.contains'],
  [{ payload: { a: { equals: {} } } }, 'filter.payload.a.equals'],
  [{ payload: { 'a b': {} } }, 'filter.payload.a b'],
  [{ any: [] }, 'filter.any'],
  [{ any: {} }, 'filter.any'],
  [{ all: [{ x: 1 }] }, 'filter.all.0.x'],
  [{ not: { not: { not: { not: { not: { channel: 'a' } } } } } }, 'filter.not.not.not.not.not'],
])('%j is refused at %s', (filter, path) => {
  const parsed = parseFilter(filter)
  expect(parsed.ok).toBe(false)
  expect(parsed.ok ? '' : ['filter', ...parsed.steps].join('.')).toBe(path)
})

test('twenty conditions are taken, and no more; so are sixteen steps', () => {
  const of = (count: number) => ({ any: Array.from({ length: count }, () => ({ channel: 'a' })) })
  expect(parseFilter(of(CONDITIONS_MAX)).ok).toBe(true)
  expect(parseFilter(of(CONDITIONS_MAX + 1)).ok).toBe(false)
  const deep = (steps: number): JsonValue =>
    steps === 0 ? { exists: true } : { a: deep(steps - 1) }
  expect(parseFilter({ payload: deep(15) }).ok).toBe(true)
  expect(parseFilter({ payload: deep(16) }).ok).toBe(false)
})

test('an event is told why it is kept back, and the reason that is kept has nothing of it', () => {
  const why = (filter: JsonValue, of = event()) => {
    const parsed = parseFilter(filter)
    return parsed.ok ? explainFilter(parsed.filter, of) : null
  }
  expect(why({ payload: { customerPhone: { exists: true } } })).toMatchObject({
    why: '`customerPhone` is empty',
    reason: '`customerPhone` is empty',
  })
  expect(why({ payload: { customerName: 'Bob' } })).toMatchObject({
    why: '`customerName` is "Ann Größe", and not "Bob"',
    reason: '`customerName`: it is not "Bob"',
  })
  const page = { ...event(), context: { page: 'https://a/careers/1' } } as SeenEvent
  expect(why({ not: { context: { page: { contains: '/careers' } } } }, page)?.reason).toBe(
    '`context.page` is what the filter leaves out',
  )
  const parsed = parseFilter({
    custom: { seats: { gt: 5 } },
    any: [{ channel: 'a' }, { channel: 'b' }],
  })
  expect(parsed.ok && describeFilter(parsed.filter)).toBe(
    '`custom.seats` is more than 5 and (`channel` is "a" or `channel` is "b")',
  )
})

test('any filter that is taken judges any event, and not is its opposite', () => {
  const name = fc.constantFrom('a', 'b', 'customerPhone', 'exists', 'any', 'toString')
  const leaf = fc.oneof(
    fc.constantFrom<JsonValue>('', 'x', 1, true, null),
    fc.constantFrom<JsonValue>({ exists: true }, { exists: false }, { gt: 1 }, { contains: 'x' }),
    fc.constantFrom<JsonValue>({ in: ['x', 1] }, { startsWith: 'X', exists: true }),
  )
  const step = fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 2 })
  const group = fc.record({ payload: step as fc.Arbitrary<JsonValue> })
  const filter = fc.oneof(
    group,
    fc.record({ any: fc.array(group, { minLength: 1, maxLength: 3 }) }),
  )
  fc.assert(
    fc.property(filter, fc.jsonValue({ maxDepth: 3 }), (given, payload) => {
      const of = event({ payload: payload as JsonValue })
      const parsed = parseFilter(given as JsonValue)
      if (!parsed.ok) return
      const holds = compileFilter(parsed.filter)(of)
      expect(explainFilter(parsed.filter, of).matches).toBe(holds)
      expect(matches({ not: given as JsonValue }, of)).toBe(!holds)
    }),
  )
})
