import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { Slots } from './slots.ts'

function setup(freshMax = 4) {
  const clock = manualClock()
  let room = 0
  const slots = new Slots({ clock, freshMax, onRoom: () => (room += 1) })
  return { clock, slots, rooms: () => room }
}

test('lanes that have not proved themselves hold at most half', () => {
  const { slots } = setup()
  slots.take(false, () => {})
  slots.take(false, () => {})
  expect(slots.hasRoom(false)).toBe(false)
  expect(slots.hasRoom(true)).toBe(true)
  slots.take(true, () => {})
  slots.take(true, () => {})
  expect(slots.hasRoom(true)).toBe(false)
})

test('a request older than 2 s makes room for another, and tells its lane', () => {
  const { clock, slots, rooms } = setup()
  const slow: string[] = []
  slots.take(false, () => slow.push('a'))
  clock.advance(1_000)
  slots.take(false, () => slow.push('b'))
  clock.advance(1_000)
  expect(slow).toEqual(['a'])
  expect(slots.hasRoom(false)).toBe(true)
  clock.advance(1_000)
  expect(slow).toEqual(['a', 'b'])
  expect(slots).toMatchObject({ open: 2, slow: 2 })
  expect(rooms()).toBe(2)
})

test('at most four times as many are slow; what comes after keeps its place', () => {
  const { clock, slots } = setup(2)
  for (let wave = 0; wave < 8; wave++) {
    while (slots.hasRoom(true)) slots.take(true, () => {})
    clock.advance(2_500)
  }
  expect(slots).toMatchObject({ open: 10, slow: 8 })
  expect(slots.hasRoom(true)).toBe(false)
})

test('what is given back is room again, slow or not', () => {
  const { clock, slots } = setup(2)
  const first = slots.take(false, () => {})
  expect(slots.hasRoom(false)).toBe(false)
  slots.give(first)
  expect(slots.hasRoom(false)).toBe(true)
  const second = slots.take(false, () => {})
  clock.advance(2_500)
  slots.give(second)
  expect(slots).toMatchObject({ open: 0, slow: 0 })
})
