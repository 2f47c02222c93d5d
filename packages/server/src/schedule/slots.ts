/**
 * Slots: how many requests the whole node has open. These bounds keep endpoints that hang, be they
 * many, from taking the capacity of those that answer:
 *
 * - at most `freshMax` requests are fresh; of these, lanes that have not proved themselves hold at
 *   most half, and lanes that have are always left a quarter, whoever holds the rest;
 * - a request older than 2 s moves out into a separate bound, 4 × as large, and its lane is trusted
 *   no longer. When the fresh ones are at their bound, those older than 250 ms move out already.
 */
import type { Clock } from '../clock.ts'

interface Slot {
  /** Whose it is: when a lane loses trust, all its slots count as untrusted. */
  readonly owner: object
  trusted: boolean
  slow: boolean
  /** Told that it is older than 2 s. */
  late: boolean
  readonly openedAt: number
  onLate(): void
}

const LATE_AFTER_MS = 2_000
const CROWDED_AFTER_MS = 250
const SLOW_PER_FRESH = 4

export class Slots {
  readonly #clock: Clock
  readonly #freshMax: number
  readonly #onRoom: () => void
  /** In the order of opening, so that the oldest is the first. */
  readonly #fresh = new Set<Slot>()
  readonly #slow = new Set<Slot>()
  #untrusted = 0
  #cancelTimer: (() => void) | null = null
  #timerAt = Number.POSITIVE_INFINITY

  constructor(options: { clock: Clock; freshMax: number; onRoom: () => void }) {
    this.#clock = options.clock
    this.#freshMax = options.freshMax
    this.#onRoom = options.onRoom
  }

  get open(): number {
    return this.#fresh.size + this.#slow.size
  }

  get slow(): number {
    return this.#slow.size
  }

  hasRoom(trusted: boolean): boolean {
    const isFull = this.#fresh.size >= this.#freshMax
    if (!trusted) return !isFull && this.#untrusted < Math.ceil(this.#freshMax / 2)
    return !isFull || this.#fresh.size - this.#untrusted < Math.ceil(this.#freshMax / 4)
  }

  take(owner: object, trusted: boolean, onLate: () => void): Slot {
    const openedAt = this.#clock.monotonic()
    const slot: Slot = { owner, trusted, slow: false, late: false, openedAt, onLate }
    this.#fresh.add(slot)
    if (!trusted) this.#untrusted += 1
    this.#watch()
    return slot
  }

  give(slot: Slot): void {
    if (slot.slow) this.#slow.delete(slot)
    else this.#leaveFresh(slot)
  }

  /** The lane lost its trust: what it holds counts so from now on. */
  distrust(owner: object): void {
    for (const slot of this.#fresh) {
      if (slot.owner !== owner || !slot.trusted) continue
      slot.trusted = false
      this.#untrusted += 1
    }
  }

  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  #leaveFresh(slot: Slot): void {
    this.#fresh.delete(slot)
    if (!slot.trusted) this.#untrusted -= 1
  }

  /** One timer for the oldest, instead of one for each request. */
  #watch(): void {
    // What is new becomes late after what the timer waits for, unless it is crowded.
    if (this.#cancelTimer !== null && this.#fresh.size < this.#freshMax) return
    const now = this.#clock.monotonic()
    const at = Math.max(this.#nextAt(), now + 50)
    if (at >= this.#timerAt || at === Number.POSITIVE_INFINITY) return
    this.#cancelTimer?.()
    this.#timerAt = at
    this.#cancelTimer = this.#clock.setTimer(at - now, () => {
      this.#cancelTimer = null
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#sweep()
      this.#watch()
    })
  }

  /** When the next request becomes late, or, where it is crowded and there is room, moves out. */
  #nextAt(): number {
    const isCrowded = this.#fresh.size >= this.#freshMax && this.#hasSlowRoom()
    const oldest = this.#fresh.values().next().value
    if (oldest && isCrowded) return oldest.openedAt + CROWDED_AFTER_MS
    return (this.#oldestInTime()?.openedAt ?? Number.POSITIVE_INFINITY) + LATE_AFTER_MS
  }

  #oldestInTime(): Slot | undefined {
    for (const slots of [this.#slow, this.#fresh]) {
      for (const slot of slots) if (!slot.late) return slot
    }
    return undefined
  }

  #hasSlowRoom(): boolean {
    return this.#slow.size < this.#freshMax * SLOW_PER_FRESH
  }

  #sweep(): void {
    const now = this.#clock.monotonic()
    const isCrowded = this.#fresh.size >= this.#freshMax
    let moved = 0
    for (const slot of this.#slow) this.#noteLate(slot, now)
    for (const slot of this.#fresh) {
      const ageMs = now - slot.openedAt
      if (ageMs < (isCrowded ? CROWDED_AFTER_MS : LATE_AFTER_MS)) break
      this.#noteLate(slot, now)
      if (!this.#hasSlowRoom()) continue
      this.#leaveFresh(slot)
      slot.slow = true
      this.#slow.add(slot)
      moved += 1
    }
    if (moved > 0) this.#onRoom()
  }

  #noteLate(slot: Slot, now: number): void {
    if (slot.late || now - slot.openedAt < LATE_AFTER_MS) return
    slot.late = true
    slot.onLate()
  }
}
