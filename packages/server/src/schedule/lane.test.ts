import { expect, test } from 'vitest'
import { storedWebhook } from '../../test/webhook-values.ts'
import type { SendResult } from '../outcome.ts'
import type { Claim } from '../store/road.ts'
import { Lane } from './lane.ts'

const LIMITS = { windowMax: 32, nodes: 1 }
const ok = { kind: 'answered', status: 200 } as SendResult
const sick = { kind: 'answered', status: 500 } as SendResult
const timeout = { kind: 'unreachable', fault: 'timeout' } as SendResult

const well = storedWebhook()

function setup({
  maxInFlight = null,
  consecutiveFailures = 0,
}: {
  maxInFlight?: number | null
  consecutiveFailures?: number
} = {}) {
  const lane = new Lane('wh_1')
  lane.useSettings(
    { ...well, maxInFlight, health: { ...well.health, consecutiveFailures } },
    LIMITS,
  )
  return lane
}

const claim = (deliveryId: string) => ({ deliveryId, payload: '{}' }) as Claim

test('the window starts small and doubles with each success, up to the limit', () => {
  const lane = setup()
  const windows = [lane.window]
  for (let i = 0; i < 4; i++) {
    lane.learn(ok, { ...LIMITS, now: 0 })
    windows.push(lane.window)
  }
  expect(windows).toEqual([4, 8, 16, 32, 32])
})

test("the webhook's own limit is kept from the first request", () => {
  const lane = setup({ maxInFlight: 2 })
  expect(lane.window).toBe(2)
  lane.learn(ok, { ...LIMITS, now: 0 })
  expect(lane.window).toBe(2)
})

test('the window is shared out among the nodes that deliver', () => {
  const lane = setup({ maxInFlight: 10 })
  for (let i = 0; i < 4; i++) lane.learn(ok, { ...LIMITS, now: 0 })
  expect(lane.window).toBe(10)
  lane.shareWindow({ ...LIMITS, nodes: 3 })
  expect(lane.window).toBe(3)
  lane.shareWindow({ ...LIMITS, nodes: 50 })
  expect(lane.window).toBe(1)
  for (let i = 0; i < 4; i++) lane.learn(ok, { windowMax: 32, nodes: 2, now: 0 })
  expect(lane.window).toBe(5)
})

test('after a timeout the window is 1 until an attempt succeeds; a 500 is no success', () => {
  const lane = setup()
  lane.learn(ok, { ...LIMITS, now: 0 })
  lane.learn(timeout, { ...LIMITS, now: 0 })
  expect(lane).toMatchObject({ window: 1, trusted: false })
  lane.learn(sick, { ...LIMITS, now: 0 })
  expect(lane).toMatchObject({ window: 1, trusted: false })
  lane.learn(ok, { ...LIMITS, now: 0 })
  expect(lane).toMatchObject({ window: 2, trusted: true })
})

test('a webhook that failed before the restart starts with a window of 1', () => {
  expect(setup({ consecutiveFailures: 3 }).window).toBe(1)
})

test('after a fault of ours the lane is quiet, longer each time, and its endpoint is not blamed', () => {
  const lane = setup()
  lane.learn(ok, { ...LIMITS, now: 0 })
  lane.push(claim('a'))
  const waits: number[] = []
  let now = 0
  for (let i = 0; i < 10; i++) {
    lane.learn({ kind: 'our-fault' } as SendResult, { ...LIMITS, now })
    waits.push(lane.quietUntil - now)
    now = lane.quietUntil
  }
  expect(waits.slice(0, 3)).toEqual([500, 1_000, 2_000])
  expect(waits.at(-1)).toBe(60_000)
  expect(lane.canStart(now - 1)).toBe(false)
  expect(lane.canStart(now)).toBe(true)
  expect(lane.faulted).toBe(false)
})

test('requests that end together by a fault of ours are one fault: the lane is quiet as for one', () => {
  const lane = setup()
  lane.push(claim('a'))
  for (let i = 0; i < 20; i++) {
    lane.learn({ kind: 'our-fault' } as SendResult, { ...LIMITS, now: i })
  }
  expect(lane.quietUntil).toBe(500)
})

test('the queue keeps its order over many turns, and forgets what is removed', () => {
  const lane = setup()
  const given: string[] = []
  for (let i = 0; i < 2_000; i++) {
    lane.push(claim(`a${i}`))
    lane.push(claim(`b${i}`))
    given.push(lane.shift()?.deliveryId ?? '')
  }
  expect(given.slice(0, 3)).toEqual(['a0', 'b0', 'a1'])
  expect(lane.queued).toBe(2_000)
  expect(lane.remove('b1999')).toBe(true)
  expect(lane.remove('b1999')).toBe(false)
  expect(lane.drain()).toHaveLength(1_999)
  expect(lane).toMatchObject({ queued: 0, queuedBytes: 0, isIdle: true })
})
