/**
 * What runs beside the traffic: a piece that fails is logged and tried again at its next time, the
 * others go on, and who stops waits for what is under way.
 */
import { type Clock, sleep } from '../clock.ts'
import type { Log } from '../log.ts'

/** Between two small steps of one piece: a commit of ours must not hold up an accepted lead for long. */
const PAUSE_MS = 5

export class Background {
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopped = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  constructor({ clock, log }: { clock: Clock; log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  get stopped(): boolean {
    return this.#stopped.signal.aborted
  }

  /** Ends sooner when it is stopped, or when `signal` aborts. */
  wait(waitMs: number, signal?: AbortSignal): Promise<void> {
    const stopped = this.#stopped.signal
    return sleep(this.#clock, waitMs, signal ? AbortSignal.any([stopped, signal]) : stopped)
  }

  pause(): Promise<void> {
    return this.wait(PAUSE_MS)
  }

  /** Now, and nobody waits for it but `stop`. */
  begin(task: string, work: () => Promise<unknown>): void {
    void this.run(task, work)
  }

  /** Now. Whether it went well. */
  run(task: string, work: () => Promise<unknown>): Promise<boolean> {
    const running = this.#guarded(task, work).finally(() => this.#running.delete(running))
    this.#running.add(running)
    return running
  }

  /** For the first time after `waitMs`. */
  every(waitMs: number, task: string, work: () => Promise<unknown>): void {
    const loop = async () => {
      while (!this.stopped) {
        await this.wait(waitMs)
        if (!this.stopped) await this.#guarded(task, work)
      }
    }
    this.#running.add(loop())
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#running)
  }

  async #guarded(task: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#log.warn({ task, error: message }, 'upkeep.failed')
      return false
    }
  }
}
