/**
 * Who waits for a webhook's deliveries at this server: one for each webhook. A later one ends an
 * earlier one: its listener asked again, or another took over.
 */
import type { Clock } from '../clock.ts'

/** `look`: there may be something, or the time is over. `stop`: answer with nothing. */
type Woken = 'look' | 'stop'

interface Wait {
  /** Resolves when it is woken, at the latest after `waitMs`. */
  over(waitMs: number): Promise<Woken>
  end(): void
}

/** Times an open request. */
export const WAITS_MAX = 500

export class Waits {
  readonly #clock: Clock
  readonly #waits = new Map<string, (woken: Woken) => void>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  hasRoom(webhookId: string): boolean {
    return this.#waits.has(webhookId) || this.#waits.size < WAITS_MAX
  }

  /** Counts what happens from now on, also before `over` is called. */
  begin(webhookId: string, signal: AbortSignal): Wait {
    const { promise, resolve } = Promise.withResolvers<Woken>()
    const onAbort = () => wake('stop')
    const wake = (woken: Woken) => {
      signal.removeEventListener('abort', onAbort)
      if (this.#waits.get(webhookId) === wake) this.#waits.delete(webhookId)
      resolve(woken)
    }
    this.#waits.get(webhookId)?.('stop')
    this.#waits.set(webhookId, wake)
    signal.addEventListener('abort', onAbort)
    if (this.#closed || signal.aborted) wake('stop')
    return {
      over: (waitMs) => {
        const cancel = this.#clock.setTimer(waitMs, () => wake('look'))
        return promise.finally(cancel)
      },
      end: () => wake('look'),
    }
  }

  /** `changed`: the webhook is not as it was, so who waits for it asks anew. */
  wake(webhookId: string, why: 'waiting' | 'changed'): void {
    this.#waits.get(webhookId)?.(why === 'waiting' ? 'look' : 'stop')
  }

  close(): void {
    this.#closed = true
    for (const wake of [...this.#waits.values()]) wake('stop')
  }
}
