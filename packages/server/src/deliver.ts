/**
 * Start reading here. A lead comes in through `api`, `ingest` puts it on disk, `schedule` decides
 * when its turn is, and this is its turn: sign, send, judge, record.
 */
import type { Clock } from './clock.ts'
import type { Outcome, SendResult, SignedRequest } from './outcome.ts'
import type { Judge } from './record/judge.ts'
import type { Recorded, Recorder } from './record/record.ts'
import type { Sign } from './sign/sign.ts'
import type { Claim } from './store/road.ts'
import type { Webhook } from './webhook.ts'

export interface Rooms {
  sign: Sign
  send(request: SignedRequest, signal: AbortSignal, isLive: () => boolean): Promise<SendResult>
  judge: Judge
  record: Recorder
  clock: Clock
}

/** One attempt: the delivery, its webhook as it is now, and who holds the claim. */
export interface Turn {
  claim: Claim
  webhook: Webhook
  nodeId: string
  /** Aborts when the lease is lost or the process must stop: others may send it then. */
  signal: AbortSignal
  /** Whether the lease lasts, by the clock: asked once more right before the bytes go out. */
  isLive(): boolean
  /**
   * Called as soon as the request is over, before the record is written: how many failures in a row,
   * if it is one, are a whole window of its lane; null: it says nothing of where that is sent to now.
   */
  onAnswer?(result: SendResult): number | null | undefined
}

export interface Delivered extends Recorded {
  outcome: Outcome
}

/**
 * Makes one attempt. At least once overall: a crash after `send` and before the record's commit
 * leads to a second send of the same bytes with the same `webhook-id`.
 */
export async function deliver(turn: Turn, rooms: Rooms): Promise<Delivered> {
  const { claim, webhook, nodeId, signal, isLive } = turn
  const startedAt = rooms.clock.now()
  const request = rooms.sign(claim, webhook, startedAt)
  const result: SendResult =
    'unmade' in request
      ? { kind: 'unmade', message: request.unmade, durationMs: 0 }
      : await rooms.send(request, signal, isLive) // remote faults come back as values
  const failuresOfWindow = turn.onAnswer?.(result)
  const outcome = rooms.judge(claim, result)
  const recording = { nodeId, claim, startedAt, result, outcome, failuresOfWindow }
  const recorded = await rooms.record(recording) // a no-op if the lease was lost
  return { ...recorded, outcome }
}
