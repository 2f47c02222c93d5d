/**
 * Settling: moves deliveries to where their webhook's state says, resends what recoveries ask for, and
 * brings forward what waits for an endpoint that is back, in small steps. It looks when it is nudged and now and then besides: another node may have changed
 * something. What becomes claimable by it the store tells (`onWaiting`), as it tells all such news.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Desk } from '../store/desk.ts'
import type { Road } from '../store/road.ts'
import { Background } from './background.ts'

interface SettlingOptions {
  store: Pick<Road, 'settle' | 'continueRecoveries' | 'bringForward'> &
    Pick<Desk, 'continueBulk' | 'backlog'>
  /** What is done with many at once is held while half of so many deliveries wait. */
  backlogMax: number
  clock: Clock
  log: Log
}

/** Rows of one step: up to 30 ms of the writer when they are scattered over the whole file. */
const STEP_ROWS = 200
const EVERY_MS = 30_000
const FAILED_WAIT_MS = 1_000
/** How long what is done with many at once is held before it is looked at again. */
const HELD_WAIT_MS = 1_000

export class Settling {
  readonly #store: SettlingOptions['store']
  readonly #backlogMax: number
  #isHeld = false
  readonly #background: Background
  #nudged = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: SettlingOptions) {
    this.#store = options.store
    this.#backlogMax = options.backlogMax
    this.#background = new Background(options)
  }

  start(): void {
    this.#loop = this.#keep()
  }

  /** A webhook changed its state or is back, or a recovery was asked for: don't wait for the clock. */
  nudge(): void {
    this.#nudged.abort()
  }

  async stop(): Promise<void> {
    await this.#background.stop()
    await this.#loop
  }

  /**
   * Until nothing is left to move. In turns: who resumes a webhook doesn't wait until all is brought
   * forward that waits for another.
   */
  async runOnce(): Promise<void> {
    const store = this.#store
    const pieces = [
      { step: () => store.settle(STEP_ROWS), enough: STEP_ROWS },
      { step: () => store.continueRecoveries(STEP_ROWS), enough: STEP_ROWS },
      // A step passes by what others hold at that moment: only one that finds nothing is the last.
      { step: () => store.bringForward(STEP_ROWS), enough: 1 },
      { step: () => this.#continueBulk(), enough: 1 },
    ]
    for (let isMore = true; isMore; ) {
      isMore = false
      for (const { step, enough } of pieces) {
        const { moved } = await step()
        if (this.#background.stopped) return
        if (moved < enough) continue
        isMore = true
        await this.#background.pause()
      }
    }
  }

  async #continueBulk(): Promise<{ moved: number }> {
    const store = this.#store
    const room = async () => Math.floor(this.#backlogMax / 2) - (await store.backlog())
    const { moved, isHeld } = await store.continueBulk(room)
    this.#isHeld = isHeld
    return { moved }
  }

  async #keep(): Promise<void> {
    const background = this.#background
    while (!background.stopped) {
      // Before it looks: a nudge while it looks makes it look again.
      this.#nudged = new AbortController()
      const done = await background.run('settle', () => this.runOnce())
      const waitMs = this.#isHeld ? HELD_WAIT_MS : EVERY_MS
      if (done) await background.wait(waitMs, this.#nudged.signal)
      else await background.wait(FAILED_WAIT_MS)
    }
  }
}
