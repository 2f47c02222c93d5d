import { expect, test } from 'vitest'
import { manualClock } from '../../test/manual-clock.ts'
import { WAITS_MAX, Waits } from './waits.ts'

function setup() {
  const clock = manualClock()
  const waits = new Waits(clock)
  const gone = new AbortController()
  return { clock, waits, gone, begin: (id = 'wh_1') => waits.begin(id, gone.signal) }
}

test('who waits looks when there is something, also if that was told while it looked', async () => {
  const { waits, begin } = setup()
  const wait = begin()
  waits.wake('wh_2', 'waiting')
  waits.wake('wh_1', 'waiting')
  expect(await wait.over(60_000)).toBe('look')
})

test('it looks when its time is over', async () => {
  const { clock, begin } = setup()
  const over = begin().over(5_000)
  clock.advance(5_000)
  expect(await over).toBe('look')
})

test('it stops when the webhook changed, when its client is gone, or at the end', async () => {
  const { waits, gone, begin } = setup()
  const changed = begin().over(60_000)
  waits.wake('wh_1', 'changed')
  expect(await changed).toBe('stop')
  const left = begin().over(60_000)
  gone.abort()
  expect(await left).toBe('stop')
  const other = waits.begin('wh_1', new AbortController().signal).over(60_000)
  waits.close()
  expect(await other).toBe('stop')
  expect(await waits.begin('wh_1', new AbortController().signal).over(60_000)).toBe('stop')
})

test('a later wait ends an earlier one, and is not ended with it', async () => {
  const { waits, begin } = setup()
  const first = begin()
  const second = begin()
  expect(await first.over(60_000)).toBe('stop')
  first.end()
  waits.wake('wh_1', 'waiting')
  expect(await second.over(60_000)).toBe('look')
})

test('no more wait than there is room for, and whoever waits already may ask again', () => {
  const { waits, begin } = setup()
  for (let count = 0; count < WAITS_MAX; count++) begin(`wh_${count}`)
  expect(waits.hasRoom('wh_new')).toBe(false)
  expect(waits.hasRoom('wh_0')).toBe(true)
})
