/**
 * A lane's claims, ready to be sent: what is fresh after a rest apart from what is old. Three of four
 * are fresh while there is both, each kind in its order.
 */
import type { Claim } from '../store/road.ts'

const FRESH_IN_A_ROW = 3

export class ClaimQueue {
  readonly #fresh = new Fifo()
  readonly #old = new Fifo()
  #freshInARow = 0
  bytes = 0

  get size(): number {
    return this.#fresh.size + this.#old.size
  }

  get freshSize(): number {
    return this.#fresh.size
  }

  /** What is fresh has had its turns, and there is nothing old. */
  get owesOld(): boolean {
    return this.#freshInARow >= FRESH_IN_A_ROW && this.#old.size === 0
  }

  push(claim: Claim): void {
    const queue = claim.fresh ? this.#fresh : this.#old
    queue.push(claim)
    this.bytes += claim.payload.length
  }

  shift({ onlyFresh }: { onlyFresh: boolean }): Claim | undefined {
    const isOldTurn = !onlyFresh && this.#freshInARow >= FRESH_IN_A_ROW && this.#old.size > 0
    if (onlyFresh && this.#fresh.size === 0) return undefined
    const isFresh = this.#fresh.size > 0 && !isOldTurn
    const claim = isFresh ? this.#fresh.shift() : this.#old.shift()
    this.#freshInARow = isFresh ? this.#freshInARow + 1 : 0
    if (claim) this.bytes -= claim.payload.length
    return claim
  }

  /** Empties it. */
  drain(): Claim[] {
    this.bytes = 0
    return [...this.#fresh.drain(), ...this.#old.drain()]
  }

  /** Whether it was queued here. */
  remove(deliveryId: string): boolean {
    const claims = this.drain()
    const kept = claims.filter((claim) => claim.deliveryId !== deliveryId)
    for (const claim of kept) this.push(claim)
    return kept.length < claims.length
  }
}

class Fifo {
  #claims: Claim[] = []
  #head = 0

  get size(): number {
    return this.#claims.length - this.#head
  }

  push(claim: Claim): void {
    this.#claims.push(claim)
  }

  shift(): Claim | undefined {
    const claim = this.#claims[this.#head]
    if (!claim) return undefined
    this.#head += 1
    // Array.shift moves every element; a moving head is put back now and then instead.
    if (this.#head > 256 && this.#head * 2 > this.#claims.length) {
      this.#claims = this.#claims.slice(this.#head)
      this.#head = 0
    }
    return claim
  }

  drain(): Claim[] {
    const claims = this.#claims.slice(this.#head)
    this.#claims = []
    this.#head = 0
    return claims
  }
}
