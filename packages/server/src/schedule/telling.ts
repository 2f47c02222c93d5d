/**
 * Telling: makes events of what the store has noted of webhooks, for others that subscribe to them. It
 * looks when it is nudged, when the hour of something is over, and now and then besides: another node
 * may have noted something and died. What it tells and that it is told is one commit.
 */
import type { Clock } from '../clock.ts'
import { StoreUnavailable } from '../errors.ts'
import type { Ids } from '../id.ts'
import type { Log } from '../log.ts'
import { type Notice, noticePayload } from '../notice.ts'
import type { Desk } from '../store/desk.ts'
import type { Road } from '../store/road.ts'
import { Background } from './background.ts'

interface TellingOptions {
  store: Pick<Road, 'noticesDue' | 'tellNotice'> & Pick<Desk, 'getWebhook'>
  clock: Clock
  ids: Ids
  log: Log
}

const STEP_NOTICES = 50
const EVERY_MS = 30_000
const FAILED_WAIT_MS = 1_000
/** What happens in one moment is told together; and however much fails, it looks no more often. */
const GATHER_MS = 250

export class Telling {
  readonly #options: TellingOptions
  readonly #background: Background
  #publicUrl = ''
  #nudged = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: TellingOptions) {
    this.#options = options
    this.#background = new Background(options)
  }

  /** `publicUrl`: where links lead. */
  start(publicUrl: string): void {
    this.#publicUrl = publicUrl
    this.#loop = this.#keep()
  }

  /** Something may have been noted. */
  nudge(): void {
    this.#nudged.abort()
  }

  async stop(): Promise<void> {
    await this.#background.stop()
    await this.#loop
  }

  /** Until nothing is left to tell; when there is more, as far as is known. */
  async runOnce(): Promise<{ nextInMs: number | null }> {
    for (;;) {
      const { notices, nextInMs } = await this.#options.store.noticesDue(STEP_NOTICES)
      await this.#tellAll(notices)
      if (notices.length < STEP_NOTICES || this.#background.stopped) return { nextInMs }
      await this.#background.pause()
    }
  }

  /** One that can't be told, as its webhook can't be opened here, keeps none of the others back. */
  async #tellAll(notices: readonly Notice[]): Promise<void> {
    const failures: unknown[] = []
    for (const notice of notices) {
      try {
        await this.#tell(notice)
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  async #tell(notice: Notice): Promise<void> {
    const { store, ids, log } = this.#options
    const { webhookId, type, times } = notice
    const webhook = await store.getWebhook(webhookId)
    const isFailing = webhook?.health.failingSince != null
    const event = webhook && {
      id: ids.next('event'),
      payload: JSON.stringify(noticePayload(notice, { ...webhook, isFailing }, this.#publicUrl)),
    }
    const done = await store.tellNotice({ notice, event })
    if (done === 'told') log.info({ webhookId, type, times, eventId: event?.id }, 'notice.told')
  }

  async #keep(): Promise<void> {
    const background = this.#background
    while (!background.stopped) {
      // Before it looks: a nudge while it looks makes it look again.
      this.#nudged = new AbortController()
      let nextInMs: number | null = null
      const done = await background.run('tell', async () => {
        nextInMs = (await this.runOnce()).nextInMs
      })
      if (done) await background.wait(Math.min(nextInMs ?? EVERY_MS, EVERY_MS), this.#nudged.signal)
      else await background.wait(FAILED_WAIT_MS)
      await background.wait(GATHER_MS)
    }
  }
}
