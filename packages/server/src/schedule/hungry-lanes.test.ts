import { expect, test } from 'vitest'
import { HungryLanes } from './hungry-lanes.ts'
import { Lane } from './lane.ts'

function setup(counts: { trusted: number; untrusted: number }) {
  const hungry = new HungryLanes()
  const lanes = (count: number, name: string, trusted: boolean) =>
    Array.from({ length: count }, (_, index) => {
      const lane = new Lane(`${name}_${index}`)
      lane.trusted = trusted
      hungry.add(lane)
      return lane
    })
  const untrusted = lanes(counts.untrusted, 'u', false)
  const trusted = lanes(counts.trusted, 't', true)
  const namesOf = (room: number) => hungry.take(() => room).map(({ lane }) => lane.webhookId)
  return { hungry, trusted, untrusted, namesOf }
}

test('lanes that have proved themselves have half of a question, however many have not', () => {
  const { hungry, namesOf } = setup({ trusted: 40, untrusted: 1_000 })
  const names = namesOf(1)
  expect(names).toHaveLength(64)
  expect(names.filter((name) => name.startsWith('t_'))).toHaveLength(32)
  expect(hungry.isEmpty).toBe(false)
})

test('where there are few of one kind, the other has the rest', () => {
  const { hungry, namesOf } = setup({ trusted: 40, untrusted: 2 })
  expect(namesOf(1)).toHaveLength(42)
  expect(hungry.isEmpty).toBe(true)
})

test('a lane that is added again keeps its place, and one without room is left out', () => {
  const { hungry, trusted, namesOf } = setup({ trusted: 3, untrusted: 0 })
  for (const lane of trusted.slice(0, 1)) hungry.add(lane)
  expect(namesOf(300)).toEqual(['t_0', 't_1'])
  expect(hungry.take(() => 0)).toEqual([])
  expect(hungry.isEmpty).toBe(true)
})
