/** Asks the store at the start of a term and now and then which lanes wait: what no message told of. */
import type { Clock } from '../clock.ts'
import type { LaneWaiting, Road } from '../store/road.ts'

interface WaitingLanesOptions {
  store: Pick<Road, 'lanesWaiting'>
  clock: Clock
  onWaiting(lanes: LaneWaiting[]): void
  onFailure(error: unknown): void
}

const WAITING_EVERY_MS = 30_000
const LOOK_RETRY_MS = 500

export class WaitingLanes {
  readonly #options: WaitingLanesOptions
  #cancel: (() => void) | null = null
  #stopped = false

  constructor(options: WaitingLanesOptions) {
    this.#options = options
  }

  look(): void {
    this.#cancel?.()
    if (this.#stopped) return
    const { store, clock, onWaiting, onFailure } = this.#options
    const again = (waitMs: number) => {
      if (this.#stopped) return
      this.#cancel = clock.setTimer(waitMs, () => this.look())
    }
    store
      .lanesWaiting()
      .then((lanes) => {
        onWaiting(lanes)
        again(WAITING_EVERY_MS)
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
