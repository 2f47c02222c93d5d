import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { Lane } from './lane.ts'
import { LaneAlarms } from './lane-alarms.ts'

function setup() {
  const clock = manualClock()
  const rung: string[] = []
  const alarms = new LaneAlarms({ clock, onAlarm: (lane) => rung.push(lane.webhookId) })
  alarms.switch(true)
  const set = (lane: Lane, inMs: number) => {
    lane.dueAt = clock.monotonic() + inMs
    alarms.set(lane)
  }
  return { clock, rung, alarms, set }
}

test('a lane that is due sooner than it was rings once, at the sooner time', () => {
  const { clock, rung, set } = setup()
  const lane = new Lane('wh_1')
  for (const inMs of [9_000, 5_000, 2_000]) set(lane, inMs)
  clock.advance(1_999)
  expect(rung).toEqual([])
  clock.advance(1)
  expect(rung).toEqual(['wh_1'])
  clock.advance(60_000)
  expect(rung).toEqual(['wh_1'])
})

test('what is due far ahead is looked at on the way there', () => {
  const { clock, rung, set } = setup()
  set(new Lane('wh_1'), 86_400_000)
  clock.advance(60_000)
  expect(rung).toEqual(['wh_1'])
})

test('what was set while it was off rings when it is on again', () => {
  const { clock, rung, alarms, set } = setup()
  alarms.switch(false)
  set(new Lane('wh_1'), 1_000)
  clock.advance(5_000)
  expect(rung).toEqual([])
  alarms.switch(true)
  clock.advance(1)
  expect(rung).toEqual(['wh_1'])
})
