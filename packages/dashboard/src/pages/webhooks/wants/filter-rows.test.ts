import { expect, test } from 'vitest'
import {
  type Ask,
  draftOfFilter,
  type FilterDraft,
  filterOf,
  type Json,
  rowFault,
} from './filter-rows.ts'

const row = (path: string, ask: Ask, value = '', key = 0) => ({ key, path, ask, value })
const draft = (kind: FilterDraft['kind'], ...rows: [string, Ask, string?][]): FilterDraft => ({
  kind,
  rows: rows.map(([path, ask, value], key) => row(path, ask, value, key)),
  json: '',
})

const BOTH: [FilterDraft, { [name: string]: Json } | null][] = [
  [draft('all'), null],
  [
    draft('all', ['payload.customerPhone', 'exists']),
    { payload: { customerPhone: { exists: true } } },
  ],
  [draft('all', ['channel', 'equals', 'website']), { channel: { equals: 'website' } }],
  [draft('all', ['custom.seats', 'equals', '3']), { custom: { seats: { in: ['3', 3] } } }],
  [draft('all', ['custom.news', 'equals', 'true']), { custom: { news: { in: ['true', true] } } }],
  [draft('all', ['custom.seats', 'gte', '10']), { custom: { seats: { gte: 10 } } }],
  [draft('all', ['custom.plan', 'in', 'pro, max']), { custom: { plan: { in: ['pro', 'max'] } } }],
  [
    draft('any', ['custom.plan', 'differs', 'free'], ['context.page', 'lacks', '/careers']),
    {
      any: [
        { not: { custom: { plan: { equals: 'free' } } } },
        { not: { context: { page: { contains: '/careers' } } } },
      ],
    },
  ],
  [
    draft('all', ['payload.customerEmail', 'contains', '@'], ['channel', 'missing']),
    { all: [{ payload: { customerEmail: { contains: '@' } } }, { channel: { exists: false } }] },
  ],
]

test.each(BOTH)('rows and their filter are the same: %j', (rows, filter) => {
  expect(filterOf(rows)).toEqual(filter)
  expect(draftOfFilter(filter)).toEqual(rows)
})

test('what others wrote is shown in rows, where rows can say it', () => {
  const mirrored = {
    payload: { customerPhone: { exists: true, startsWith: '+254' }, customerName: 'Ann' },
    not: { context: { page: { contains: '/careers' } } },
  }
  expect(draftOfFilter(mirrored)).toEqual(
    draft(
      'all',
      ['payload.customerPhone', 'exists'],
      ['payload.customerPhone', 'startsWith', '+254'],
      ['payload.customerName', 'equals', 'Ann'],
      ['context.page', 'lacks', '/careers'],
    ),
  )
})

test.each<{ [name: string]: Json }>([
  { any: [{ all: [{ channel: 'a' }, { channel: 'b' }] }] },
  { any: [{ channel: 'a' }], eventType: 'x' },
  { not: { any: [{ channel: 'a' }] } },
  { not: { channel: { exists: true } } },
  { payload: { n: 3 } },
  { payload: { n: '3' } },
  { payload: { n: null } },
  { payload: { 'a.b': 'c' } },
  { payload: { n: { in: ['a,b', 'c'] } } },
  { payload: { n: { equals: ' a' } } },
])('what they can not say stays JSON, as it is: %j', (filter) => {
  const read = draftOfFilter(filter)
  expect(read.kind).toBe('json')
  expect(filterOf(read)).toEqual(filter)
})

test.each([
  [row('', 'exists'), 'path'],
  [row('payload..x', 'exists'), 'path'],
  [row('channel', 'equals', ' '), 'value'],
  [row('custom.n', 'gt', 'many'), 'number'],
  [row('custom.n', 'gt', '-1.5'), null],
  [row('channel', 'missing'), null],
] as const)('%j is refused for its %s', (given, fault) => {
  expect(rowFault(given)).toBe(fault)
})

test.each(['{', '[]', '"a"', 'null'])('%s is no filter', (json) => {
  expect(filterOf({ kind: 'json', rows: [], json })).toBeUndefined()
  expect(filterOf({ kind: 'json', rows: [], json: ' ' })).toBeNull()
})
