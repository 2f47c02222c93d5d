/**
 * Looks for lanes with something waiting, at the start of a term and now and then: for what no
 * message told of.
 */
import type { Clock } from '../clock.ts'
import type { DeliveryStore, LaneWaiting } from '../store/store.ts'

export interface WaitingOptions {
  store: Pick<DeliveryStore, 'lanesWaiting'>
  clock: Clock
  onLanes(lanes: LaneWaiting[]): void
  onFailure(error: unknown): void
}

const LOOK_EVERY_MS = 30_000
const LOOK_RETRY_MS = 500

export class Waiting {
  readonly #options: WaitingOptions
  #cancel: (() => void) | null = null
  #stopped = false

  constructor(options: WaitingOptions) {
    this.#options = options
  }

  look(): void {
    this.#cancel?.()
    if (this.#stopped) return
    const { store, clock, onLanes, onFailure } = this.#options
    const again = (waitMs: number) => {
      this.#cancel = clock.setTimer(waitMs, () => this.look())
    }
    store
      .lanesWaiting()
      .then((lanes) => {
        onLanes(lanes)
        again(LOOK_EVERY_MS)
      })
      .catch((error) => {
        onFailure(error)
        again(LOOK_RETRY_MS)
      })
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }
}
