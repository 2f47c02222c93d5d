/**
 * How the server ends. The first SIGTERM or SIGINT: in good order, from the very start of the process
 * on. The second: at once, within a second, whatever hangs.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Server } from '../main.ts'

export const STOP_TEXT = `SIGTERM or SIGINT (Ctrl+C) stops the server: nothing new is taken, requests that were received whole
are answered (for 30 s at most), unfinished ones are cut, open attempts end by themselves (within their
timeout), and what was claimed is given back. A second one cuts all of that: the process ends within a
second. Exit codes: 0 stopped, also by a second signal and also before it was ready; 1 it could not
start, or not all was in order when the second after the second signal was over (what was accepted is
on disk, and is delivered after the next start).`

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
/** What was cut is recorded, leases given back and the store closed in tens of milliseconds. */
const CUT_MS_MAX = 800
/** A start that is in the middle of something, such as waiting for a database, is left there. */
const START_MS_MAX = 500
/** npm hands on what it gets, and a terminal or a supervisor gives the same to both of us. */
const SAME_SIGNAL_MS = 300

interface Stopping {
  /** Aborts at the first signal. */
  readonly asked: AbortSignal
  /** From here on there is a server to be stopped. */
  stops(server: Pick<Server, 'stop' | 'cut'>): void
  /** All is in order: the process ends. */
  stopped(): void
}

/**
 * Whether npm stands in front of this process, and hands on the signals that both get. Not when it only
 * started what started us: a script of another name, whose environment we have.
 */
export function isUnderNpm(env: Record<string, string | undefined>): boolean {
  return /serve\.js|chatzuri/.test(env.npm_lifecycle_script ?? '')
}

interface StopOptions {
  log: Log
  clock: Clock
  underNpm: boolean
}

/** While the program is being read: there is nothing yet that could be stopped. */
export function endOnSignals(): void {
  for (const signal of SIGNALS) process.on(signal, endAtOnce)
}

function endAtOnce(): void {
  process.exit(0)
}

/** In the place of `endOnSignals`. */
export function stopOnSignals({ log, clock, underNpm }: StopOptions): Stopping {
  const asked = new AbortController()
  let server: Pick<Server, 'stop' | 'cut'> | null = null
  let askedAt = 0
  let isCut = false

  function stopped(): void {
    log.info({}, 'server.stopped')
    // Not left to the loop's running empty: nothing that is still open may keep the process.
    process.exit(0)
  }

  function stop(running: Pick<Server, 'stop'>): void {
    running.stop().then(stopped, (error) => {
      log.error({ error: String(error) }, 'server.stop_failed')
      process.exit(1)
    })
  }

  function onFirst(signal: NodeJS.Signals): void {
    askedAt = clock.monotonic()
    log.info({ signal }, 'server.stopping')
    asked.abort()
    if (server) {
      stop(server)
      return
    }
    clock.setTimer(START_MS_MAX, () => {
      if (!server) stopped()
    })
  }

  function onSecond(signal: NodeJS.Signals): void {
    isCut = true
    log.warn({ signal }, 'server.cut')
    if (!server) {
      stopped()
      return
    }
    server.cut()
    clock.setTimer(CUT_MS_MAX, () => {
      log.error({}, 'server.abandoned')
      process.exit(1)
    })
  }

  const isSame = () => underNpm && clock.monotonic() - askedAt < SAME_SIGNAL_MS
  for (const signal of SIGNALS) {
    process.on(signal, (given) => {
      if (!asked.signal.aborted) onFirst(given)
      else if (!isCut && !isSame()) onSecond(given)
    })
    // Only now: with its last listener Node drops a signal that has come and was not told yet.
    process.off(signal, endAtOnce)
  }
  return {
    asked: asked.signal,
    stopped,
    stops(running) {
      server = running
      if (asked.signal.aborted) stop(running)
    },
  }
}
