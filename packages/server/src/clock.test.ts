import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

const TIMERS = 500
const DELAY_MS_MAX = 200

test('a timer never fires before its time by the monotonic clock, whatever fraction it was given', async () => {
  const earlyBy = await Promise.all(
    Array.from({ length: TIMERS }, (_, index) => {
      const delayMs = (DELAY_MS_MAX * (index + 0.5)) / TIMERS
      const dueAt = systemClock.monotonic() + delayMs
      return new Promise<number>((resolve) => {
        systemClock.setTimer(delayMs, () => resolve(dueAt - systemClock.monotonic()))
      })
    }),
  )
  expect(earlyBy.filter((ms) => ms > 0)).toEqual([])
})

test('a cancelled timer never fires', async () => {
  let fired = 0
  const cancels = Array.from({ length: 20 }, (_, index) =>
    systemClock.setTimer(index / 2, () => {
      fired += 1
    }),
  )
  for (const cancel of cancels) cancel()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(fired).toBe(0)
})

test('a time too long for a timer waits as long as one can, and does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.setTimer(Number.MAX_SAFE_INTEGER, () => {
    fired = true
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  cancel()
  expect(fired).toBe(false)
})
