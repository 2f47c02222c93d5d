/**
 * Gives claims back to the store, until it is done: what the store still takes for ours, nobody else
 * parks, cancels or sends.
 */
import type { Claim, Road } from '../store/road.ts'
import type { Timers } from './timers.ts'

interface GiveBackOptions {
  store: Pick<Road, 'release'>
  timers: Timers
  /** The id under which this node claims now; undefined: none, and with its lease the claims went. */
  nodeId(): string | undefined
  /** These webhooks have them again. */
  onGivenBack(webhookIds: string[]): void
  onFailure(error: unknown): void
}

const RELEASE_RETRY_MS = 1_000

export class GiveBack {
  readonly #options: GiveBackOptions

  constructor(options: GiveBackOptions) {
    this.#options = options
  }

  /** Others may send them. */
  claims(claims: Claim[], nodeId = this.#options.nodeId()): void {
    if (claims.length === 0) return
    const webhookIds = [...new Set(claims.map((claim) => claim.webhookId))]
    const ids = claims.map((claim) => claim.deliveryId)
    this.release(ids, nodeId, () => this.#options.onGivenBack(webhookIds))
  }

  release(deliveryIds: string[], nodeId = this.#options.nodeId(), then?: () => void): void {
    if (!nodeId) return
    const { store, onFailure, timers } = this.#options
    store.release(nodeId, deliveryIds).then(then, (error) => {
      onFailure(error)
      if (nodeId !== this.#options.nodeId()) return // it ends with that lease
      timers.after(RELEASE_RETRY_MS, () => this.release(deliveryIds, nodeId, then))
    })
  }
}
