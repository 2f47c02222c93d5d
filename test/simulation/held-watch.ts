/** What each process holds and has heard the end of: it leaves the queue, and is not sent. */
import type { Change } from '../../packages/server/src/store/road.ts'
import type { Broken } from './legal-moves.ts'
import type { SimProcess } from './sim-process.ts'

export class HeldWatch {
  readonly #broken: Broken
  /** By delivery, whether it is over; only what was handed to the process. */
  readonly #held = new Map<SimProcess, Map<string, boolean>>()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  /** An answer of the store has brought it claims. What it heard of them before came too early. */
  handed(process: SimProcess, deliveryIds: string[]): void {
    const held = this.#held.get(process) ?? new Map<string, boolean>()
    this.#held.set(process, held)
    for (const id of deliveryIds) held.set(id, false)
  }

  told(process: SimProcess, change: Change): void {
    if (change.type !== 'delivery.updated' || change.delivery.state !== 'cancelled') return
    const held = this.#held.get(process)
    if (held?.has(change.delivery.id)) held.set(change.delivery.id, true)
  }

  checkAttempt(process: SimProcess, { name, id }: { name: string; id: string }): void {
    if (!this.#held.get(process)?.get(id)) return
    this.#broken('cancelled means silent', `${name}, and has heard that it is cancelled`)
  }

  forget(process: SimProcess): void {
    this.#held.delete(process)
  }
}
