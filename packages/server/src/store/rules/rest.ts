/**
 * Rests: a webhook whose endpoint asked for less, or can't be reached, gets nothing until a time,
 * then one probe. The same in every store, decided in the commit that records an attempt, so that
 * it holds for all nodes and over restarts.
 *
 *   working ──► resting     asked to (Retry-After), or the last answers all failed so
 *   resting ──► probing     its time has come, or somebody asks for one delivery to be sent now: the
 *                           store hands out that one, and no second one
 *   probing ──► working     the probe was taken; also by resume, a test that was taken, a new URL
 *   probing ──► resting     it was not: for longer
 *
 * One delivery's word makes a webhook rest for a minute at most: a visitor's text may be what its
 * owner's firewall refuses. Only where another delivery is asked the same does it last as asked.
 */

import type { DeliveryKind } from '../../delivery.ts'
import { ASKED_MS_MAX, isOfEndpoint, isStrainedStatus } from '../../outcome.ts'
import type { WebhookKind } from '../../webhook.ts'
import type { LaneAsked, RecordInput, RecordResult } from '../road.ts'

/** What a webhook's row says of its rest. */
export interface RestState {
  kind: WebhookKind
  /** Null: it works. */
  restingUntil: number | null
  /** From when on one delivery is handed out; null: it works. */
  probeAt: number | null
  /** The delivery that was handed out last; whoever holds its claim makes the probe. */
  probeId: string | null
  /** When the instants above were written: their wait is what lies between. */
  restSetAt: number | null
  /** One sentence, for people. */
  restReason: string | null
  /** Probes in a row that failed: each rest is twice as long as the one before. */
  restLevel: number
  /** The delivery by whose word it rests; null: nobody asked. */
  restBy: string | null
  /** Answers in a row that asked for less, or could not be had. */
  strained: number
  /**
   * When the last rest, or pause, ended, or its waiting deliveries were brought forward: what was
   * accepted since goes first.
   */
  restedAt: number | null
  /** The delivery that is the next probe, and at once: somebody asked for it. Null: the clock says. */
  probeWanted: string | null
  /** What is still to be brought forward (bring-forward.ts); null: nothing. */
  forwarding: string | null
}

/** While another node probes: how long until whoever waits looks again. */
export const PROBE_LOOK_MS = 5_000
/** After a rest, what was accepted so lately goes before what is old, too. */
export const FRESH_FOR_MS = 60_000

/** Of the claims of a lane that has rested, at most so many are fresh: three of four. */
export function freshMax({ limit, oldMin = 0 }: LaneAsked): number {
  return Math.max(0, limit - Math.max(oldMin, Math.floor(limit / 4)))
}

/** The columns of `RestState`, in the order in which they are written. */
export const REST_COLUMNS = [
  'resting_until',
  'probe_at',
  'probe_id',
  'rest_reason',
  'rest_level',
  'rest_by',
  'strained',
  'rested_at',
  'rest_set_at',
  'probe_wanted',
  'forwarding',
] as const

/** For an UPDATE that ends a rest, without when it ended. */
export const END_REST_SET = `resting_until = NULL, probe_at = NULL, probe_id = NULL,
    rest_reason = NULL, rest_level = 0, rest_by = NULL, strained = 0, rest_set_at = NULL,
    probe_wanted = NULL`

/** For a SELECT of them. */
export const REST_FIELDS = `kind, resting_until AS "restingUntil", probe_at AS "probeAt",
    probe_id AS "probeId", rest_reason AS "restReason", rest_level AS "restLevel",
    rest_by AS "restBy", strained, rested_at AS "restedAt",
    rest_set_at AS "restSetAt", probe_wanted AS "probeWanted", forwarding`

export function restValues(rest: RestState): (number | string | null)[] {
  const { restingUntil, probeAt, probeId, restReason, restLevel, restBy, strained } = rest
  return [
    restingUntil,
    probeAt,
    probeId,
    restReason,
    restLevel,
    restBy,
    strained,
    rest.restedAt,
    rest.restSetAt,
    rest.probeWanted,
    rest.forwarding,
  ]
}

