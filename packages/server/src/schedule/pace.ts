/**
 * A pace: the starts that a lane holds of its webhook's rate. They come from the bucket that all
 * nodes share (rate.ts, kept by the store), some of them ahead of their time, and each is used within
 * a moment after it or lapses: what was saved up here would come on top of what others are given.
 */
import { STARTS_AHEAD_MS, type Starts, startEveryMs, startLateMsMax } from '../rate.ts'

/** Starts of one answer, by the monotonic clock; the next one is number `next`. */
interface Run {
  zeroAt: number
  everyMs: number
  next: number
  count: number
  /** Those whose time had come when they were given. */
  heldFrom: number
  lateMsMax: number
}

/** Fewer than this ahead, and more are asked for. */
const LOW_MS = STARTS_AHEAD_MS / 2
/** Who got nothing asks so long after the moment that the store named; sooner with each time. */
const TURN_MS = 600
/** An answer that was too late to be used: after so many in a row the next one is used all the same. */
const TOO_LATE_MAX = 2
/** A start that is for now must not be for later by its last binary digit. */
const LAST_DIGIT_MS = 1e-6
/** Claims held ready: for so long. */
const QUEUE_MS = 2_000

export class Pace {
  readonly ratePerSecond: number
  /** While a question is on its way. */
  asking = false
  /** Nodes that take from the same bucket: each asks for its part, so that all get some. */
  nodes = 1
  #runs: Run[] = []
  #askFrom = 0
  #emptyHanded = 0
  #tooLate = 0

  constructor(ratePerSecond: number) {
    this.ratePerSecond = ratePerSecond
  }

  /** Claims beyond this would wait here while another node has starts for them. */
  get queueMax(): number {
    return Math.max(1, Math.ceil(QUEUE_MS / startEveryMs(this.ratePerSecond) / this.nodes))
  }

  canStart(now: number): boolean {
    return this.nextAt(now) <= now
  }

  /** False: there is none for this moment. */
  take(now: number): boolean {
    if (!this.canStart(now)) return false
    const [run] = this.#runs
    if (run) run.next += 1
    return true
  }

  /** When the next start may be used, a time that is past included; Infinity: it holds none. */
  nextAt(now: number): number {
    for (let run = this.#runs[0]; run; run = this.#runs[0]) {
      for (; run.next < run.count; run.next += 1) {
        const at = timeOf(run, run.next)
        if (at + run.lateMsMax >= now) return at
      }
      this.#runs.shift()
    }
    return Number.POSITIVE_INFINITY
  }

  /** How many to ask for now, of what is queued; 0: it has enough, or it is to ask later. */
  wanted(now: number, queued: number): number {
    if (this.asking || now < this.#askFrom || this.#heldUntil(now) >= now + LOW_MS) return 0
    const part = Math.ceil(STARTS_AHEAD_MS / startEveryMs(this.ratePerSecond) / this.nodes)
    return Math.max(0, Math.min(queued - this.#held(), part))
  }

  /** When something changes by itself: a start's time comes, or that of asking. */
  changesAt(now: number, queued: number): number {
    const startAt = this.nextAt(now)
    if (queued <= this.#held()) return startAt
    return Math.min(startAt, Math.max(this.#askFrom, this.#heldUntil(now) - LOW_MS))
  }

  /** The answer to a question of `askedAt`: the store's now was some time between then and now. */
  give(starts: Starts, { askedAt, now }: { askedAt: number; now: number }): void {
    this.#learnTurn(starts, now)
    const underWayMs = now - askedAt
    const lateMsMax = startLateMsMax(this.ratePerSecond)
    const isTooLate = underWayMs > lateMsMax
    if (starts.count === 0) return
    this.#tooLate = isTooLate ? this.#tooLate + 1 : 0
    // A store that is that slow for good: better a little off its rate than never sent.
    if (isTooLate && this.#tooLate <= TOO_LATE_MAX) return
    if (isTooLate) this.#tooLate = 0
    this.#runs.push({
      zeroAt: now + starts.firstInMs,
      everyMs: starts.everyMs,
      next: 0,
      count: starts.count,
      heldFrom: now,
      lateMsMax: isTooLate ? lateMsMax : lateMsMax - underWayMs,
    })
  }

  /** Who went away empty-handed oftenest is the first to ask next time. */
  #learnTurn({ count, nextInMs }: Starts, now: number): void {
    this.#emptyHanded = count > 0 ? 0 : this.#emptyHanded + 1
    const turnMs = this.nodes > 1 ? TURN_MS / (1 + this.#emptyHanded) : 0
    this.#askFrom = nextInMs > 0 ? now + nextInMs + turnMs : now
  }

  #held(): number {
    return this.#runs.reduce((sum, run) => sum + run.count - run.next, 0)
  }

  /** The time of the last start that it holds; now when it holds none. */
  #heldUntil(now: number): number {
    const last = this.#runs.at(-1)
    return last && last.next < last.count ? Math.max(now, timeOf(last, last.count - 1)) : now
  }
}

function timeOf(run: Run, index: number): number {
  return Math.max(run.heldFrom, run.zeroAt + index * run.everyMs - LAST_DIGIT_MS)
}
