import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { Slots } from './slots.ts'

function setup(freshMax = 4) {
  const clock = manualClock()
  let rooms = 0
  const slots = new Slots({ clock, freshMax, onRoom: () => (rooms += 1) })
  const take = (trusted: boolean, owner: object = {}, onLate = () => {}) =>
    slots.take(owner, trusted, onLate)
  return { clock, slots, take, rooms: () => rooms }
}

test('lanes that have not proved themselves hold at most half', () => {
  const { slots, take } = setup()
  take(false)
  take(false)
  expect(slots.hasRoom(false)).toBe(false)
  expect(slots.hasRoom(true)).toBe(true)
  take(true)
  take(true)
  expect(slots.hasRoom(true)).toBe(false)
})

test('a request older than 2 s makes room for another, and tells its lane', () => {
  const { clock, slots, take, rooms } = setup()
  const late: string[] = []
  take(false, {}, () => late.push('a'))
  clock.advance(1_000)
  take(false, {}, () => late.push('b'))
  clock.advance(1_100)
  expect(late).toEqual(['a'])
  expect(slots.hasRoom(false)).toBe(true)
  clock.advance(1_000)
  expect(late).toEqual(['a', 'b'])
  expect(slots).toMatchObject({ open: 2, slow: 2 })
  expect(rooms()).toBe(2)
})

test('where it is crowded, requests older than 250 ms move out already, and keep their trust', () => {
  const { clock, slots, take } = setup()
  const late: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) take(true, {}, () => late.push(name))
  expect(slots.hasRoom(true)).toBe(false)
  clock.advance(300)
  expect(slots).toMatchObject({ open: 4, slow: 4 })
  expect(slots.hasRoom(true)).toBe(true)
  expect(late).toEqual([])
  clock.advance(2_000)
  expect(late).toEqual(['a', 'b', 'c', 'd'])
})

test('at most four times as many are slow; what comes after keeps its place', () => {
  const { clock, slots, take } = setup(2)
  for (let wave = 0; wave < 8; wave++) {
    while (slots.hasRoom(true)) take(true)
    clock.advance(2_500)
  }
  expect(slots).toMatchObject({ open: 10, slow: 8 })
  expect(slots.hasRoom(true)).toBe(false)
})

test('when lanes lose their trust with everything they hold, those that answer have a quarter left', () => {
  const { clock, slots, take } = setup(4)
  const hanging = {}
  for (let wave = 0; wave < 5; wave++) {
    while (slots.hasRoom(true)) take(true, hanging, () => slots.distrust(hanging))
    clock.advance(300)
  }
  expect([slots.open, slots.slow, slots.hasRoom(true)]).toEqual([20, 16, false])
  clock.advance(2_500) // even the last of them are late by now
  expect(slots.hasRoom(false)).toBe(false)
  expect(slots.hasRoom(true)).toBe(true)
  take(true)
  expect(slots.hasRoom(true)).toBe(false)
})

test('what is given back is room again, slow or not', () => {
  const { clock, slots, take } = setup(2)
  const first = take(false)
  expect(slots.hasRoom(false)).toBe(false)
  slots.give(first)
  expect(slots.hasRoom(false)).toBe(true)
  const second = take(false)
  clock.advance(2_500)
  slots.give(second)
  expect(slots).toMatchObject({ open: 0, slow: 0 })
})
