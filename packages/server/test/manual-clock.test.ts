import { expect, test } from 'vitest'
import { manualClock } from './manual-clock.ts'

const START = 1_700_000_000_000

function setup() {
  const clock = manualClock(START)
  const fired: [name: string, at: number, now: number][] = []
  const arm = (name: string, delayMs: number, also = () => {}) =>
    clock.setTimer(delayMs, () => {
      fired.push([name, clock.monotonic(), clock.now() - START])
      also()
    })
  return { clock, arm, fired, names: () => fired.map(([name]) => name) }
}

test('timers fire in the order of time, each at its own instant, and none too early', () => {
  const { clock, arm, fired } = setup()
  arm('late', 30)
  arm('early', 10)
  arm('not yet', 31)
  clock.advance(30)
  expect(fired).toEqual([
    ['early', 10, 10],
    ['late', 30, 30],
  ])
  clock.advance(0.5)
  expect([clock.monotonic(), clock.now()]).toEqual([30.5, START + 30])
})

test('those of one instant fire in the order in which they were armed', () => {
  const { clock, arm, names } = setup()
  clock.advance(5)
  for (const name of 'abcdefgh') arm(name, 10)
  clock.advance(4)
  arm('behind', 6)
  arm('before', 5)
  clock.advance(6)
  expect(names().join(' ')).toBe('before a b c d e f g h behind')
})

test('what a timer arms fires on the same way, in its place', () => {
  const { clock, arm, fired } = setup()
  arm('first', 10, () => {
    arm('at once', 0)
    arm('third', 15)
    arm('beyond', 91)
  })
  arm('second', 20)
  clock.advance(100)
  expect(fired.map(([name, at]) => [name, at])).toEqual([
    ['first', 10],
    ['at once', 10],
    ['second', 20],
    ['third', 25],
  ])
  expect(clock.armed()).toEqual([101])
})

test('what is cancelled does not fire, be it by a timer of the same instant', () => {
  const { clock, arm, names } = setup()
  const cancels: (() => void)[] = []
  arm('cancels', 10, () => cancels.forEach((cancel) => void cancel()))
  cancels.push(arm('same instant', 10), arm('later', 20))
  arm('stays', 20)
  expect(clock.armed()).toEqual([10, 10, 20, 20])
  clock.advance(20)
  expect(names()).toEqual(['cancels', 'stays'])
  for (const cancel of cancels) cancel()
  expect(clock.armed()).toEqual([])
})

test('it tells what is armed, the next one first', () => {
  const { clock, arm } = setup()
  clock.advance(1)
  for (const delayMs of [50, 10, 40, 20, 30, -5]) arm('any', delayMs)
  expect(clock.armed()).toEqual([1, 11, 21, 31, 41, 51])
  clock.advance(25)
  expect(clock.armed()).toEqual([31, 41, 51])
})

test('the wall clock may be set, which moves no timer', () => {
  const { clock, arm, fired } = setup()
  arm('a', 10)
  clock.setWall(-3_600_000)
  clock.advance(9)
  clock.setWall(7_200_000)
  expect(fired).toEqual([])
  clock.advance(1)
  expect(fired).toEqual([['a', 10, 3_600_010]])
})

test('it goes on by itself between two timers, and sees what that arms', async () => {
  const { clock, arm, fired } = setup()
  const heartbeat = async () => {
    for (let beat = 0; beat < 3; beat++) {
      await new Promise<void>((resolve) => arm(`beat ${beat}`, 10, resolve))
      await Promise.resolve()
    }
  }
  const beating = heartbeat()
  await clock.pass(25)
  expect(fired.map(([name, at]) => [name, at])).toEqual([
    ['beat 0', 10],
    ['beat 1', 20],
  ])
  expect([clock.monotonic(), clock.armed()]).toEqual([25, [30]])
  await clock.pass(5)
  await beating
})

test('one waits for a timer of a length, or finds it armed', async () => {
  const { clock, arm } = setup()
  let told = ''
  const waiting = clock.whenArmed(20).then(() => {
    told += '20 '
  })
  arm('other', 10)
  await clock.pass(0)
  expect(told).toBe('')
  arm('it', 20)
  await waiting
  await clock.whenArmed(10)
  expect(told).toBe('20 ')
})

test('a timer that moves the clock itself does not set it back', () => {
  const { clock, arm, fired } = setup()
  arm('moves', 10, () => clock.advance(100))
  arm('on the way', 50)
  clock.advance(20)
  expect(fired.map(([name, at]) => [name, at])).toEqual([
    ['moves', 10],
    ['on the way', 50],
  ])
  expect(clock.monotonic()).toBe(110)
})

test('thousands, drawn and cancelled at random, fire in order', () => {
  const { clock, arm, fired } = setup()
  const delays = Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 1_009)
  const cancels = delays.map((delayMs, index) => arm(String(index), delayMs))
  for (let index = 0; index < delays.length; index += 3) cancels[index]?.()
  clock.advance(1_009)
  const order = fired.map(([name, at]) => ({ at, index: Number(name) }))
  expect(order).toHaveLength(2_000)
  expect(order).toEqual(order.toSorted((a, b) => a.at - b.at || a.index - b.index))
})
