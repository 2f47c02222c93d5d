/**
 * Windows and slots, counted beside the schedule: what may be open at a time, for each webhook in
 * each node and for the node as a whole (lane.ts, slots.ts).
 */
import type { SendResult } from '../../packages/server/src/outcome.ts'
import type { Webhook } from '../../packages/server/src/webhook.ts'
import type { Broken } from './legal-moves.ts'
import type { SimProcess } from './sim-process.ts'

const WINDOW_FIRST = 4
/** Requests younger than this are in the first bound for sure; a crowd moves older ones out. */
const FRESH_MS = 250
/** Of the second bound, in the size of the first. */
const SLOW_PER_FRESH = 4

interface Lane {
  window: number
  open: Set<OpenAttempt>
}

export interface OpenAttempt {
  readonly lane: Lane
  readonly startedAt: number
}

/** After one of these a lane goes on one by one. A fault of ours is here always a cut: no news of the endpoint. */
function isFault(result: SendResult): boolean {
  return result.kind === 'unreachable' && result.fault !== 'protocol'
}

export class LaneWatch {
  readonly #limits: { maxInFlight: number; windowMax: number }
  readonly #broken: Broken
  readonly #lanes = new Map<SimProcess, Map<string, Lane>>()

  constructor(limits: { maxInFlight: number; windowMax: number }, broken: Broken) {
    this.#limits = limits
    this.#broken = broken
  }

  starts(
    process: SimProcess,
    { name, webhook, now }: { name: string; webhook: Webhook; now: number },
  ): OpenAttempt {
    const lane = this.#lane(process, webhook.id)
    lane.window = Math.min(lane.window, webhook.maxInFlight ?? this.#limits.windowMax)
    if (lane.open.size >= lane.window) {
      const sentence = `${name}, ${lane.open.size} are open, the window is ${lane.window}`
      this.#broken('never more than the window', sentence)
    }
    const attempt: OpenAttempt = { lane, startedAt: now }
    lane.open.add(attempt)
    this.#checkSlots(process, name, now)
    return attempt
  }

  /** An attempt that counts nowhere. */
  silent(): OpenAttempt {
    return { lane: { window: WINDOW_FIRST, open: new Set() }, startedAt: 0 }
  }

  /** Its request is over; `result` is null when something else ended it. */
  ended(attempt: OpenAttempt, result: SendResult | null): void {
    const { lane } = attempt
    if (!lane.open.delete(attempt) || result === null) return
    if (result.kind === 'answered' && result.status >= 200 && result.status < 300) {
      lane.window *= 2 // its bound is looked at when the next one starts
    } else if (isFault(result)) {
      lane.window = 1
    }
  }

  forget(process: SimProcess): void {
    this.#lanes.delete(process)
  }

  #checkSlots(process: SimProcess, name: string, now: number): void {
    const started = [...(this.#lanes.get(process)?.values() ?? [])].flatMap((lane) =>
      [...lane.open].map((attempt) => attempt.startedAt),
    )
    const fresh = started.filter((at) => at > now - FRESH_MS).length
    const { maxInFlight } = this.#limits
    // Lanes that answer are always left a quarter, whoever holds the rest.
    const freshMax = maxInFlight + Math.ceil(maxInFlight / 4)
    const openMax = freshMax + SLOW_PER_FRESH * maxInFlight
    if (fresh <= freshMax && started.length <= openMax) return
    const sentence = `${name}: ${fresh} fresh of ${started.length} open, allowed are ${freshMax} and ${openMax}`
    this.#broken('never more than the slots', sentence)
  }

  #lane(process: SimProcess, webhookId: string): Lane {
    let lanes = this.#lanes.get(process)
    if (!lanes) {
      lanes = new Map()
      this.#lanes.set(process, lanes)
    }
    let lane = lanes.get(webhookId)
    if (!lane) {
      lane = { window: WINDOW_FIRST, open: new Set() }
      lanes.set(webhookId, lane)
    }
    return lane
  }
}
