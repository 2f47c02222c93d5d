import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { createIds, ID_PREFIXES, type IdKind, idFloor, idTime, isId } from './id.ts'
import { systemRandom } from './random.ts'

const kind = fc.constantFrom(...(Object.keys(ID_PREFIXES) as IdKind[]))
const instant = fc.nat({ max: 2 ** 48 - 2 })

function idAt(atMs: number, of: IdKind): string {
  return createIds({ ...systemClock, now: () => atMs }, systemRandom).next(of)
}

test('an id is one of its kind only, tells its instant, and lies between the floors around it', () => {
  fc.assert(
    fc.property(kind, kind, fc.integer({ min: 1, max: 2 ** 48 - 2 }), (own, other, atMs) => {
      const id = idAt(atMs, own)
      expect(isId(own, id)).toBe(true)
      if (other !== own) expect(isId(other, id)).toBe(false)
      expect(idTime(id)).toBe(atMs)
      expect(idFloor(own, atMs) <= id).toBe(true)
      expect(idFloor(own, atMs + 1) > id).toBe(true)
    }),
  )
})

test('floors rise with their instants, and are clamped outside of what an id can hold', () => {
  fc.assert(
    fc.property(kind, instant, instant, (of, one, other) => {
      expect(idFloor(of, one) < idFloor(of, other)).toBe(one < other)
      expect(isId(of, idFloor(of, one))).toBe(true)
    }),
  )
  expect(idFloor('lead', -1)).toBe(idFloor('lead', 0))
  expect(idFloor('lead', 1e300)).toBe(idFloor('lead', 2 ** 48 - 1))
})

test('no other text is an id: one more, one less or another character makes it none', () => {
  fc.assert(
    fc.property(kind, fc.nat(), fc.string({ unit: 'binary', maxLength: 40 }), (of, at, text) => {
      expect(isId(of, text)).toBe(false)
      const id = idAt(1_700_000_000_000, of)
      const spot = at % id.length
      expect(isId(of, id.slice(0, spot))).toBe(false)
      expect(isId(of, `${id}\n`)).toBe(false)
      expect(isId(of, `${id.slice(0, spot)}U${id.slice(spot + 1)}`)).toBe(false)
    }),
  )
})
