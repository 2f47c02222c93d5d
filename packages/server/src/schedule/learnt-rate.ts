/**
 * How many requests a second an endpoint takes, as its lane learns it: where its owner has set no
 * rate (rate.ts, pace.ts), or a higher one. An endpoint that answers
 * in 2 ms and takes 20 a second is overrun by a window of one; only time between requests helps.
 *
 * Nothing is held back until the endpoint refuses (429, 502, 503, 504) more than a few in a hundred: then
 * the pace is a little below what it took in the last second, and grows from there, slowly near the
 * point where it was refused and quickly once it is past it (the curve of RFC 9438). After a rest it
 * begins low and doubles each second, so that what was held doesn't come back in one moment.
 *
 * Some of each node's own: what each of several nodes learns is its share.
 */

/** Of the last answers: an endpoint that fails 5 in 100 by chance stays below it. */
const REFUSED_SHARE_MAX = 0.15
const REFUSED_LEAST = 6
/** Those of a second, or of as long as so many take. */
const LOOKED_AT = 40
const SPAN_MS_MIN = 1_000
const SPAN_MS_MAX = 10_000
/** A cut leaves so much of what the endpoint took. */
const CUT_TO = 0.8
/** From a cut until the pace is back where it was refused. */
const BACK_MS = 8_000
const CUT_EVERY_MS = 1_000
/** So far past the point of refusal it is forgotten. */
const FORGET_AT = 20
const PER_SECOND_MIN = 0.1
const RAMP_FROM_PER_SECOND = 16
const RAMP_TO_PER_SECOND = 2_048
/** How much may be made up for: timers are late, and a lane waits for others. */
const LATE_MS_MAX = 20

export class LearntRate {
  /** What it took when it refused; null: it never did, or long ago. */
  #refusedAt: number | null = null
  #cutAt = Number.NEGATIVE_INFINITY
  #rampSince: number | null = null
  /** Answers of the span that runs, and of the one before. */
  #spanAt = 0
  #spanMs = SPAN_MS_MIN
  #now = { taken: 0, refused: 0 }
  #before = { taken: 0, refused: 0 }
  #nextAt = 0

  /** Requests a second; null: as many as the window lets. */
  perSecond(now: number): number | null {
    const learnt = this.#learnt(now)
    const ramp = this.#ramp(now)
    if (learnt === null || ramp === null) return learnt ?? ramp
    return Math.min(learnt, ramp)
  }

  /** Until the next request may start; 0: now. */
  waitMs(now: number): number {
    return this.#nextAt <= now || this.perSecond(now) === null ? 0 : this.#nextAt - now
  }

  started(now: number): void {
    const perSecond = this.perSecond(now)
    if (perSecond === null) return
    this.#nextAt = Math.max(this.#nextAt, now - LATE_MS_MAX) + 1_000 / perSecond
  }

  took(now: number): void {
    this.#turnSpan(now)
    this.#now.taken += 1
  }

  refused(now: number): void {
    this.#turnSpan(now)
    this.#now.refused += 1
    const { taken, refused } = this.#last(now)
    if (refused < REFUSED_LEAST || refused < REFUSED_SHARE_MAX * (taken + refused)) return
    this.cut(now)
  }

  /** It is overrun: from now on less than it took. Nothing where it took nothing: that is an outage. */
  cut(now: number): void {
    if (now < this.#cutAt + CUT_EVERY_MS) return
    this.#turnSpan(now)
    const { taken, ms } = this.#last(now)
    const took = (taken * 1_000) / ms
    const before = this.#learnt(now)
    if (took === 0 && before === null) return
    const point = before === null ? took : Math.min(Math.max(took, before / 2), before)
    this.#refusedAt = Math.max(point, PER_SECOND_MIN)
    this.#cutAt = now
    this.#forgetAnswers(now)
  }

  /** A rest has ended. */
  beginRamp(now: number): void {
    this.#rampSince = now
    this.#forgetAnswers(now)
    if (this.#refusedAt !== null) this.#cutAt = now
  }

  #learnt(now: number): number | null {
    if (this.#refusedAt === null) return null
    const past = (now - this.#cutAt) / BACK_MS - 1
    const factor = 1 + (1 - CUT_TO) * past ** 3
    if (factor > FORGET_AT) {
      this.#refusedAt = null
      return null
    }
    return Math.max(this.#refusedAt * factor, PER_SECOND_MIN)
  }

  #ramp(now: number): number | null {
    if (this.#rampSince === null) return null
    // One that took thousands a moment ago needn't begin with sixteen.
    const from = Math.max(RAMP_FROM_PER_SECOND, (this.#refusedAt ?? 0) / 8)
    const perSecond = from * 2 ** ((now - this.#rampSince) / 1_000)
    if (perSecond > RAMP_TO_PER_SECOND) this.#rampSince = null
    return perSecond
  }

  /** The answers of about one span, and how long they took. */
  #last(now: number): { taken: number; refused: number; ms: number } {
    const { taken, refused } = this.#before
    const sinceMs = now - this.#spanAt
    const share = Math.max(0, 1 - sinceMs / this.#spanMs)
    const beforeMs = taken + refused > 0 ? this.#spanMs * share : 0
    return {
      taken: this.#now.taken + taken * share,
      refused: this.#now.refused + refused * share,
      ms: Math.max(SPAN_MS_MIN, sinceMs + beforeMs),
    }
  }

  #turnSpan(now: number): void {
    const sinceMs = now - this.#spanAt
    if (sinceMs < this.#spanMs) return
    const isNext = sinceMs < 2 * this.#spanMs
    this.#before = isNext ? this.#now : { taken: 0, refused: 0 }
    this.#now = { taken: 0, refused: 0 }
    this.#spanAt = isNext ? this.#spanAt + this.#spanMs : now
  }

  #forgetAnswers(now: number): void {
    const perSecond = this.#learnt(now) ?? Number.POSITIVE_INFINITY
    const spanMs = (LOOKED_AT * 1_000) / perSecond
    this.#spanMs = Math.min(Math.max(spanMs, SPAN_MS_MIN), SPAN_MS_MAX)
    this.#spanAt = now
    this.#now = { taken: 0, refused: 0 }
    this.#before = { taken: 0, refused: 0 }
  }
}
