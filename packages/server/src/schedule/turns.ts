/**
 * Turns: which lane starts the next attempt. Round robin among the lanes that can start one; those
 * that have not proved themselves go first, within the half of the slots that they may hold.
 */
import type { Lane } from './lane.ts'
import type { Slots } from './slots.ts'

export class Turns {
  readonly #trusted = new Set<Lane>()
  readonly #untrusted = new Set<Lane>()

  /** To be called after every change of a lane. */
  update(lane: Lane, now: number): void {
    const [mine, other] = lane.trusted
      ? [this.#trusted, this.#untrusted]
      : [this.#untrusted, this.#trusted]
    other.delete(lane)
    if (lane.canStart(now)) mine.add(lane)
    else mine.delete(lane)
  }

  /** Takes the lane out: it goes to the end when it is updated next, if it still can start. */
  next(slots: Slots): Lane | undefined {
    for (const trusted of [false, true]) {
      if (!slots.hasRoom(trusted)) continue
      const lanes = trusted ? this.#trusted : this.#untrusted
      const lane = lanes.values().next().value
      if (!lane) continue
      lanes.delete(lane)
      return lane
    }
    return undefined
  }
}
