/** What came back from one request, and what that means for its delivery. */
import type { AnswerNote } from './delivery.ts'

/** A request, signed and ready. Built by `sign`, spent by `send`. */
export interface SignedRequest {
  url: string
  /** Lower-case names, in the order of sending. No `host`, no `content-length`: send adds them. */
  headers: [name: string, value: string][]
  /** The bytes that were hashed. */
  body: Buffer
  /** Until the response's headers. */
  timeoutMs: number
}

/** In place of a request: why there is none, in a sentence for its owner. */
export interface Unmade {
  unmade: string
}

/** Remote faults are values; send throws only what is a bug of ours. */
export type SendResult =
  | {
      kind: 'answered'
      status: number
      headers: Record<string, string>
      /** The first 2 KiB. */
      body: string
      /** Of a 2xx's JSON object. */
      note: AnswerNote | null
      /** From `Retry-After`, seconds or date, measured from the answer; null without one. */
      retryAfterMs: number | null
      durationMs: number
    }
  | { kind: 'unreachable'; fault: Fault; message: string; durationMs: number }
  | {
      kind: 'blocked'
      reason: BlockReason
      message: string
      /** What the name leads to. For the log: an owner is not told where a name of ours points. */
      address?: string
      durationMs: number
    }
  | { kind: 'our-fault'; message: string; durationMs: number }
  /** Nothing was sent: no body could be made of the event in its shape. It never can. */
  | { kind: 'unmade'; message: string; durationMs: number }

export type Fault = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'protocol'
export type BlockReason = 'private-address' | 'scheme' | 'port' | 'proxy'

/** Words of attempts (`errorCode`) that say nothing of the endpoint. */
const NOT_OF_ENDPOINT: readonly (string | null)[] = ['our_fault', 'unmade']

/** Whether the endpoint has anything to do with how the attempt ended. */
export function isOfEndpoint(errorCode: string | null): boolean {
  return !NOT_OF_ENDPOINT.includes(errorCode)
}

/** Of statuses that are no success. 1xx is never an answer's last. */
export const STATUS_CLASSES = ['3xx', '4xx', '5xx'] as const
export type StatusClass = (typeof STATUS_CLASSES)[number]

const STRAINED: readonly number[] = [429, 502, 503, 504]

/** An answer of an endpoint that asks for less, or of what stands before one that can't be had. */
export function isStrainedStatus(status: number): boolean {
  return STRAINED.includes(status)
}

/** `Retry-After` has a meaning with these; elsewhere it is somebody's mistake. */
export function asksToWait(status: number): boolean {
  return status === 429 || status === 503
}

/** The longest wait that an endpoint may ask for. */
export const ASKED_MS_MAX = 24 * 3_600_000

/** Whether the endpoint asks for less, or can't be had: what may make its webhook rest. */
export function isStrained(result: SendResult): boolean {
  if (result.kind === 'unreachable') return result.fault === 'connect'
  return result.kind === 'answered' && isStrainedStatus(result.status)
}

/**
 * What an attempt means for its delivery. Waits are durations, not instants: the store adds them to
 * its own clock, because nodes' clocks differ.
 */
export type Outcome =
  | { kind: 'delivered' }
  /** Another attempt after `delayMs`, charged against the schedule. */
  | { kind: 'retry'; delayMs: number; charged: true }
  /** Another one that leaves the schedule where it was, unless this has gone on for `forMsMax`. */
  | { kind: 'retry'; delayMs: number; charged: false; forMsMax: number }
  /** The schedule is used up. */
  | { kind: 'exhausted' }
  /** 410: the endpoint says that it is gone. Disables the webhook and parks this delivery. */
  | { kind: 'gone' }
