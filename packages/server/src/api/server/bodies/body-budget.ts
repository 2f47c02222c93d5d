/**
 * How many bytes of bodies may be under way at a time, in all and for each who sends them: from
 * before a body is read until its request is done with, since what is made of it lives as long. A
 * limit for each body alone bounds nothing: 120 batches of 8 MiB at once are a gigabyte.
 *
 * Who has no key has a budget apart, so that strangers can't use up that of the owners.
 */
import { assert } from '../../../errors.ts'

interface BudgetLimits {
  bytesMax: number
  /** Of one chatbot, or one address. */
  shareMax: number
}

export interface BodyLimits {
  /** With a key or a session. */
  owners: BudgetLimits
  /** Without: the widget's, and those of sign-in. */
  strangers: BudgetLimits
}

const MIB = 1024 * 1024

/** Of one body, where its route says nothing else. */
export const BODY_BYTES_MAX_DEFAULT = 256 * 1024

export const BODY_LIMITS: BodyLimits = {
  owners: { bytesMax: 64 * MIB, shareMax: 16 * MIB },
  strangers: { bytesMax: 4 * MIB, shareMax: MIB / 4 },
}

/**
 * Of a body without a key, however little of it has come: sign-in and the widget are in this budget,
 * so no handful of connections may use it up.
 */
export const STRANGER_BODY_BYTES_MAX = 16 * 1024

export class BodyBudget {
  readonly #limits: BudgetLimits
  #heldBytes = 0
  readonly #shares = new Map<string, number>()

  constructor(limits: BudgetLimits) {
    assert(limits.shareMax <= limits.bytesMax, 'a share is a part of the budget')
    this.#limits = limits
  }

  /** Of all that is held now. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Nothing is held yet. */
  hold(share: string): HeldBody {
    let bytes = 0
    let isReleased = false
    return {
      grow: (more) => {
        if (isReleased || !this.#take(share, more)) return false
        bytes += more
        return true
      },
      release: () => {
        isReleased = true
        this.#giveBack(share, bytes)
        bytes = 0
      },
    }
  }

  #take(share: string, bytes: number): boolean {
    const held = this.#shares.get(share) ?? 0
    if (held + bytes > this.#limits.shareMax) return false
    if (this.#heldBytes + bytes > this.#limits.bytesMax) return false
    this.#shares.set(share, held + bytes)
    this.#heldBytes += bytes
    return true
  }

  #giveBack(share: string, bytes: number): void {
    this.#heldBytes -= bytes
    const left = (this.#shares.get(share) ?? 0) - bytes
    if (left > 0) this.#shares.set(share, left)
    else this.#shares.delete(share)
  }
}

export interface HeldBody {
  /** False: there is no room for so many bytes more, and nothing was taken. */
  grow(bytes: number): boolean
  /** All of it; a second time does nothing. */
  release(): void
}
