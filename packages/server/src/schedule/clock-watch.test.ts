import { expect, onTestFinished, test } from 'vitest'
import { startEngine } from '../../test/engine.ts'
import { manualClock } from '../../test/manual-clock.ts'
import { settled } from '../../test/settled.ts'
import { type Log, silentLog } from '../log.ts'
import { ClockWatch } from './clock-watch.ts'
import { Upkeep } from './upkeep.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600_000

function setup() {
  const clock = manualClock()
  const jumps: number[] = []
  const lines: string[] = []
  const log: Log = { ...silentLog, warn: (_, message) => lines.push(message) }
  const watch = new ClockWatch({ clock, log })
  watch.onJump((byMs) => jumps.push(byMs))
  watch.start()
  onTestFinished(() => watch.stop())
  return { clock, watch, jumps, lines }
}

test('time that passes is no jump, nor is what NTP slews', () => {
  const { clock, jumps, lines } = setup()
  for (let hour = 0; hour < 24; hour++) {
    clock.advance(HOUR_MS)
    clock.setWall(900)
  }
  expect([jumps, lines]).toEqual([[], []])
})

test('a jump is told and logged once, within a second', () => {
  const { clock, jumps, lines } = setup()
  clock.setWall(-HOUR_MS)
  clock.advance(SECOND_MS)
  clock.setWall(8 * HOUR_MS)
  clock.advance(10 * SECOND_MS)
  expect(jumps).toEqual([-HOUR_MS, 8 * HOUR_MS])
  expect(lines).toEqual(['clock.jumped', 'clock.jumped'])
})

test('a clock that was set forward is believed after a day, and at once when it is set back', () => {
  const { clock, watch } = setup()
  clock.setWall(6 * 24 * HOUR_MS)
  clock.advance(SECOND_MS)
  expect(watch.aheadMs()).toBe(6 * 24 * HOUR_MS)
  clock.setWall(-6 * 24 * HOUR_MS)
  clock.advance(SECOND_MS)
  expect(watch.aheadMs()).toBe(0)
  clock.setWall(8 * HOUR_MS)
  clock.advance(SECOND_MS)
  expect(watch.aheadMs()).toBe(8 * HOUR_MS)
  clock.advance(24 * HOUR_MS)
  expect(watch.aheadMs()).toBe(0)
})

/** An engine with a retry that waits for 30 s, and what main.ts does when the clock jumps. */
async function waiting() {
  const engine = await startEngine({ scheduleMs: [0, 30_000, 8 * HOUR_MS] })
  onTestFinished(() => engine.stop())
  const { clock, store, schedule, open, ingest } = engine
  const upkeep = new Upkeep({
    store,
    clock,
    log: silentLog,
    retentionMs: 30 * 24 * HOUR_MS,
    leadRetentionMs: null,
    onLiveNodes() {},
    onAway() {},
  })
  const watch = new ClockWatch({ clock, log: silentLog })
  watch.onJump((byMs) => (byMs < 0 ? upkeep.clockSetBack(-byMs) : schedule.look()))
  const chatbotId = await engine.chatbot()
  await engine.webhook(chatbotId)
  const event = { eventType: 'a.b', payload: {} }
  await ingest.acceptEvents(chatbotId, [event], { route: 'events', idempotencyKey: null })
  await settled()
  open[0]?.answer(500)
  await settled()
  expect(open).toHaveLength(0)
  /** Somebody sets the clock, and it is noticed. */
  const set = async (byMs: number) => {
    clock.setWall(byMs)
    watch.runOnce()
    await settled()
  }
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settled()
  }
  return { open, set, pass }
}

test('an hour back: the retry comes when it was to come', async () => {
  const { open, set, pass } = await waiting()
  await pass(10 * SECOND_MS)
  await set(-HOUR_MS)
  await pass(19 * SECOND_MS)
  expect(open).toHaveLength(0)
  await pass(2 * SECOND_MS)
  expect(open).toHaveLength(1)
})

test('a day forward and back: the retry comes once, and what follows it is not due tomorrow', async () => {
  const { open, set, pass } = await waiting()
  await set(24 * HOUR_MS)
  expect(open).toHaveLength(1)
  open[0]?.answer(500)
  await settled()
  await set(-24 * HOUR_MS)
  // In steps that the lease survives, of which nothing is due before its time.
  for (let minutes = 0; minutes < 8 * 60 - 1; minutes += 1) await pass(60 * SECOND_MS)
  expect(open).toHaveLength(0)
  await pass(90 * SECOND_MS)
  expect(open).toHaveLength(1)
})

test('a machine that slept for eight hours finds due what became due', async () => {
  const { open, set } = await waiting()
  await set(8 * HOUR_MS)
  expect(open).toHaveLength(1)
})
