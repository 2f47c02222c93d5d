/**
 * The lanes of this node, each with its webhook's present settings. Settings are loaded when a lane
 * first has something to send and again whenever they change; in between nothing is sent, so that
 * no attempt is made by old ones.
 */
import type { Clock } from '../clock.ts'
import type { Desk } from '../store/desk.ts'
import type { Webhook } from '../webhook.ts'
import { Lane } from './lane.ts'

interface LanesOptions {
  store: Pick<Desk, 'getWebhook'>
  clock: Clock
  /** Null: the webhook was deleted. */
  onSettings(lane: Lane, webhook: Webhook | null): void
  onFailure(error: unknown): void
}

/** Lanes kept for what they have learnt, though they have nothing to do. */
const IDLE_LANES_MAX = 10_000
const LOAD_RETRY_MS = 500

export class Lanes {
  readonly #options: LanesOptions
  readonly #lanes = new Map<string, Lane>()

  constructor(options: LanesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#lanes.size
  }

  all(): Lane[] {
    return [...this.#lanes.values()]
  }

  find(webhookId: string): Lane | undefined {
    return this.#lanes.get(webhookId)
  }

  get(webhookId: string): Lane {
    let lane = this.#lanes.get(webhookId)
    if (!lane) {
      lane = new Lane(webhookId)
      this.#lanes.set(webhookId, lane)
      if (this.#lanes.size > IDLE_LANES_MAX) this.#dropIdle()
    }
    return lane
  }

  drop(lane: Lane): void {
    if (this.#lanes.get(lane.webhookId) === lane) this.#lanes.delete(lane.webhookId)
  }

  /** The settings changed: what the lane has of them is good for nothing any more. */
  reload(lane: Lane): void {
    lane.settingsVersion += 1
    lane.webhook = null
    this.load(lane)
  }

  load(lane: Lane): void {
    if (lane.loading) return
    lane.loading = true
    const version = lane.settingsVersion
    this.#options.store
      .getWebhook(lane.webhookId)
      .then((webhook) => {
        lane.loading = false
        if (lane.settingsVersion === version) this.#options.onSettings(lane, webhook)
        else this.load(lane)
      })
      .catch((error) => {
        lane.loading = false
        this.#options.onFailure(error)
        this.#options.clock.setTimer(LOAD_RETRY_MS, () => this.load(lane))
      })
  }

  #dropIdle(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.isIdle && !lane.loading) this.#lanes.delete(lane.webhookId)
      if (this.#lanes.size <= IDLE_LANES_MAX / 2) return
    }
  }
}
