/**
 * Keeps the engine at removing erased data while nobody else writes: each batch does a step of it
 * (engine.ts), so an empty one follows while there is something left. Says so when it takes long,
 * which is when a reader keeps the log from being emptied.
 */
import type { Clock } from '../../../clock.ts'
import type { Log } from '../../../log.ts'
import type { BatchReply } from '../engine.ts'
import type { EnginePort } from './port.ts'

const STEP_EVERY_MS = 60
const LONG_MS = 30_000

export function cleaning(port: EnginePort, { clock, log }: { clock: Clock; log: Log }): EnginePort {
  let cancel: (() => void) | null = null
  let since: number | null = null
  let closed = false
  const follow = (reply: BatchReply) => {
    if (!reply.cleaning) since = null
    if (!reply.cleaning || closed || cancel !== null) return
    const now = clock.monotonic()
    since ??= now
    if (now - since > LONG_MS) {
      log.warn(
        { hint: 'a long read, or another program that has it open' },
        'store.erasing_delayed',
      )
      since = now
    }
    cancel = clock.setTimer(STEP_EVERY_MS, () => {
      cancel = null
      // What fails here fails for the next call too, which tells its caller.
      port.write({ calls: [], wantChanges: false }).then(follow, () => {})
    })
  }
  return {
    read: (queries) => port.read(queries),
    async write(batch) {
      const reply = await port.write(batch)
      follow(reply)
      return reply
    },
    close() {
      closed = true
      cancel?.()
      return port.close()
    },
  }
}
