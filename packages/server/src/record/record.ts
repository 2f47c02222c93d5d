/**
 * Record: writes what came back and what it means, together, and only while this node holds the
 * delivery. When the store can't commit, it waits and tries again: an attempt that was made is not
 * forgotten while the process lives. It never decides and never sends.
 */
import { type Clock, sleep } from '../clock.ts'
import { StoreUnavailable } from '../errors.ts'
import type { Ids } from '../id.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Outcome, SendResult } from '../outcome.ts'
import type { Random } from '../random.ts'
import type { Claim, NewAttempt, RecordInput, RecordResult, Road } from '../store/road.ts'
import { isDelivered } from './decide.ts'
import { strainOf } from './strain.ts'

interface RecorderOptions {
  store: Pick<Road, 'recordIfLeased'>
  clock: Clock
  ids: Ids
  random: Random
  log: Log
  metrics: Pick<Metrics, 'attempted' | 'deliveryFinished'>
  disableAfterMs: number
  /** An endpoint is back: what waits for it is to be brought forward. */
  onBack?(): void
  /** The process stops: a store that is away is waited for only a little longer. */
  stopping: AbortSignal
  /** Not even that. */
  cut: AbortSignal
}

interface Recording {
  nodeId: string
  claim: Claim
  startedAt: number
  result: SendResult
  outcome: Outcome
  /** So many failures in a row are a whole window of its lane, and make a rest; null: none do. */
  failuresOfWindow?: number | null | undefined
}

export type Recorder = (recording: Recording) => Promise<Recorded>
export interface Recorded {
  attempt: NewAttempt
  result: RecordResult
}

const WAIT_MS_FIRST = 100
const WAIT_MS_MAX = 5_000
/** What is given up then is sent again after the next start: same id, same bytes. */
const STOPPING_GRACE_MS = 5_000

export function createRecorder(options: RecorderOptions): Recorder {
  const { ids, log, random, disableAfterMs } = options
  return async ({ nodeId, claim, startedAt, result, outcome, failuresOfWindow: enough = 1 }) => {
    const attempt = attemptOf({ id: ids.next('attempt'), startedAt, result })
    const { deliveryId, attemptNumber } = claim
    const strain = enough === null ? null : strainOf(result, { enough, draw: random.fraction() })
    const recorded = await untilStored(options, {
      nodeId,
      deliveryId,
      attemptNumber,
      attempt,
      outcome,
      strain,
      disableAfterMs,
    })
    count(options, result, recorded)
    if (recorded.kind === 'recorded' && recorded.rest === 'ended') options.onBack?.()
    log[logLevel(attempt, recorded)](
      {
        deliveryId,
        eventId: claim.eventId,
        webhookId: claim.webhookId,
        attempt: attemptNumber,
        status: attempt.status,
        errorCode: attempt.errorCode,
        durationMs: attempt.durationMs,
        error: attempt.error,
        address: result.kind === 'blocked' ? result.address : undefined,
        outcome: outcome.kind,
        state: recorded.kind === 'recorded' ? recorded.state : recorded.kind,
        ...(recorded.kind === 'recorded' && recorded.rest && { rest: recorded.rest }),
      },
      'delivery.attempted',
    )
    return { attempt, result: recorded }
  }
}

/** A delivery that is given up or parked is what an operator looks for; a success is routine. */
function logLevel(attempt: NewAttempt, recorded: RecordResult): 'debug' | 'info' | 'warn' {
  if (attempt.result === 'delivered') return 'debug'
  return recorded.kind === 'recorded' && recorded.state !== 'pending' ? 'warn' : 'info'
}

function count({ metrics }: RecorderOptions, result: SendResult, recorded: RecordResult): void {
  metrics.attempted({ result: countedAs(result), durationSeconds: result.durationMs / 1000 })
  if (recorded.kind === 'recorded' && recorded.state !== 'pending') {
    metrics.deliveryFinished(recorded.state)
  }
}

function countedAs(result: SendResult): 'delivered' | 'failed' | 'blocked' | 'our_fault' {
  if (isDelivered(result)) return 'delivered'
  if (result.kind === 'blocked') return 'blocked'
  return result.kind === 'our-fault' ? 'our_fault' : 'failed'
}

async function untilStored(
  { store, clock, log, stopping, cut }: RecorderOptions,
  input: RecordInput,
): Promise<RecordResult> {
  let failingSince: number | null = null
  for (let waitMs = WAIT_MS_FIRST; ; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
    try {
      return await store.recordIfLeased(input)
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || cut.aborted) throw error
      if (failingSince === null) {
        failingSince = clock.monotonic()
        log.warn({ error: error.message }, 'record.waiting_for_store')
      }
      if (stopping.aborted && clock.monotonic() - failingSince > STOPPING_GRACE_MS) throw error
      await sleep(clock, stopping.aborted ? WAIT_MS_FIRST : waitMs, cut)
    }
  }
}

/** What is kept of one request. */
export function attemptOf({
  id,
  startedAt,
  result,
}: {
  id: string
  startedAt: number
  result: SendResult
}): NewAttempt {
  const base = {
    id,
    startedAt,
    durationMs: Math.round(result.durationMs),
    result: isDelivered(result) ? ('delivered' as const) : ('failed' as const),
  }
  if (result.kind === 'answered') {
    const { status, headers, body, note } = result
    return {
      ...base,
      status,
      errorCode: isDelivered(result) ? null : 'status',
      error: isDelivered(result) ? null : statusSentence(status),
      responseHeaders: headers,
      responseBody: body,
      note,
    }
  }
  return {
    ...base,
    status: null,
    errorCode: errorCode(result),
    error: result.message,
    responseHeaders: {},
    responseBody: '',
    note: null,
  }
}

function errorCode(result: Exclude<SendResult, { kind: 'answered' }>): string {
  switch (result.kind) {
    case 'unreachable':
      return result.fault
    case 'blocked':
      return result.reason
    case 'our-fault':
      return 'our_fault'
    case 'unmade':
      return 'unmade'
  }
}

/** Others read a status above 599 as well, so it is an answer; but somebody should look at who made it. */
function statusSentence(status: number): string {
  const answered = `The endpoint answered ${status}`
  return status < 600 ? answered : `${answered}, which is no status of HTTP (100 to 599)`
}
