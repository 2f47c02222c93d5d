import { expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

function setup() {
  const turns = new FairQueue<string>()
  const put = (...items: string[]) => {
    for (const item of items) turns.push(item.slice(0, 1), item)
  }
  const takeAll = () => {
    const taken: string[] = []
    for (let next = turns.peek(); next !== undefined; next = turns.peek()) {
      expect(turns.shift()).toBe(next)
      taken.push(next)
    }
    return taken
  }
  return { turns, put, takeAll }
}

test('owners take turns, each in its own order', () => {
  const { turns, put, takeAll } = setup()
  put('a1', 'a2', 'a3', 'b1', 'c1', 'c2')
  expect(turns.size).toBe(6)
  expect(takeAll()).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
  expect([turns.size, turns.shift()]).toEqual([0, undefined])
})

test('whoever was served last comes after those who came meanwhile', () => {
  const { turns, put, takeAll } = setup()
  put('a1', 'a2')
  expect(turns.shift()).toBe('a1')
  put('b1')
  expect(turns.shift()).toBe('a2')
  put('a3', 'b2')
  expect(takeAll()).toEqual(['b1', 'a3', 'b2'])
})

test('a long queue that never empties stays in order', () => {
  const { turns, put } = setup()
  let put0 = 0
  for (let taken = 0; taken < 5_000; taken++) {
    put(`a${put0++}`, `a${put0++}`)
    expect(turns.shift()).toBe(`a${taken}`)
  }
  expect(turns.size).toBe(5_000)
})
