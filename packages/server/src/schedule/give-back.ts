/**
 * Gives claims back to the store, until it is done: what the store still takes for ours, nobody else
 * parks, cancels or sends.
 */
import type { DeliveryStore } from '../store/store.ts'

export interface GiveBackOptions {
  store: Pick<DeliveryStore, 'release'>
  /** The id under which this node claims now; undefined: none, and with its lease the claims went. */
  nodeId(): string | undefined
  /** A timer that doesn't outlive the room. */
  after(delayMs: number, run: () => void): void
  onFailure(error: unknown): void
}

const RELEASE_RETRY_MS = 1_000

export class GiveBack {
  readonly #options: GiveBackOptions

  constructor(options: GiveBackOptions) {
    this.#options = options
  }

  release(deliveryIds: string[], nodeId = this.#options.nodeId(), then?: () => void): void {
    if (!nodeId) return
    const { store, onFailure, after } = this.#options
    store.release(nodeId, deliveryIds).then(then, (error) => {
      onFailure(error)
      if (nodeId !== this.#options.nodeId()) return // it ends with that lease
      after(RELEASE_RETRY_MS, () => this.release(deliveryIds, nodeId, then))
    })
  }
}
