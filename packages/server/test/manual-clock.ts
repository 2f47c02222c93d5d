import type { Clock } from '../src/clock.ts'

export interface ManualClock extends Clock {
  /** Moves both clocks and runs, in order, the timers that become due on the way. */
  advance(ms: number): void
  /** Somebody sets the wall clock: it alone moves, forward or back. */
  setWall(byMs: number): void
}

/** A world whose time moves only when a test says so. */
export function manualClock(startMs = 1_700_000_000_000): ManualClock {
  let elapsed = 0
  let setBy = 0
  let nextId = 0
  const timers = new Map<number, { at: number; run: () => void }>()
  return {
    now: () => Math.floor(startMs + elapsed + setBy),
    setWall(byMs) {
      setBy += byMs
    },
    monotonic: () => elapsed,
    setTimer(delayMs, run) {
      const id = nextId++
      timers.set(id, { at: elapsed + Math.max(0, delayMs), run })
      return () => void timers.delete(id)
    },
    advance(ms) {
      const until = elapsed + ms
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= until)
        const first = due.sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0]
        if (!first) break
        timers.delete(first[0])
        elapsed = Math.max(elapsed, first[1].at)
        first[1].run()
      }
      elapsed = until
    },
  }
}
