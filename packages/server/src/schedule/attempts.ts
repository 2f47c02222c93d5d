/**
 * The attempts that this node has open. Each holds a slot until its request is over, and counts as
 * unrecorded until its record is written. What an answer tells of its endpoint goes to its lane.
 */
import type { Clock } from '../clock.ts'
import type { SendResult } from '../outcome.ts'
import type { Claim, RecordResult } from '../store/store.ts'
import type { Webhook } from '../webhook.ts'
import type { Lane, WindowLimits } from './lane.ts'
import type { Term } from './lease.ts'
import type { Slots } from './slots.ts'

export interface ScheduledTurn {
  claim: Claim
  webhook: Webhook
  nodeId: string
  signal: AbortSignal
  isLive(): boolean
  /**
   * Returns how many failures in a row, if it is one, are a whole window; null: it tells nothing of
   * where its webhook's deliveries are sent to now.
   */
  onAnswer(result: SendResult): number | null | undefined
}

interface AttemptsOptions {
  clock: Clock
  slots: Slots
  limits: WindowLimits
  /** Makes one attempt, sends and records it. */
  attempt(turn: ScheduledTurn): Promise<{ result: RecordResult }>
  onRecorded(lane: Lane, result: RecordResult): void
  /** Neither sent nor recorded, as far as we know: a bug, or a store that is gone. */
  onFailure(claim: Claim, nodeId: string, error: unknown): void
  /** The lane's state is another. */
  onChange(lane: Lane): void
  /** And there is room: something may be started. */
  onRoom(lane: Lane): void
}

/** Attempts that were answered but whose record is not yet on disk. */
const UNRECORDED_MAX = 2_048

export class Attempts {
  readonly #options: AttemptsOptions
  #running = 0
  #unrecorded = 0
  readonly #onceNone: (() => void)[] = []

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  get mayStart(): boolean {
    return this.#unrecorded < UNRECORDED_MAX
  }

  start(lane: Lane, claim: Claim, { webhook, term }: { webhook: Webhook; term: Term }): void {
    const { clock, attempt, onRecorded, onFailure, onChange, onRoom } = this.#options
    lane.open += 1
    lane.learnt.started(clock.monotonic())
    const close = this.#open(lane)
    const { aim } = lane
    const onAnswer = (result: SendResult) => {
      close()
      const isOld = lane.hasMovedOnFrom(aim)
      // What we cut ourselves, as when the lease is lost, tells nothing of the endpoint or the way to it.
      const isCut = result.kind === 'our-fault' && term.signal.aborted
      // That nothing came in time narrows the window all the same: one success opens it again.
      const isOldAnswer = isOld && result.kind === 'answered'
      if (!isOldAnswer && !isCut) this.#learn(lane, result)
      onRoom(lane)
      return isOld ? null : lane.failuresOfWindow
    }
    const { nodeId, signal, isLive } = term
    this.#running += 1
    const ended = () => {
      close()
      this.#unrecorded -= 1
      this.#running -= 1
      onRoom(lane)
      if (this.#running === 0) for (const resolve of this.#onceNone.splice(0)) resolve()
    }
    attempt({ claim, webhook, nodeId, signal, isLive, onAnswer }).then(
      ({ result }) => {
        try {
          onRecorded(lane, result)
        } finally {
          ended()
        }
      },
      (error) => {
        try {
          onFailure(claim, nodeId, error)
        } finally {
          ended()
        }
      },
    )
    onChange(lane)
  }

  /** Resolves when none is open any more. */
  ended(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onceNone.push(resolve))
  }

  /** Takes a slot. What is returned gives it back, once, and counts the attempt as unrecorded. */
  #open(lane: Lane): () => void {
    const { slots, onChange } = this.#options
    const slot = slots.take(lane, lane.trusted, () => {
      lane.trusted = false
      slots.distrust(lane)
      onChange(lane)
    })
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      slots.give(slot)
      lane.open -= 1
      this.#unrecorded += 1
    }
  }

  #learn(lane: Lane, result: SendResult): void {
    const { clock, slots, limits } = this.#options
    const { trusted } = lane
    lane.learn(result, { ...limits, now: clock.monotonic() })
    if (trusted && !lane.trusted) slots.distrust(lane)
  }
}
