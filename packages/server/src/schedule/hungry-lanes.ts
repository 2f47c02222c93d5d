/**
 * Lanes that want claims: due and, when last looked at, with room. They are asked for in the order in
 * which they came; lanes that have proved themselves have half of each question, be there ever so many
 * that have not.
 */
import type { Lane } from './lane.ts'

/** What is asked for a lane, and what it had heard until then. */
export interface Asked {
  lane: Lane
  limit: number
  wakes: number
  rests: number
  freshLefts: number
}

const LANES_PER_CLAIM = 64
const CLAIMS_PER_CALL = 512

export class HungryLanes {
  readonly #trusted = new Set<Lane>()
  readonly #untrusted = new Set<Lane>()

  get isEmpty(): boolean {
    return this.#trusted.size + this.#untrusted.size === 0
  }

  /** A lane that is in already keeps its place, unless its trust is another by now. */
  add(lane: Lane): void {
    this.#of(!lane.trusted).delete(lane)
    this.#of(lane.trusted).add(lane)
  }

  drop(lane: Lane): void {
    this.#trusted.delete(lane)
    this.#untrusted.delete(lane)
  }

  clear(): void {
    this.#trusted.clear()
    this.#untrusted.clear()
  }

  /** Takes out as many as go into one question, but for those that have no room any more. */
  take(roomOf: (lane: Lane) => number): Asked[] {
    const asked: Asked[] = []
    let total = 0
    const takeOf = (trusted: boolean, lanesMax: number, claimsMax: number) => {
      const lanes = this.#of(trusted)
      for (const lane of lanes) {
        if (asked.length >= lanesMax || total >= claimsMax) return
        lanes.delete(lane)
        const limit = Math.min(roomOf(lane), claimsMax - total)
        if (limit === 0) continue
        const { wakes, rests, freshLefts } = lane
        asked.push({ lane, limit, wakes, rests, freshLefts })
        total += limit
      }
    }
    takeOf(true, LANES_PER_CLAIM / 2, CLAIMS_PER_CALL / 2)
    takeOf(false, LANES_PER_CLAIM, CLAIMS_PER_CALL)
    takeOf(true, LANES_PER_CLAIM, CLAIMS_PER_CALL)
    return asked
  }

  #of(trusted: boolean): Set<Lane> {
    return trusted ? this.#trusted : this.#untrusted
  }
}
