/** A clock that a test moves; timers run in `advance`. */
import type { Clock } from '../../src/clock.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
  /** How many timers wait. */
  timers(): number
}

export function createManualClock(startMs = Date.UTC(2026, 8, 14, 9, 30)): ManualClock {
  let elapsedMs = 0
  const timers = new Set<{ dueAt: number; run: () => void }>()
  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    setTimer(delayMs, run) {
      const timer = { dueAt: elapsedMs + delayMs, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      elapsedMs += ms
      for (const timer of [...timers]) {
        if (timer.dueAt <= elapsedMs && timers.delete(timer)) timer.run()
      }
    },
    timers: () => timers.size,
  }
}
