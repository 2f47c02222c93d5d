import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from '../../errors.ts'
import { createCursors } from './cursor.ts'

const cursors = createCursors(Buffer.alloc(32, 7))
const scope = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !text.includes('\n'))
const id = fc.stringMatching(/^[a-z]{2,4}_[0-9a-z]{26}$/)

function refuses(inScope: string, cursor: string): boolean {
  try {
    cursors.open(inScope, cursor)
    return false
  } catch (error) {
    if (error instanceof ApiError && error.code === 'invalid_cursor') return true
    throw error
  }
}

test('a cursor opens in its own list, and in no other', () => {
  fc.assert(
    fc.property(scope, scope, id, (own, other, lastId) => {
      const cursor = cursors.seal(own, lastId)
      expect(cursors.open(own, cursor)).toBe(lastId)
      // Lone surrogates are the same bytes to a MAC; no filter holds one.
      if (own.toWellFormed() !== other.toWellFormed()) expect(refuses(other, cursor)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('a cursor of which one bit, one character or the end is another opens nowhere', () => {
  fc.assert(
    fc.property(id, fc.nat(), fc.nat(7), (lastId, at, bit) => {
      const cursor = cursors.seal('leads', lastId)
      const bytes = Buffer.from(cursor, 'base64url')
      const spot = at % bytes.length
      bytes[spot] = (bytes[spot] ?? 0) ^ (1 << bit)
      expect(refuses('leads', bytes.toString('base64url'))).toBe(true)
      expect(refuses('leads', cursor.slice(0, at % cursor.length))).toBe(true)
      expect(refuses('leads', `${cursor}=`)).toBe(true)
      expect(refuses('leads', `${cursor}A`)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('what nobody sealed is refused, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
      expect(refuses('leads', text)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
  expect(refuses('leads', 'A'.repeat(100_000))).toBe(true)
})