export type RestMove = 'began' | 'moved' | 'ended'

const ONE_WORD_MS_MAX = 60_000
const PROBE_EVERY_MS = 3_600_000
const SAME_WORD_MS = 2_000
const REST_MS_FIRST = 1_000
const REST_MS_MAX = 60_000
const STRAINED_IN_A_ROW = 3

/** What its row says of a delivery. */
interface Attempted {
  id: string
  kind: DeliveryKind
}

/** Changes `webhook`; says what became of its rest, or null where that stays as it was. */
export function noteRest(
  webhook: RestState,
  row: Attempted,
  input: Pick<RecordInput, 'attempt' | 'strain'>,
  now: number,
): RestMove | null {
  const move = moveOf(webhook, row, input, now)
  if (move !== null) webhook.restSetAt = move === 'ended' ? null : now
  return move
}

function moveOf(
  webhook: RestState,
  row: Attempted,
  input: Pick<RecordInput, 'attempt' | 'strain'>,
  now: number,
): RestMove | null {
  if (webhook.kind !== 'http') return null
  const isDelivered = input.attempt.result === 'delivered'
  if (row.kind === 'test') return isDelivered ? endRest(webhook, now) : null
  const isProbe = webhook.restingUntil !== null && webhook.probeId === row.id
  if (isProbe) webhook.probeId = null
  // A fault of ours says nothing of the endpoint.
  if (!isOfEndpoint(input.attempt.errorCode)) return isProbe ? probeSoon(webhook, now) : null
  webhook.strained = input.strain ? webhook.strained + 1 : 0
  if (isProbe) {
    if (isTaken(input)) return endRest(webhook, now)
    const askedMs = askedOf(input)
    if (askedMs === null) return restOn(webhook, input, now)
    const isAnother = webhook.restBy !== null && webhook.restBy !== row.id
    return restAsAsked(webhook, row.id, { ...input, askedMs, isAnother, now })
  }
  if (input.strain === null) return null
  const askedMs = askedOf(input)
  if (webhook.restingUntil !== null) return lengthen(webhook, askedMs, now)
  if (askedMs !== null) {
    return restAsAsked(webhook, row.id, { ...input, askedMs, isAnother: false, now })
  }
  if (webhook.strained < Math.max(STRAINED_IN_A_ROW, input.strain.enough)) return null
  webhook.restReason = `The last ${webhook.strained} attempts failed: ${failureOf(input)}.`
  return rest(webhook, now, backOffMs(0, input.strain.draw))
}

export type RestTold = Pick<Extract<RecordResult, { kind: 'recorded' }>, 'rest'>

/** What whoever recorded is told of the rest. */
export function restTold(webhook: RestState, move: RestMove | null, now: number): RestTold {
  if (move === 'ended') return { rest: 'ended' }
  if (webhook.probeAt === null) return {}
  if (webhook.probeWanted !== null) return { rest: { probeInMs: 0 } }
  return { rest: { probeInMs: Math.max(0, webhook.probeAt - now) } }
}

/** The webhook's word for it: no rest any more. Null: there was none. */
function endRest(webhook: RestState, now: number): RestMove | null {
  if (webhook.restingUntil === null) return null
  Object.assign(webhook, WORKING, { restedAt: now })
  return 'ended'
}

const WORKING = {
  restingUntil: null,
  probeAt: null,
  probeId: null,
  restReason: null,
  restLevel: 0,
  restBy: null,
  strained: 0,
  restSetAt: null,
  probeWanted: null,
} satisfies Partial<RestState>

/**
 * An endpoint that fails at one delivery by an answer that would begin no rest works: what is wrong
 * with that one must not hold all others.
 */
