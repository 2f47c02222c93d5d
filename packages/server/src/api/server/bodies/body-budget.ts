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
/** Of a visitor's lead, which may bring 16 KiB of own fields, each character escaped. */
export const LEAD_BODY_BYTES_MAX = 40 * 1024

export class BodyBudget {
  readonly #limits: BudgetLimits
  #heldBytes = 0
  /** Of each who holds something, or is about to. */
  readonly #shares = new Map<string, Share>()

  constructor(limits: BudgetLimits) {
    assert(limits.shareMax <= limits.bytesMax, 'a share is a part of the budget')
    this.#limits = limits
  }

  /** Of all that is held now. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Nothing is held yet; to be released all the same. */
  hold(name: string): HeldBody {
    let share = this.#shares.get(name)
    if (!share) {
      share = { name, bodies: 0, bytes: 0 }
      this.#shares.set(name, share)
    }
    share.bodies += 1
    return new HeldBody(this, share)
  }

  /** For `HeldBody`. */
  take(share: Share, bytes: number): boolean {
    if (share.bytes + bytes > this.#limits.shareMax) return false
    if (this.#heldBytes + bytes > this.#limits.bytesMax) return false
    share.bytes += bytes
    this.#heldBytes += bytes
    return true
  }

  /** For `HeldBody`: all that one body has. */
  giveBack(share: Share, bytes: number): void {
    this.#heldBytes -= bytes
    share.bytes -= bytes
    share.bodies -= 1
    if (share.bodies === 0) this.#shares.delete(share.name)
  }
}

/** What the bodies of one chatbot, or one address, have together. */
interface Share {
  name: string
  bodies: number
  bytes: number
}

/** What one body has of a budget. */
export class HeldBody {
  readonly #budget: BodyBudget
  readonly #share: Share
  #bytes = 0
  #isReleased = false

  constructor(budget: BodyBudget, share: Share) {
    this.#budget = budget
    this.#share = share
  }

  /** False: there is no room for so many bytes more, and nothing was taken. */
  grow(bytes: number): boolean {
    if (this.#isReleased || !this.#budget.take(this.#share, bytes)) return false
    this.#bytes += bytes
    return true
  }

  /** All of it; a second time does nothing. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#budget.giveBack(this.#share, this.#bytes)
  }
}
