/**
 * Listening: deliveries of a webhook of kind `listen` go to whoever asks for them, a developer's
 * machine that no connection leads to. It takes signed requests by a long poll, sends them where it
 * likes, and reports what came back; signing, judging and recording stay here.
 *
 * To the store a listener is a node that takes one webhook's deliveries, alone. So it may ask any
 * server: nothing of it is kept here but who waits at this moment. Invariants: one listener for each
 * webhook, the latest; what it reports counts only while it holds the delivery. It never dials.
 */
import type { Clock } from '../clock.ts'
import type { Ids } from '../id.ts'
import type { Outcome, SendResult, SignedRequest, Unmade } from '../outcome.ts'
import type { Desk, NewAuditEntry } from '../store/desk.ts'
import type { Claim, RecordResult, Road } from '../store/road.ts'
import type { Webhook } from '../webhook.ts'
import { Waits } from './waits.ts'

interface ListeningOptions {
  store: Pick<
    Road,
    'claimDue' | 'release' | 'renewLease' | 'joinListener' | 'renewListener' | 'leaveListener'
  > &
    Pick<Desk, 'getWebhook' | 'getDelivery'>
  clock: Clock
  ids: Ids
  sign(claim: Claim, webhook: Webhook, nowMs: number): SignedRequest | Unmade
  judge(
    claim: Pick<Claim, 'kind' | 'attemptNumber' | 'seriesAttempts'>,
    result: SendResult,
  ): Outcome
  record(recording: {
    nodeId: string
    claim: Claim
    startedAt: number
    result: SendResult
    outcome: Outcome
  }): Promise<{ result: RecordResult }>
  /** For webhooks without a timeout of their own. */
  timeoutMs: number
  /** A listener is away when it is silent for so much longer than one request may take. */
  patienceMs: number
}

interface Pull {
  webhookId: string
  listenerId: string
  waitMs: number
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal
}

interface Joined {
  listenerId: string
  webhook: Webhook
}

type Pulled =
  | { kind: 'requests'; webhook: Webhook; requests: Handed[] }
  | { kind: 'replaced' | 'lapsed' | 'busy' }

/** One delivery in a listener's hand. */
interface Handed {
  claim: Claim
  request: SignedRequest
}

interface Report {
  webhookId: string
  listenerId: string
  deliveryId: string
  attemptNumber: number
  result: SendResult
}

const LOOK_AGAIN_MS = 100
export const HANDED_MAX = 8
/** What is handed out together is sent one after the other: the last signature must not be stale. */
const SIGNED_FOR_MS = 240_000

export class Listening {
  readonly #options: ListeningOptions
  readonly #waits: Waits

  constructor(options: ListeningOptions) {
    this.#options = options
    this.#waits = new Waits(options.clock)
  }

