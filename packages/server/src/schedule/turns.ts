/**
 * Turns: which lane starts the next attempt. Round robin among the lanes that can start one, a lane
 * that has proved itself and one that has not in turns.
 */
import type { Lane } from './lane.ts'
import type { Slots } from './slots.ts'

export class Turns {
  readonly #trusted = new Set<Lane>()
  readonly #untrusted = new Set<Lane>()
  #trustedNext = false

  /** To be called after every change of a lane. */
  update(lane: Lane, now: number): void {
    const mine = this.#of(lane.trusted)
    this.#of(!lane.trusted).delete(lane)
    if (lane.canStart(now)) mine.add(lane)
    else mine.delete(lane)
  }

  /** Takes the lane out: it goes to the end when it is updated next, if it still can start. */
  next(slots: Slots): Lane | undefined {
    this.#trustedNext = !this.#trustedNext
    return this.#take(this.#trustedNext, slots) ?? this.#take(!this.#trustedNext, slots)
  }

  #take(trusted: boolean, slots: Slots): Lane | undefined {
    const lanes = this.#of(trusted)
    if (lanes.size === 0 || !slots.hasRoom(trusted)) return undefined
    const lane = lanes.values().next().value
    if (lane) lanes.delete(lane)
    return lane
  }

  #of(trusted: boolean): Set<Lane> {
    return trusted ? this.#trusted : this.#untrusted
  }
}
