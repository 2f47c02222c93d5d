import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueQueue } from './due-queue.ts'

test('gives whatever was pushed in the order of its time, and only what is due', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ min: 0, max: 50 }),
      (times, now) => {
        const queue = new DueQueue<number>()
        for (const at of times) queue.push(at, at)
        const popped: number[] = []
        for (let due = queue.popDue(now); due; due = queue.popDue(now)) popped.push(due.item)
        const expected = times.filter((at) => at <= now).sort((a, b) => a - b)
        expect(popped).toEqual(expected)
        expect(queue.size).toBe(times.length - popped.length)
        const rest = times.filter((at) => at > now)
        expect(queue.nextAt()).toBe(Math.min(Number.POSITIVE_INFINITY, ...rest))
      },
    ),
  )
})
