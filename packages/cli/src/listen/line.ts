/** A delivery in one line: when, what, how it ended, how long it took, what comes next. */
import { printable } from '../output.ts'
import type { Forwarded, Handed } from './forward.ts'
import type { Reported } from './listener.ts'

interface Told {
  handed: Handed
  forwarded: Forwarded
  reported: Reported
  url: URL
}

const TYPE_WIDTH = 14
const STATUS_WIDTH = 5

export function lineText({ handed, forwarded, reported, url }: Told): string {
  const { result, durationMs } = forwarded
  const { eventType, deliveryId } = handed
  const status = result.kind === 'answered' ? String(result.status) : printable(result.message)
  const parts = [
    new Date().toTimeString().slice(0, 8),
    printable(eventType).padEnd(TYPE_WIDTH),
    deliveryId,
    status.padEnd(STATUS_WIDTH),
    `${durationMs} ms`.padStart(8),
  ]
  const advice = [hintOf(result, url), nextOf(handed, reported)].filter((text) => text !== '')
  return [...parts, ...(advice.length === 0 ? [] : [advice.join('; ')])].join('  ')
}

export function lineValue({ handed, forwarded, reported }: Told): Record<string, unknown> {
  const { deliveryId, eventId, eventType, attemptNumber } = handed
  const { result, durationMs } = forwarded
  const { recorded, state, nextAttemptInMs } = reported
  return {
    at: new Date().toISOString(),
    deliveryId,
    eventId,
    eventType,
    attemptNumber,
    durationMs,
    status: result.kind === 'answered' ? result.status : null,
    error: result.kind === 'answered' ? null : result.message,
    recorded,
    state,
    nextAttemptInMs,
  }
}

/** What to do about it. */
function hintOf(result: Forwarded['result'], { origin, pathname }: URL): string {
  if (result.kind === 'unreachable') {
    return result.fault === 'connect' ? `start your server at ${origin}` : ''
  }
  const { status } = result
  // A receiver that verifies answers one of these; our own package 400.
  if (status === 400 || status === 401 || status === 403)
    return 'has it the secret of this webhook?'
  if (status === 404) return `has it a route for POST ${pathname}?`
  return status >= 300 && status < 400 ? 'redirects are not followed' : ''
}

function nextOf({ deliveryId }: Handed, { recorded, state, nextAttemptInMs }: Reported): string {
  if (!recorded) return 'not recorded, comes again'
  if (nextAttemptInMs !== null) return `again in ${waitText(nextAttemptInMs)}`
  if (state === 'exhausted') return `given up: chatzuri deliveries resend ${deliveryId}`
  return state === 'delivered' || state === null ? '' : state
}

function waitText(waitMs: number): string {
  const seconds = Math.ceil(waitMs / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