function isTaken({ attempt: { result, status } }: Pick<RecordInput, 'attempt'>): boolean {
  return result === 'delivered' || (status !== null && !isStrainedStatus(status))
}

/** What is over at once was no wish. */
function askedOf({ strain }: Pick<RecordInput, 'strain'>): number | null {
  const askedMs = strain?.askedMs ?? 0
  return askedMs > 0 ? Math.min(askedMs, ASKED_MS_MAX) : null
}

function restAsAsked(
  webhook: RestState,
  deliveryId: string,
  {
    attempt,
    strain,
    askedMs,
    isAnother,
    now,
  }: Pick<RecordInput, 'attempt' | 'strain'> & {
    askedMs: number
    isAnother: boolean
    now: number
  },
): RestMove {
  const isResting = webhook.restingUntil !== null
  const lastsMs = isAnother ? askedMs : Math.min(askedMs, ONE_WORD_MS_MAX)
  webhook.restBy = deliveryId
  const words = isAnother ? 'again asked' : 'asked'
  webhook.restReason = `The endpoint answered ${attempt.status} and ${words} to wait for ${waitText(askedMs)}.`
  // Never sooner than asked; a little later, so that many don't come back in one moment.
  const lateMs = Math.min(lastsMs / 20, 2_000) * (strain?.draw ?? 0)
  rest(webhook, now, lastsMs + lateMs)
  webhook.probeAt = Math.round(now + Math.min(lastsMs + lateMs, PROBE_EVERY_MS))
  return isResting ? 'moved' : 'began'
}

/**
 * The probe failed without a word of how long. What was asked for before still holds. A time-out or
 * a reset may be this delivery's own: only what begins rests makes them longer.
 */
function restOn(webhook: RestState, input: Pick<RecordInput, 'attempt' | 'strain'>, now: number) {
  const until = webhook.restingUntil ?? now
  if (input.strain !== null) webhook.restLevel += 1
  const waitMs = backOffMs(webhook.restLevel, input.strain?.draw ?? 0.5)
  if (until > now + waitMs) {
    webhook.probeAt = Math.min(until, now + PROBE_EVERY_MS)
    return 'moved'
  }
  webhook.restReason = `The last attempt failed: ${failureOf(input)}.`
  return rest(webhook, now, waitMs)
}

function probeSoon(webhook: RestState, now: number): RestMove {
  webhook.probeAt = now + REST_MS_FIRST
  return 'moved'
}

/** An answer to what was open when the rest began. */
function lengthen(webhook: RestState, askedMs: number | null, now: number): RestMove | null {
  const until = Math.round(now + Math.min(askedMs ?? 0, ONE_WORD_MS_MAX))
  // A window of them comes within moments: that is one word, and one write.
  if (until <= (webhook.restingUntil ?? now) + SAME_WORD_MS) return null
  webhook.restingUntil = until
  webhook.probeAt = until
  return 'moved'
}

function rest(webhook: RestState, now: number, lastsMs: number): RestMove {
  const move = webhook.restingUntil === null ? 'began' : 'moved'
  webhook.restingUntil = Math.round(now + lastsMs)
  webhook.probeAt = webhook.restingUntil
  return move
}

function backOffMs(level: number, draw: number): number {
  const doubledMs = Math.min(REST_MS_FIRST * 2 ** Math.min(level, 10), REST_MS_MAX)
  return Math.min(doubledMs * (0.8 + 0.4 * draw), REST_MS_MAX)
}

function failureOf({ attempt }: Pick<RecordInput, 'attempt'>): string {
  const text = attempt.error ?? attempt.errorCode ?? `status ${attempt.status}`
  return text.replace(/\.$/, '')
}

function waitText(ms: number): string {
  if (ms < 120_000) return `${Math.ceil(ms / 1_000)} s`
  if (ms < 3 * 3_600_000) return `${Math.round(ms / 60_000)} minutes`
  return `${Math.round(ms / 3_600_000)} hours`
}
