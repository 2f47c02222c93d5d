/** The test's end of the slow receiver: what it heard, and how fast it came. */
import { type ChildProcess, fork } from 'node:child_process'
import { type Ended, watchChild } from '../support/child-processes.ts'
import type { Heard, SlowReceiverTell } from './slow-receiver-protocol.ts'

export class SlowReceiver {
  /** In the order in which they ended. */
  readonly heard: Heard[] = []
  url = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>

  private constructor() {
    this.#child = fork(new URL('./slow-receiver.ts', import.meta.url))
    this.#ended = watchChild(this.#child)
  }

  static async start(): Promise<SlowReceiver> {
    const receiver = new SlowReceiver()
    await new Promise<void>((resolve, reject) => {
      receiver.#child.on('message', (message) => {
        const told = message as SlowReceiverTell
        if (told.kind === 'heard') return receiver.heard.push(told.heard)
        receiver.url = told.url
        resolve()
      })
      receiver.#ended.then(() => reject(new Error('The receiver ended')), reject)
    })
    return receiver
  }

  /** Answered requests for each second between two moments. */
  ratePerSecond(from: number, to: number): number {
    const count = this.heard.filter(
      ({ status, endedAt }) => status === 200 && endedAt >= from && endedAt < to,
    ).length
    return (count * 1_000) / (to - from)
  }

  /** From `since` until the first whole second that was as fast as that; null: not yet. */
  recoveredAfterMs(since: number, ratePerSecond: number): number | null {
    for (let from = since; from + 1_000 <= Date.now(); from += 100) {
      if (this.ratePerSecond(from, from + 1_000) >= ratePerSecond) return from - since
    }
    return null
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
