/**
 * Owners: they publish, change their minds, and ask again when nobody answered. Each act goes to a
 * node that happens to be there, as a load balancer would choose one.
 */
import { ApiError, StoreUnavailable } from '../../packages/server/src/errors.ts'
import { NOTICE_TYPES } from '../../packages/server/src/notice.ts'
import { generateSecret } from '../../packages/server/src/sign/secret.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import { webhookValues } from '../../packages/server/test/webhook-values.ts'
import type { Publication } from './publication.ts'
import type { SimNode } from './sim-node.ts'
import type { SimWorld } from './sim-world.ts'
import { short } from './trace.ts'

export const ACTS = {
  lead: 12,
  event: 5,
  batch: 2,
  repeat: 4,
  conflict: 1,
  pause: 2,
  resume: 3,
  patch: 3,
  rotate: 1,
  cancel: 2,
  resend: 2,
  recover: 0.7,
  sendNow: 2,
  sendWaiting: 1,
  erase: 0.7,
  addWebhook: 0.5,
  deleteWebhook: 0.4,
} as const
export type Act = keyof typeof ACTS

type WebhookAct =
  | 'pause'
  | 'resume'
  | 'patch'
  | 'rotate'
  | 'recover'
  | 'deleteWebhook'
  | 'sendWaiting'

const TRIES_MAX = 4
const EVENT_TYPE = 'order.created'
/** Those that a version may have, in turn. */
const FORMATS = ['guide', 'guide', 'agent', 'event'] as const

export class Owner {
  readonly #world: SimWorld
  readonly #chatbots: string[] = []
  readonly webhooks: string[] = []
  readonly #publications: Publication[] = []
  readonly #byMarker = new Map<string, Publication>()
  readonly #leads: { leadId: string; publication: Publication }[] = []
  #versions = 0

  constructor(world: SimWorld) {
    this.#world = world
  }

