/**
 * Endpoints and the way to them. Each endpoint has a mood that changes over time; it answers most
 * requests by its mood. A request is open at its endpoint from the moment it is on the wire until
 * either side ends it: two open at once for one delivery is what the promises look for.
 */
import type { Fault, SendResult, SignedRequest } from '../../packages/server/src/outcome.ts'
import type { ScheduledTurn } from '../../packages/server/src/schedule/attempts.ts'
import type { SimProcess } from './sim-process.ts'
import type { SimWorld } from './sim-world.ts'
import { short } from './trace.ts'

export const MOODS = {
  ok: 12,
  slow: 2,
  hanging: 3,
  refusing: 2,
  resetBefore: 1,
  resetAfter: 1,
  failing: 3,
  busy: 2,
  limited: 2,
  redirecting: 0.5,
  gone: 0.3,
} as const
/** Requests in a second. */
const LIMITED_TAKES = 3

type Mood = keyof typeof MOODS

/** One request of one process. */
export interface Request {
  process: SimProcess
  turn: ScheduledTurn
  signed: SignedRequest
  startedAt: number
  /** Its process was frozen between its last check and the write. */
  held: boolean
  /** On the wire, and neither side has ended it. */
  isOpen: boolean
}

export class Network {
  readonly #world: SimWorld
  readonly #moods = new Map<string, Mood>()
  /** Of a limited endpoint: what it has taken in the second that runs. */
  readonly #taken = new Map<string, { second: number; count: number }>()
  /** Started and not yet settled for their process. */
  readonly #unsettled = new Set<Request>()

  constructor(world: SimWorld) {
    this.#world = world
  }

  get unsettled(): ReadonlySet<Request> {
    return this.#unsettled
  }

  setMood(webhookId: string, mood: Mood): void {
    this.#moods.set(webhookId, mood)
  }

  /** A dead process's sockets are closed by its system. */
  closeAll(process: SimProcess): void {
    for (const request of this.#unsettled) {
      if (request.process !== process) continue
      request.isOpen = false
      this.#unsettled.delete(request)
    }
  }

  send(
    process: SimProcess,
    turn: ScheduledTurn,
    { signed, signal }: { signed: SignedRequest; signal: AbortSignal },
  ): Promise<SendResult> {
    const world = this.#world
    const fault = world.faults.network()
    if (fault === 'freeze') world.freeze(process, 'between its check and the write')
    const held = process.state === 'frozen'
    const startedAt = world.timeline.now
    const request: Request = { process, turn, signed, startedAt, held, isOpen: false }
    if (process.state !== 'dead') this.#unsettled.add(request)
    return new Promise((resolve) => {
      let settled = false
      const settle = (result: SendResult) => {
        if (settled) return
        settled = true
        request.isOpen = false
        this.#unsettled.delete(request)
        world.promises.requestEnds(request, result)
        resolve(result)
      }
      const abort = () => settle(ourFault(world.timeline.now - startedAt))
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort, { once: true })
      process.post(() => {
        if (settled) return
        request.isOpen = true
        world.promises.requestStarts(request, [...this.#unsettled])
        const mood = fault === 'reset' ? 'resetAfter' : this.#moodFor(turn.webhook.id)
        this.#answer(request, mood, settle)
      })
    })
  }

  #moodFor(webhookId: string): Mood {
    const mood = this.#moods.get(webhookId) ?? 'ok'
    if (mood === 'gone' || this.#world.isCalm) return mood
    return this.#world.draw.chance(0.85) ? mood : 'ok'
  }

  #answer(request: Request, mood: Mood, settle: (result: SendResult) => void): void {
    const { timeline } = this.#world
    const { process, signed } = request
    const { result, afterMs } = this.#behave(mood, request)
    if (afterMs < signed.timeoutMs) {
      timeline.after(afterMs, () => {
        request.isOpen = false
        process.post(() => settle(result))
      })
    } else {
      process.clock.setTimer(signed.timeoutMs, () => {
        settle(unreachable('timeout', timeline.now - request.startedAt))
      })
    }
  }

  #takes(webhookId: string): boolean {
    const second = Math.floor(this.#world.timeline.now / 1_000)
    const taken = this.#taken.get(webhookId)
    const count = taken?.second === second ? taken.count + 1 : 1
    this.#taken.set(webhookId, { second, count })
    return count <= LIMITED_TAKES
  }

  #behave(mood: Mood, request: Request): { result: SendResult; afterMs: number } {
    const { draw } = this.#world
    const quickMs = draw.between(1, 60)
    switch (mood) {
      case 'ok':
        return {
          afterMs: quickMs,
          result: answered(draw.pick([200, 200, 201, 204]) ?? 200, quickMs),
        }
      case 'slow': {
        const afterMs = draw.between(500, request.signed.timeoutMs + 1_000)
        return { afterMs, result: answered(200, afterMs) }
      }
      case 'hanging':
        return { afterMs: Number.POSITIVE_INFINITY, result: unreachable('timeout', 0) }
      case 'refusing':
        return { afterMs: quickMs, result: unreachable('connect', quickMs) }
      case 'resetBefore':
      case 'resetAfter':
        return { afterMs: quickMs, result: unreachable('reset', quickMs) }
      case 'failing': {
        const status = draw.pick([500, 502, 400, 404]) ?? 500
        return { afterMs: quickMs, result: answered(status, quickMs) }
      }
      case 'busy': {
        const retryAfterMs = (draw.pick([1, 15, 40, 90]) ?? 1) * 1_000
        const status = draw.pick([429, 503]) ?? 429
        return { afterMs: quickMs, result: answered(status, quickMs, retryAfterMs) }
      }
      case 'limited':
        return {
          afterMs: quickMs,
          result: answered(this.#takes(request.turn.webhook.id) ? 200 : 429, quickMs),
        }
      case 'redirecting':
        return { afterMs: quickMs, result: answered(302, quickMs) }
      case 'gone':
        return { afterMs: quickMs, result: answered(410, quickMs) }
    }
  }
}

function answered(
  status: number,
  durationMs: number,
  retryAfterMs: number | null = null,
): SendResult {
  return { kind: 'answered', status, headers: {}, body: '', note: null, retryAfterMs, durationMs }
}

function unreachable(fault: Fault, durationMs: number): SendResult {
  return { kind: 'unreachable', fault, message: `simulated ${fault}`, durationMs }
}

function ourFault(durationMs: number): SendResult {
  return { kind: 'our-fault', message: 'The request was aborted', durationMs }
}

/** One word for a result. */
export function resultWord(result: SendResult): string {
  switch (result.kind) {
    case 'answered':
      return String(result.status)
    case 'unreachable':
      return result.fault
    default:
      return result.kind
  }
}

export function requestName({ process, turn }: Request): string {
  return `${process.name} ${short(turn.claim.deliveryId)}#${turn.claim.attemptNumber}`
}
