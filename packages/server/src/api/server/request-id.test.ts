import { expect, test } from 'vitest'
import { systemRandom } from '../../random.ts'
import { createRequestIds, REQUEST_ID_LENGTH_MAX } from './request-id.ts'

const given = (id: string | undefined) => ({
  headers: id === undefined ? {} : { 'x-request-id': id },
})

test("a caller's own is taken where it is printable and short", () => {
  const ids = createRequestIds(systemRandom)
  for (const id of ['a', 'a b', '~', 'x'.repeat(REQUEST_ID_LENGTH_MAX), '{"a":1}']) {
    expect(ids.of(given(id))).toBe(id)
  }
  const others = ['', ' ', 'a ', 'é', 'a\tb', '\x7f', 'x'.repeat(REQUEST_ID_LENGTH_MAX + 1)]
  for (const id of [undefined, ...others]) {
    expect(ids.of(given(id))).toMatch(/^req_[0-9a-f]{16}$/)
  }
})

test('no two are alike, nor of two processes', () => {
  const processes = [createRequestIds(systemRandom), createRequestIds(systemRandom)]
  const drawn = processes.flatMap((ids) => Array.from({ length: 2_000 }, () => ids.next()))
  expect(new Set(drawn).size).toBe(drawn.length)
})
