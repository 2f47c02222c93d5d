/**
 * Slots: how many requests the whole node has open. Three bounds keep endpoints that hang, be they
 * many, from taking the capacity of those that answer:
 *
 * - at most `freshMax` requests are younger than 2 s;
 * - of these, lanes that have not proved themselves hold at most half;
 * - a request older than 2 s moves out into a separate bound, 4 × as large.
 */
import type { Clock } from '../clock.ts'

export interface Slot {
  trusted: boolean
  slow: boolean
  readonly openedAt: number
  onSlow(): void
}

const SLOW_AFTER_MS = 2_000
const SLOW_PER_FRESH = 4

export class Slots {
  readonly #clock: Clock
  readonly #freshMax: number
  readonly #onRoom: () => void
  /** In the order of opening, so that the oldest is the first. */
  readonly #fresh = new Set<Slot>()
  #untrusted = 0
  #slow = 0
  #cancelTimer: (() => void) | null = null

  constructor(options: { clock: Clock; freshMax: number; onRoom: () => void }) {
    this.#clock = options.clock
    this.#freshMax = options.freshMax
    this.#onRoom = options.onRoom
  }

  get open(): number {
    return this.#fresh.size + this.#slow
  }

  get slow(): number {
    return this.#slow
  }

  hasRoom(trusted: boolean): boolean {
    if (this.#fresh.size >= this.#freshMax) return false
    return trusted || this.#untrusted < Math.ceil(this.#freshMax / 2)
  }

  take(trusted: boolean, onSlow: () => void): Slot {
    const slot: Slot = { trusted, slow: false, openedAt: this.#clock.monotonic(), onSlow }
    this.#fresh.add(slot)
    if (!trusted) this.#untrusted += 1
    this.#watch()
    return slot
  }

  give(slot: Slot): void {
    if (slot.slow) this.#slow -= 1
    else this.#leaveFresh(slot)
  }

  #leaveFresh(slot: Slot): void {
    this.#fresh.delete(slot)
    if (!slot.trusted) this.#untrusted -= 1
  }

  /** One timer for the oldest, instead of one for each request. */
  #watch(): void {
    if (this.#cancelTimer) return
    const oldest = this.#fresh.values().next().value
    if (!oldest) return
    // At least a little: when the slow ones are at their bound, the oldest stays overdue.
    const waitMs = Math.max(100, oldest.openedAt + SLOW_AFTER_MS - this.#clock.monotonic())
    this.#cancelTimer = this.#clock.setTimer(waitMs, () => {
      this.#cancelTimer = null
      this.#moveSlow()
      this.#watch()
    })
  }

  #moveSlow(): void {
    const before = this.#slow
    const limit = this.#clock.monotonic() - SLOW_AFTER_MS
    for (const slot of this.#fresh) {
      if (slot.openedAt > limit || this.#slow >= this.#freshMax * SLOW_PER_FRESH) break
      this.#leaveFresh(slot)
      slot.slow = true
      this.#slow += 1
      slot.onSlow()
    }
    if (this.#slow > before) this.#onRoom()
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }
}