  /** The latest takes over. Null: no such webhook. */
  async join(webhookId: string, audit?: NewAuditEntry): Promise<Joined | 'has_url' | null> {
    const { store, ids } = this.#options
    const before = await store.getWebhook(webhookId)
    if (!before) return null
    const listenerId = ids.next('listener')
    const lease = { webhookId, listenerId, leaseMs: this.#leaseMs(before) }
    const webhook = await store.joinListener(lease, audit)
    return webhook === null || webhook === 'has_url' ? webhook : { listenerId, webhook }
  }

  leave(webhookId: string, listenerId: string): Promise<boolean> {
    return this.#options.store.leaveListener({ webhookId, listenerId })
  }

  /** Waits for something to send, up to `waitMs`. Null: no such webhook. */
  async pull(pull: Pull): Promise<Pulled | null> {
    const { store, clock, sign } = this.#options
    const { webhookId, listenerId, signal } = pull
    if (!this.#waits.hasRoom(webhookId)) return { kind: 'busy' }
    const before = await store.getWebhook(webhookId)
    if (!before) return null
    const leaseMs = this.#leaseMs(before)
    const renewed = await store.renewListener({ webhookId, listenerId, leaseMs })
    if (renewed !== 'renewed') return renewed && { kind: renewed }
    // The lease counts from here on, and must last for the request that comes at the end of the wait.
    const waitMs = Math.min(pull.waitMs, this.#options.patienceMs / 2)
    const claims = await this.#claims({ ...pull, waitMs, limit: this.#handedMax(before) })
    if (signal.aborted) await this.#giveBack(listenerId, claims)
    // Anew: it may have changed while we waited.
    const webhook = await store.getWebhook(webhookId)
    if (!webhook) return null
    const now = clock.now()
    const requests: Handed[] = []
    for (const claim of claims) {
      const request = sign(claim, webhook, now)
      if ('unmade' in request) await this.#giveUp(listenerId, claim, request.unmade)
      else requests.push({ claim, request })
    }
    return { kind: 'requests', webhook, requests }
  }

  /** `lease_lost`: it is not in this listener's hand, or never was. */
  async report(report: Report): Promise<RecordResult> {
    const { store, clock, judge, record } = this.#options
    const { webhookId, listenerId, attemptNumber, result } = report
    const found = await store.getDelivery(report.deliveryId)
    if (found?.delivery.webhookId !== webhookId) return { kind: 'lease_lost' }
    const { delivery, payload, webhook } = found
    const { id: deliveryId, eventId, chatbotId, eventType, kind, seriesAttempts } = delivery
    const claim = {
      deliveryId,
      eventId,
      webhookId,
      chatbotId,
      eventType,
      payload,
      kind,
      attemptNumber,
      seriesAttempts,
    }
    const outcome = judge(claim, result)
    const startedAt = clock.now() - Math.round(result.durationMs)
    const recorded = await record({ nodeId: listenerId, claim, startedAt, result, outcome })
    // Only who held it: anybody can name the listener of another webhook.
    const isHolder = recorded.result.kind === 'recorded'
    if (isHolder && webhook) await store.renewLease(listenerId, this.#leaseMs(webhook))
    return recorded.result
  }

  /** These webhooks have deliveries in the store that are due. */
  wake(webhookIds: readonly string[]): void {
    for (const webhookId of webhookIds) this.#waits.wake(webhookId, 'waiting')
  }

  /** Whoever waits is told of the webhook's new state, or that another listens now. */
  settingsChanged(webhookId: string): void {
    this.#waits.wake(webhookId, 'changed')
  }

  /** Who waits is answered now: with nothing, so that they ask another server. */
  stop(): void {
    this.#waits.close()
  }

  async #claims(pull: Pull & { limit: number }): Promise<Claim[]> {
    const { store, clock } = this.#options
    const { webhookId, listenerId, limit, signal } = pull
    const lanes = [{ webhookId, limit }]
    const until = clock.monotonic() + pull.waitMs
    for (;;) {
      // Before it looks: what comes while it looks is not missed.
      const wait = this.#waits.begin(webhookId, signal)
      const { claims, left } = await store.claimDue({ nodeId: listenerId, lanes })
      const leftMs = until - clock.monotonic()
      if (claims.length > 0 || leftMs <= 0) {
        wait.end()
        return claims
      }
      // What is due and can't be had now, as another works on it: not in a tight loop.
      const dueInMs = Math.max(LOOK_AGAIN_MS, left[0]?.dueInMs ?? leftMs)
      if ((await wait.over(Math.min(leftMs, dueInMs))) === 'stop') return []
    }
  }

  /** Nothing can be handed out of it, now or later. */
  async #giveUp(listenerId: string, claim: Claim, message: string): Promise<void> {
    const { clock, judge, record } = this.#options
    const result = { kind: 'unmade', message, durationMs: 0 } as const
    const outcome = judge(claim, result)
    await record({ nodeId: listenerId, claim, startedAt: clock.now(), result, outcome })
  }

  async #giveBack(listenerId: string, claims: Claim[]): Promise<void> {
    const ids = claims.map((claim) => claim.deliveryId)
    if (ids.length > 0) await this.#options.store.release(listenerId, ids)
  }

  #handedMax(webhook: Webhook): number {
    const fits = Math.floor(SIGNED_FOR_MS / this.#timeoutMs(webhook))
    return Math.max(1, Math.min(HANDED_MAX, fits))
  }

  /** Long enough for one request that gets no answer, and its report. */
  #leaseMs(webhook: Webhook): number {
    return this.#timeoutMs(webhook) + this.#options.patienceMs
  }

  #timeoutMs({ timeoutSeconds }: Webhook): number {
    return timeoutSeconds === null ? this.#options.timeoutMs : timeoutSeconds * 1_000
  }
}
