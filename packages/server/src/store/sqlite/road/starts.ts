/**
 * The buckets of webhooks' rates. One process holds the folder, so they live in its memory, on the
 * clock that never jumps; after its start each bucket is empty, because nobody knows what the process
 * before it has sent in its last seconds.
 */
import { type Starts, type StartsWanted, takeStarts as take } from '../../../rate.ts'
import type { Core } from '../core.ts'

/** A bucket that nobody took from for so long is full, whatever its rate. */
const FORGOTTEN_AFTER_MS = 60_000
const FORGET_EVERY_MS = 60_000

export function takeStarts(core: Core, wanted: ({ webhookId: string } & StartsWanted)[]): Starts[] {
  const now = core.clock.monotonic()
  const { startedAt, emptyAt: buckets } = core.buckets
  forget(core.buckets, now)
  return wanted.map(({ webhookId, ...want }) => {
    const before = buckets.get(webhookId) ?? startedAt
    const { emptyAt, starts } = take(before, want, now)
    buckets.set(webhookId, emptyAt)
    return starts
  })
}

function forget(buckets: Core['buckets'], now: number): void {
  if (now < buckets.forgetAt) return
  buckets.forgetAt = now + FORGET_EVERY_MS
  for (const [webhookId, emptyAt] of buckets.emptyAt) {
    if (emptyAt < now - FORGOTTEN_AFTER_MS) buckets.emptyAt.delete(webhookId)
  }
}
