import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { createIds, idFloor, idTime, isId } from './id.ts'
import { systemRandom } from './random.ts'

function setup(now = () => 1_700_000_000_000) {
  return createIds({ ...systemClock, now }, systemRandom)
}

test('ids of one generator rise strictly, within a millisecond too', () => {
  const ids = setup()
  const made = Array.from({ length: 10_000 }, () => ids.next('event'))
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})

test('ids go on rising when the clock steps back', () => {
  let now = 1_700_000_000_000
  const ids = setup(() => now)
  const before = ids.next('lead')
  now -= 60_000
  expect(ids.next('lead') > before).toBe(true)
})

test('an id tells its time and its kind', () => {
  const id = setup().next('delivery')
  expect(id).toMatch(/^dlv_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  expect(idTime(id)).toBe(1_700_000_000_000)
  expect(isId('delivery', id)).toBe(true)
  expect(isId('webhook', id)).toBe(false)
  expect(isId('delivery', id.toUpperCase())).toBe(false)
})

test('the floor of an instant is below every id made then, and above every one before', () => {
  const id = setup().next('delivery')
  expect(idFloor('delivery', 1_700_000_000_000) <= id).toBe(true)
  expect(idFloor('delivery', 1_700_000_000_001) > id).toBe(true)
})

test('a UUIDv7 of the TypeID specification is spelled as there', () => {
  // 01890a5d-ac96-774b-bcce-b302099a8057 is 01h455vb4pex5vsknk084sn02q in its examples.
  expect(idTime('x_01h455vb4pex5vsknk084sn02q')).toBe(0x01890a5dac96)
  expect(idFloor('lead', 0x01890a5dac96).slice(5, 14)).toBe('01h455vb4')
  const drawn = Buffer.from('3cceb302099a8057', 'hex')
  const bytes = (length: number) =>
    length === 2 ? Buffer.from('074b', 'hex') : Buffer.alloc(length, drawn)
  const ids = createIds({ ...systemClock, now: () => 0x01890a5dac96 }, { bytes, fraction: () => 0 })
  expect(ids.next('lead')).toBe('lead_01h455vb4pex5vsknk084sn02q')
  expect(ids.next('link')).toBe('link_01h455vb4pex6bsknk084sn02q')
})
