/**
 * Takes a webhook's deliveries from the server, one after the other, and reports what came of each.
 * It connects out only, and holds nothing that the server doesn't: what it had in hand when it was
 * cut off is handed out again. A server that is away is asked until it is back.
 */
import { type Api, Refusal } from '../api.ts'
import { CommandError, EXIT } from '../command-error.ts'
import type { Forwarded, Handed } from './forward.ts'

interface ListenerOptions {
  api: Api
  webhookId: string
  /** Aborts when it is to end. */
  stop: AbortSignal
  forward(handed: Handed): Promise<Forwarded>
  onListening(): void
  onForwarded(handed: Handed, forwarded: Forwarded, reported: Reported): void
  /** What a person should know: the server is away, or back, or sends nothing. */
  onNotice(text: string): void
}

export interface Reported {
  /** False: the server counts it as not sent, and hands it out again. */
  recorded: boolean
  state: string | null
  nextAttemptInMs: number | null
}

interface Pulled {
  state: string
  stateReason: string | null
  data: Handed[]
}

const RETRY_MS = [250, 500, 1_000, 2_000]

export class Listener {
  readonly #options: ListenerOptions
  readonly #path: string
  #listenerId: string | null = null
  #wasListening = false
  #failures = 0
  #state = 'active'
  /** Somebody else listens now. */
  wasReplaced = false

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#path = `/api/v1/webhooks/${encodeURIComponent(options.webhookId)}`
  }

  /** Until `stop`. Rejects when the server does not take us: at once, or not any more. */
  async run(): Promise<void> {
    const { stop } = this.#options
    try {
      while (!stop.aborted) await this.#guarded(() => this.#pullOnce())
    } finally {
      await this.#leave()
    }
  }

  async #pullOnce(): Promise<void> {
    const { api, stop, onListening } = this.#options
    if (this.#listenerId === null) {
      const { listenerId } = await api.post(`${this.#path}/listener`, undefined, stop)
      this.#listenerId = String(listenerId)
      if (!this.#wasListening) onListening()
      this.#wasListening = true
    }
    const body = { listenerId: this.#listenerId }
    const pulled = (await api.post(`${this.#path}/pull`, body, stop)) as unknown as Pulled
    this.#isBack()
    this.#tellState(pulled)
    for (const handed of pulled.data) {
      if (stop.aborted) return
      // What is no longer ours is not sent: another may have it in hand, or we get it anew.
      if (!(await this.#handle(handed))) return
    }
  }

  /** What was sent is reported, also when it is to end meanwhile. False: we held it no longer. */
  async #handle(handed: Handed): Promise<boolean> {
    const { forward, onForwarded } = this.#options
    const forwarded = await forward(handed)
    const { deliveryId, attemptNumber } = handed
    const report = { ...forwarded, deliveryId, attemptNumber, listenerId: this.#listenerId }
    let reported = NOT_RECORDED
    await this.#guarded(async () => {
      reported = await this.#report(report)
    })
    onForwarded(handed, forwarded, reported)
    return reported.recorded
  }

  async #report(report: Record<string, unknown>): Promise<Reported> {
    const { api, stop } = this.#options
    for (;;) {
      try {
        const reported = await api.post(`${this.#path}/results`, report)
        this.#isBack()
        return reported as unknown as Reported
      } catch (error) {
        // Its answer says whether the report still counts: else it is handed out anew.
        if (!isAway(error) || stop.aborted) throw error
        await this.#away(error)
      }
    }
  }

  async #guarded(run: () => Promise<void>): Promise<void> {
    const { stop } = this.#options
    try {
      await run()
    } catch (error) {
      if (stop.aborted) return
      if (error instanceof Refusal && error.code === 'listener_lapsed') {
        this.#listenerId = null
        return
      }
      if (error instanceof Refusal && error.code === 'listener_replaced') {
        this.#listenerId = null
        this.wasReplaced = true
        throw new CommandError(EXIT.refused, REPLACED)
      }
      if (!this.#wasListening || !isAway(error)) throw error
      await this.#away(error)
    }
  }

  async #away(error: unknown): Promise<void> {
    const { onNotice, stop } = this.#options
    if (this.#failures === 0) {
      const how = error instanceof Refusal ? `answers ${error.status}` : 'does not answer'
      onNotice(`Lost the server (it ${how}); trying again until it is back …`)
    }
    const waitMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 0
    this.#failures += 1
    await sleep(waitMs, stop)
  }

  #isBack(): void {
    if (this.#failures > 0) this.#options.onNotice('The server is back; nothing was lost.')
    this.#failures = 0
  }

  #tellState({ state, stateReason }: Pulled): void {
    if (state === this.#state) return
    this.#state = state
    const { onNotice, webhookId } = this.#options
    if (state === 'active') onNotice(`${webhookId} is active: what waited comes now.`)
    if (state === 'paused') onNotice(`${stateReason} Deliveries wait until it is resumed.`)
    if (state === 'disabled') {
      onNotice(`${stateReason} Deliveries wait until it is resumed, or listened to anew.`)
    }
  }

  /** So that the server need not wait until it misses us. */
  async #leave(): Promise<void> {
    const { api } = this.#options
    if (this.#listenerId === null) return
    await api.remove(`${this.#path}/listener?listenerId=${this.#listenerId}`).catch(() => {})
  }
}

const NOT_RECORDED: Reported = { recorded: false, state: null, nextAttemptInMs: null }
const REPLACED =
  'Another `chatzuri listen` took over this webhook; one of them gets its deliveries, the latest.'

/** Not there, or not able to: of what asking again may mend. */
function isAway(error: unknown): boolean {
  if (error instanceof Refusal) return error.status >= 500 || error.status === 429
  return error instanceof CommandError && error.exitCode === EXIT.unreachable
}

function sleep(waitMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, waitMs)
    stop.addEventListener('abort', end)
    if (stop.aborted) end()
  })
}