  async setUp({ chatbots, webhooks }: { chatbots: number; webhooks: number }): Promise<void> {
    const world = this.#world
    for (let n = 0; n < chatbots; n++) {
      await this.#ask(async ({ store, ids }) => {
        const id = ids.next('chatbot')
        const leadForm = { fields: [], greeting: '', thanks: '' }
        await store.createChatbot({ id, name: 'Bot', leadForm, allowedOrigins: [] })
        this.#chatbots.push(id)
      })
    }
    for (let n = 0; n < webhooks; n++) await this.do('addWebhook')
    world.note(`${chatbots} chatbots and ${webhooks} webhooks are set up`)
  }

  /** Resolves when the act was answered; with a dead node that is never. */
  do(act: Act): Promise<void> {
    switch (act) {
      case 'lead':
      case 'event':
      case 'batch':
        return this.publish(act)
      case 'repeat':
        return this.#repeat()
      case 'conflict':
        return this.#conflict()
      case 'erase':
        return this.#erase()
      case 'cancel':
      case 'resend':
        return this.#handle(act)
      case 'sendNow':
        return this.#sendNow()
      case 'addWebhook':
        return this.#addWebhook()
      default:
        return this.#change(act)
    }
  }

  async publish(kind: Publication['kind']): Promise<void> {
    const { draw } = this.#world
    const chatbotId = draw.pick(this.#chatbots)
    if (chatbotId === undefined) return
    const marker = `m${this.#publications.length}`
    const count = kind === 'batch' ? draw.between(2, 12) : 1
    const payloads = Array.from({ length: count }, (_, n) => {
      if (kind !== 'lead') return { marker, n, text: '"é\u2028"' }
      return {
        conversationId: marker,
        customerEmail: `${marker}@shop.example`,
        customerName: marker,
        customerPhone: '007',
      }
    })
    const key = draw.chance(0.5) ? `key-${marker}` : null
    const publication = { marker, chatbotId, key, kind, payloads, answer: null, erased: false }
    this.#publications.push(publication)
    this.#byMarker.set(marker, publication)
    await this.#submit(publication)
  }

  /** The body that an event of ours must have, found by the marker in it. */
  bodyOf(sent: { body: string; eventType: string | undefined; chatbotId: string }): string {
    const marker = /"(?:marker|conversationId|name)":"(m\d+)"/.exec(sent.body)?.[1]
    const publication = this.#byMarker.get(marker ?? '')
    const n = Number(/"n":(\d+)/.exec(sent.body)?.[1] ?? 0)
    const payload = publication?.payloads[n]
    if (!payload) return 'nothing that was published'
    const { chatbotId } = publication
    return JSON.stringify({ eventType: sent.eventType, chatbotId, payload })
  }

  /** Brings back what is paused or disabled. */
  async resumeAll(): Promise<void> {
    for (const { id, state } of this.#world.promises.book.webhooks.values()) {
      if (state === 'active') continue
      await this.#ask(({ store }) => store.setWebhookState(id, 'active', null))
    }
  }

  setState(id: string, act: 'pause' | 'resume'): Promise<void> {
    return this.#ask(({ store }) => {
      return act === 'pause' ? pause(store, id) : store.setWebhookState(id, 'active', null)
    })
  }

  // ─── publishing ─────────────────────────────────────────────────────────────────────────────────

  async #submit(publication: Publication, triesLeft = TRIES_MAX): Promise<void> {
    const world = this.#world
    const node = world.draw.pick(world.nodes)
    const { marker } = publication
    if (!node) return this.#later(publication, triesLeft)
    const { process } = node
    let isOver = false
    // The caller's own patience: a node that is gone doesn't answer.
    world.timeline.after(10_000, () => {
      if (!isOver && process.state === 'dead') this.#later(publication, triesLeft)
    })
    try {
      const eventIds = await this.#accept(node, publication)
      isOver = true
      world.note(`${process.name} accepted ${marker}: ${eventIds.map(short).join(' ')}`)
      world.promises.accepted(publication, eventIds)
    } catch (error) {
      isOver = true
      world.note(`${process.name} refused ${marker}: ${reason(error)}`)
      this.#refused(publication, error, triesLeft)
    }
  }

  #refused(publication: Publication, error: unknown, triesLeft: number): void {
    if (error instanceof StoreUnavailable) {
      this.#later(publication, triesLeft)
      return
    }
    const code = error instanceof ApiError ? error.code : 'bug'
    if (code === 'backlog_full') return
    if (code === 'lead_erased' && publication.erased) return
    const { marker } = publication
    this.#world.promises.broken('repeats answer the same', `${marker} got ${reason(error)}`)
  }

  #later(publication: Publication, triesLeft: number): void {
    if (triesLeft === 0) return
    this.#world.timeline.after(2_000, () => {
      void this.#submit(publication, triesLeft - 1)
    })
  }

  async #accept({ ingest }: SimNode, publication: Publication): Promise<string[]> {
    const { chatbotId, key, kind, payloads } = publication
    if (kind === 'lead') {
      const { leadId, eventId } = await ingest.acceptLead(chatbotId, payloads[0] ?? {}, key)
      this.#leads.push({ leadId, publication })
      return [eventId]
    }
    const events = payloads.map((payload) => ({ eventType: EVENT_TYPE, payload }))
    const route = kind === 'batch' ? 'events/batch' : 'events'
    const { eventIds } = await ingest.acceptEvents(chatbotId, events, {
      route,
      idempotencyKey: key,
    })
    return eventIds
  }

  async #repeat(): Promise<void> {
    const { draw } = this.#world
    const publication = draw.pick(this.#publications.filter(({ key }) => key !== null))
    if (!publication) return
    await Promise.all([this.#submit(publication), draw.chance(0.3) && this.#submit(publication)])
  }

  /** The key of something that was answered, with another body. */
  async #conflict(): Promise<void> {
    const { draw, promises } = this.#world
    const answered = this.#publications.filter(({ key, answer }) => key !== null && answer !== null)
    const first = draw.pick(answered)
    if (!first) return
    const other = { ...first, payloads: [{ ...first.payloads[0], customerName: 'else', x: 1 }] }
    await this.#ask(async (node) => {
      try {
        await this.#accept(node, other)
        promises.broken('repeats answer the same', `${first.key} took another body`)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        // With its lead went what would tell its body from another.
        if (error.code === 'lead_erased' && first.erased) return
        if (error.code !== 'idempotency_conflict') throw error
      }
    })
  }

  // ─── changing their minds ───────────────────────────────────────────────────────────────────────

  async #addWebhook(): Promise<void> {
    const { draw } = this.#world
    const chatbotId = draw.pick(this.#chatbots)
    if (chatbotId === undefined) return
    await this.#ask(async ({ store, ids }) => {
      const id = ids.next('webhook')
      await store.createWebhook(
        webhookValues({
          id,
          chatbotId,
          secret: generateSecret(draw),
          webhooksMax: 50,
          ...this.#settingsOf(id),
          maxInFlight: draw.pick([null, null, 1, 3]) ?? null,
          ratePerSecond: draw.pick([null, null, null, 0.3, 1, 4]) ?? null,
        }),
      )
      this.webhooks.push(id)
    })
  }

  /** Each change is a version of its own, which the URL and the description name alike. */
  #settingsOf(webhookId: string) {
    const version = `v${this.#versions++}`
    const lead = this.#world.draw.pick(['lead.submit', 'leads.submit']) ?? 'lead.submit'
    const own = this.#world.draw.chance(0.8) ? [lead, EVENT_TYPE] : [lead]
    // Most watch each other.
    const isWatching = this.#versions % 3 !== 0
    return {
      url: `https://${webhookId.slice(-5)}.example/${version}`,
      description: version,
      eventTypes: isWatching ? [...own, ...NOTICE_TYPES] : own,
      format: FORMATS[this.#versions % FORMATS.length] ?? 'guide',
    }
  }

  async #change(act: WebhookAct) {
    const { draw, storeClock } = this.#world
    const id = draw.pick(this.webhooks)
    if (id === undefined) return
    await this.#ask(async (node) => {
      const { store } = node
      this.#world.note(`${node.process.name} is asked to ${act} ${short(id)}`)
      if (act === 'pause') await pause(store, id)
      else if (act === 'resume') await store.setWebhookState(id, 'active', null)
      else if (act === 'patch') await store.updateWebhook(id, this.#settingsOf(id))
      else if (act === 'rotate') {
        const overlapMs = draw.pick([0, 60_000]) ?? 0
        await store.rotateSecret(id, { secret: generateSecret(draw), overlapMs })
      } else if (act === 'deleteWebhook') {
        await store.deleteWebhook(id)
      } else if (act === 'sendWaiting') {
        await store.sendWaiting(id)
        node.nudge()
      } else {
        const until = storeClock.now()
        const since = until - 600_000
        const states = draw.chance(0.7) ? ['exhausted' as const] : ['delivered' as const]
        const recovery = { id: node.ids.next('recovery'), webhookId: id, since, until, states }
        await store.createRecovery({ ...recovery, dryRun: false })
        node.nudge()
      }
    })
  }

  async #handle(act: 'cancel' | 'resend'): Promise<void> {
    const { draw, promises } = this.#world
    const id = draw.pick([...promises.book.deliveries.keys()])
    if (id === undefined) return
    await this.#ask(async ({ store, process }) => {
      this.#world.note(`${process.name} is asked to ${act} ${short(id)}`)
      if (act === 'cancel') await store.cancel(id, 'cancelled_by_owner')
      else await store.resend(id)
    })
  }

  /** What waits for its time. */
  async #sendNow(): Promise<void> {
    const { draw, promises } = this.#world
    const rows = [...promises.book.deliveries.values()]
    const waiting = rows.filter((row) => row.state === 'pending' && row.claimed_by === null)
    const id = draw.pick(waiting)?.id
    if (id === undefined) return
    await this.#ask(async ({ store, process }) => {
      this.#world.note(`${process.name} is asked to send ${short(id)} now`)
      await store.resend(id)
    })
  }

  async #erase(): Promise<void> {
    const lead = this.#world.draw.pick(this.#leads)
    if (!lead) return
    lead.publication.erased = true
    await this.#ask(async ({ store }) => {
      await store.eraseLead(lead.leadId, 'request')
    })
  }

  /** Some node is asked; that the store is away is the weather's business, all else is a bug. */
  async #ask(what: (node: SimNode) => Promise<unknown>): Promise<void> {
    const { draw, nodes, promises } = this.#world
    const node = draw.pick(nodes)
    if (!node) return
    try {
      await what(node)
    } catch (error) {
      if (error instanceof StoreUnavailable) return
      promises.broken('no bug shows itself', reason(error))
    }
  }
}

/** As the API does it: what is disabled stays so. */
async function pause(store: Store, id: string): Promise<void> {
  const webhook = await store.getWebhook(id)
  if (webhook?.state !== 'active') return
  await store.setWebhookState(id, 'paused', 'Paused by its owner.')
}

function reason(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : String(error)
}
