/** What all processes start of each webhook together, against its rate (rate.ts). */
import type { Webhook } from '../../packages/server/src/webhook.ts'
import type { Broken } from './legal-moves.ts'

const SPAN_MS = 10_000
/** What was given and came too late may be used a second ahead of its time after its answer. */
const EXCUSED_MS = SPAN_MS + 2_000

export class RateWatch {
  readonly #broken: Broken
  /** Of the last ten seconds, by webhook. */
  readonly #starts = new Map<string, number[]>()
  #excusedUntil = Number.NEGATIVE_INFINITY

  constructor(broken: Broken) {
    this.#broken = broken
  }

  starts({ name, webhook, now }: { name: string; webhook: Webhook; now: number }): void {
    const { id, ratePerSecond } = webhook
    if (ratePerSecond === null) return
    const starts = (this.#starts.get(id) ?? []).filter((at) => at >= now - SPAN_MS)
    starts.push(now)
    this.#starts.set(id, starts)
    const most = Math.max(1, 10 * ratePerSecond)
    if (starts.length <= most || now < this.#excusedUntil) return
    const sentence = `${name}, the ${starts.length}th in ten seconds at ${ratePerSecond} a second`
    this.#broken('never more than the rate', sentence)
  }

  /** The store took so long to give starts that they come beside those of a later time (pace.ts). */
  startsCameLate(now: number): void {
    this.#excusedUntil = now + EXCUSED_MS
  }
}
