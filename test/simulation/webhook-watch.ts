/** What each process has heard of each webhook: from then on it sends by nothing older. */
import type { Change } from '../../packages/server/src/store/road.ts'
import type { Webhook } from '../../packages/server/src/webhook.ts'
import type { WebhookLine } from './book.ts'
import type { Broken } from './legal-moves.ts'
import type { SimProcess } from './sim-process.ts'
import { short } from './trace.ts'

interface Known {
  /** The commit since which it is not active; Infinity: it is. */
  silentSince: number
  /** Its descriptions, which change with every patch, and the commits that wrote them. */
  versions: { commit: number; description: string }[]
}

export class WebhookWatch {
  readonly #broken: Broken
  #commit = 0
  readonly #webhooks = new Map<string, Known>()
  readonly #commitOf = new WeakMap<Change, number>()
  readonly #heard = new Map<SimProcess, Map<string, number>>()

  constructor(broken: Broken) {
    this.#broken = broken
  }

  beginCommit(changes: Change[]): void {
    this.#commit += 1
    for (const change of changes) this.#commitOf.set(change, this.#commit)
  }

  committed(webhooks: ReadonlyMap<string, WebhookLine>): void {
    for (const { id, state, description } of webhooks.values()) {
      const known = this.#webhooks.get(id) ?? { silentSince: Infinity, versions: [] }
      this.#webhooks.set(id, known)
      if (state === 'active') known.silentSince = Infinity
      else known.silentSince = Math.min(known.silentSince, this.#commit)
      if (known.versions.at(-1)?.description !== description) {
        known.versions.push({ commit: this.#commit, description })
      }
    }
    for (const [id, known] of this.#webhooks) {
      if (!webhooks.has(id)) known.silentSince = Math.min(known.silentSince, this.#commit)
    }
  }

  told(process: SimProcess, change: Change): void {
    if (change.type !== 'webhook.updated' || change.aspect !== 'settings') return
    const heard = this.#heard.get(process) ?? new Map<string, number>()
    this.#heard.set(process, heard)
    const commit = this.#commitOf.get(change) ?? 0
    heard.set(change.webhookId, Math.max(commit, heard.get(change.webhookId) ?? 0))
  }

  checkAttempt(process: SimProcess, { name, webhook }: { name: string; webhook: Webhook }): void {
    const known = this.#webhooks.get(webhook.id)
    const heard = this.#heard.get(process)?.get(webhook.id) ?? 0
    if (!known) {
      this.#broken('paused means silent', `${name} to an unknown webhook`)
      return
    }
    if (heard >= known.silentSince || webhook.state !== 'active') {
      this.#broken(
        'paused means silent',
        `${name}, and knows that ${short(webhook.id)} is not active`,
      )
    }
    const used = known.versions.findIndex(({ description }) => description === webhook.description)
    const newest = known.versions.findLastIndex(({ commit }) => commit <= heard)
    const isWhole = webhook.url.endsWith(`/${webhook.description}`)
    if (used >= newest && isWhole) return
    const sentence = `${name} to ${webhook.url} (${webhook.description}), and has heard of ${known.versions[newest]?.description}`
    this.#broken('present settings', sentence)
  }
}
