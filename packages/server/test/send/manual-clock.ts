/** A clock that a test moves. Timers run in `advance`, and a test can await that one is set. */
import type { Clock } from '../../src/clock.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
  /** Resolves when a timer of just this delay is waiting. */
  armed(delayMs: number): Promise<void>
}

export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsedMs = 0
  const timers = new Set<{ delayMs: number; dueAt: number; run: () => void }>()
  const waiting = new Set<{ delayMs: number; resolve: () => void }>()

  const notify = (): void => {
    for (const wait of waiting) {
      if (![...timers].some(({ delayMs }) => delayMs === wait.delayMs)) continue
      waiting.delete(wait)
      wait.resolve()
    }
  }

  return {
    now: () => startMs + Math.floor(elapsedMs),
    monotonic: () => elapsedMs,
    setTimer(delayMs, run) {
      const timer = { delayMs, dueAt: elapsedMs + delayMs, run }
      timers.add(timer)
      notify()
      return () => timers.delete(timer)
    },
    advance(ms) {
      elapsedMs += ms
      for (const timer of [...timers].sort((a, b) => a.dueAt - b.dueAt)) {
        if (timer.dueAt > elapsedMs || !timers.delete(timer)) continue
        timer.run()
      }
    },
    armed(delayMs) {
      return new Promise((resolve) => {
        waiting.add({ delayMs, resolve })
        notify()
      })
    },
  }
}
