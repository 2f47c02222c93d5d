/** The world's time, passed in so that a test or a simulation can be the world. */
export interface Clock {
  /** Wall clock, Unix milliseconds, whole. May jump when the machine's clock is set. */
  now(): number
  /** Milliseconds since some moment; never jumps. For leases, timeouts and durations. */
  monotonic(): number
  /** Calls `run` once, `delayMs` from now, by `monotonic` never earlier. The returned function cancels it. */
  setTimer(delayMs: number, run: () => void): () => void
}

/** setTimeout takes a 32-bit number of milliseconds; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, run) {
    const dueAt = performance.now() + Math.min(Math.max(0, delayMs), TIMER_MS_MAX)
    // setTimeout counts whole milliseconds of a clock of its own, and often ends one or two early:
    // whoever then looks at what was to be over by now would find that it isn't, and wait forever.
    const arm = () => setTimeout(fire, Math.max(0, Math.ceil(dueAt - performance.now())))
    const fire = () => {
      if (performance.now() >= dueAt) run()
      else timer = arm()
    }
    let timer = arm()
    return () => clearTimeout(timer)
  },
}

/** Resolves after `delayMs`, or at once when `signal` aborts; never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    const onAbort = () => {
      cancel()
      resolve()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
