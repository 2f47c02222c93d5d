/**
 * When lanes with nothing due are to be looked at again. Each has one live entry, never far ahead: a
 * lane whose time changes often would else leave a stale entry behind for each change, for as long as
 * the longest wait.
 */
import type { Clock } from '../clock.ts'
import { DueQueue } from './due-queue.ts'
import type { Lane } from './lane.ts'

interface LaneAlarmsOptions {
  clock: Clock
  /** At its `dueAt`, or on the way there. */
  onAlarm(lane: Lane): void
}

const AHEAD_MS = 60_000

export class LaneAlarms {
  readonly #options: LaneAlarmsOptions
  readonly #entries = new DueQueue<Lane>()
  #isOn = false
  #cancelTimer: (() => void) | null = null
  #timerAt = Number.POSITIVE_INFINITY

  constructor(options: LaneAlarmsOptions) {
    this.#options = options
  }

  /** Off, none is set off but the one whose timer runs; what was set is kept. */
  switch(isOn: boolean): void {
    this.#isOn = isOn
    this.#armTimer()
  }

  set(lane: Lane): void {
    const at = Math.min(lane.dueAt, this.#options.clock.monotonic() + AHEAD_MS)
    if (at >= lane.alarmAt) return
    lane.alarmAt = at
    this.#entries.push(at, lane)
    this.#armTimer()
  }

  stop(): void {
    this.#isOn = false
    this.#cancelTimer?.()
    this.#entries.clear()
  }

  #armTimer(): void {
    const nextAt = this.#entries.nextAt()
    if (nextAt >= this.#timerAt || !this.#isOn) return
    this.#cancelTimer?.()
    this.#timerAt = nextAt
    const { clock } = this.#options
    this.#cancelTimer = clock.setTimer(Math.ceil(nextAt - clock.monotonic()), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#popDue()
      this.#armTimer()
    })
  }

  #popDue(): void {
    const now = this.#options.clock.monotonic()
    for (let due = this.#entries.popDue(now); due; due = this.#entries.popDue(now)) {
      const lane = due.item
      if (lane.alarmAt !== due.at) continue // a stale entry
      lane.alarmAt = Number.POSITIVE_INFINITY
      this.#options.onAlarm(lane)
    }
  }
}
