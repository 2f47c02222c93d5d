import type { Clock } from '../src/clock.ts'
import { settled } from './settled.ts'
import { TimerQueue } from './timer-queue.ts'

interface ManualClock extends Clock {
  /**
   * Moves both clocks. What becomes due on the way fires in the order of time, each timer at its own
   * instant, those included that it arms.
   */
  advance(ms: number): void
  /** The same, and whatever goes on by itself goes on before each timer: promises, sockets of a turn. */
  pass(ms: number): Promise<void>
  /** Fires the next timer that is due until then, at its instant. False: there is none, and it is then. */
  fireNext(untilMs: number): boolean
  /** Somebody sets the wall clock: it alone moves, forward or back. */
  setWall(byMs: number): void
  /** When what is armed will fire, by `monotonic`, the next one first. */
  armed(): number[]
  /** Resolves as soon as a timer of just this delay is armed. */
  whenArmed(delayMs: number): Promise<void>
}

/** A world whose time moves only when a test says so. */
export function manualClock(startMs = Date.UTC(2026, 8, 14, 9, 30)): ManualClock {
  const timers = new TimerQueue()
  const waiting = new Set<{ delayMs: number; resolve: () => void }>()
  let elapsed = 0
  let setBy = 0

  function fireNext(untilMs: number): boolean {
    const timer = timers.takeDue(untilMs)
    // Never back: a timer may itself have moved the clock.
    elapsed = Math.max(elapsed, timer ? timer.at : untilMs)
    timer?.run()
    return timer !== null
  }

  return {
    now: () => Math.floor(startMs + elapsed + setBy),
    monotonic: () => elapsed,
    setTimer(delayMs, run) {
      const cancel = timers.add({ at: elapsed + Math.max(0, delayMs), delayMs, run })
      for (const wait of waiting) {
        if (wait.delayMs === delayMs && waiting.delete(wait)) wait.resolve()
      }
      return cancel
    },
    advance(ms) {
      const untilMs = elapsed + ms
      while (fireNext(untilMs));
    },
    async pass(ms) {
      const untilMs = elapsed + ms
      do await settled(1)
      while (fireNext(untilMs))
    },
    fireNext,
    setWall(byMs) {
      setBy += byMs
    },
    armed: () => timers.waiting().map(({ at }) => at),
    whenArmed(delayMs) {
      if (timers.waiting().some((timer) => timer.delayMs === delayMs)) return Promise.resolve()
      return new Promise((resolve) => waiting.add({ delayMs, resolve }))
    },
  }
}
