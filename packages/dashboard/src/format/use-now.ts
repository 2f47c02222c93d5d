import { useSyncExternalStore } from 'react'

/** One timer for all that look at the same pace. */
function createTicker(everyMs: number) {
  let now = Date.now()
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined

  function tick() {
    now = Date.now()
    for (const listener of listeners) listener()
  }

  function subscribe(listener: () => void): () => void {
    // Nobody looked for a while: the time that was kept is old.
    if (listeners.size === 0) now = Date.now()
    listeners.add(listener)
    timer ??= setInterval(tick, everyMs)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }

  return { subscribe, read: () => now }
}

const slow = createTicker(10_000)
const fast = createTicker(1_000)

/** The time, moved on every ten seconds: for how long ago something was. */
export function useNow(): number {
  return useSyncExternalStore(slow.subscribe, slow.read)
}

/** The time, moved on every second: for what counts down. */
export function useSeconds(): number {
  return useSyncExternalStore(fast.subscribe, fast.read)
}
