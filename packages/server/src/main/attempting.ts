import { type Delivered, deliver, type Rooms, type Turn } from '../deliver.ts'
import { createJudge, type Judge } from '../record/judge.ts'
import { createRecorder, type Recorder } from '../record/record.ts'
import { createSend } from '../send/send.ts'
import type { Shared } from './shared.ts'

export interface Attempting {
  /** sign ──► send ──► judge ──► record */
  attempt(turn: Turn): Promise<Delivered>
  judge: Judge
  record: Recorder
  /** From now on a store that is away is waited for only a little. */
  beginStop(): void
  /** Not even that. */
  cut(): void
  /** When no attempt is open any more. */
  close(): Promise<void>
}

/**
 * The rooms that one attempt passes through. `aheadMs`: by so much the wall clock may be ahead; `onBack`:
 * an endpoint that had failed as a whole has answered.
 */
export function createAttempting(
  shared: Shared,
  { aheadMs, onBack }: { aheadMs(): number; onBack(): void },
): Attempting {
  const { config, store, clock, random, ids, log, metrics, sign, guard } = shared
  const stopping = new AbortController()
  const cut = new AbortController()
  const sender = createSend({ clock, random, guard, proxy: config.egressProxy })
  const judge = createJudge({ scheduleMs: config.retryScheduleMs, random, aheadMs })
  const record = createRecorder({
    store,
    clock,
    ids,
    random,
    log,
    metrics,
    disableAfterMs: config.disableAfterMs,
    onBack,
    stopping: stopping.signal,
    cut: cut.signal,
  })
  const rooms: Rooms = {
    clock,
    sign,
    send: (request, signal, isLive) => sender.send(request, signal, isLive),
    judge,
    record,
  }
  return {
    attempt: (turn) => deliver(turn, rooms),
    judge,
    record,
    beginStop: () => stopping.abort(),
    cut: () => cut.abort(),
    close: () => sender.close(),
  }
}
