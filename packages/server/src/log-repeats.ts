/**
 * A store that refuses is met by everything that works beside the traffic, again and again: the same
 * line each second for hours hides what else happened. Of lines that say nothing but an error one is
 * written a minute, with how many there were.
 */
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

const EVERY_MS = 60_000
/** Texts with a varying part must not gather for ever. */
const REMEMBERED_MAX = 1_000
const PLAIN: ReadonlySet<string> = new Set(['error', 'task'])

export function withoutRepeats(log: Log, clock: Pick<Clock, 'monotonic'>): Log {
  const seen = new Map<string, { at: number; dropped: number }>()
  const writer =
    (level: 'warn' | 'error') => (fields: Record<string, unknown>, message: string) => {
      if (!('error' in fields) || !Object.keys(fields).every((name) => PLAIN.has(name))) {
        return log[level](fields, message)
      }
      const key = JSON.stringify([level, message, fields])
      const now = clock.monotonic()
      const last = seen.get(key)
      if (last !== undefined && now - last.at < EVERY_MS) {
        last.dropped += 1
        return
      }
      if (seen.size >= REMEMBERED_MAX) seen.clear()
      seen.set(key, { at: now, dropped: 0 })
      log[level](last?.dropped ? { ...fields, repeated: last.dropped } : fields, message)
    }
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: writer('warn'),
    error: writer('error'),
  }
}
