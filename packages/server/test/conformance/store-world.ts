/** A fresh store with a chatbot's world around it, for one test. */
import { onTestFinished, test } from 'vitest'
import { type Chatbot, DEFAULT_LEAD_FORM } from '../../src/chatbot.ts'
import type { Clock } from '../../src/clock.ts'
import { assert } from '../../src/errors.ts'
import { createIds, type Ids, leadIdOf } from '../../src/id.ts'
import { leadPayloadText } from '../../src/lead.ts'
import type { Outcome } from '../../src/outcome.ts'
import { systemRandom } from '../../src/random.ts'
import type { NewWebhook } from '../../src/store/desk.ts'
import type {
  AcceptInput,
  AcceptResult,
  Claim,
  NewAttempt,
  NewEvent,
  RecordResult,
  Strain,
} from '../../src/store/road.ts'
import type { Store } from '../../src/store/store.ts'
import type { Webhook } from '../../src/webhook.ts'
import { webhookValues } from '../webhook-values.ts'

interface StoreHarness {
  store: Store
  /** The store's clock. */
  clock: Clock
  /** Moves the store's clock; where nobody can, waits until so much has passed. */
  advance(ms: number): void | Promise<void>
  /** Ends the store and opens it again on the same data. */
  reopen(): Promise<Store>
  close(): Promise<void>
}

export type OpenStore = () => Promise<StoreHarness>

export interface Suite {
  open: OpenStore
  /** Without it an hour takes an hour; a few milliseconds are waited for. */
  movesTime: boolean
}

/** A test that needs another hour or day. Where nobody moves the clock, the run tells that it is left out. */
export function testOverTime({ movesTime }: Suite, name: string, run: () => Promise<void>): void {
  if (movesTime) test(name, run)
  else test(name, ({ skip }) => skip("its threads have the system's clock, which nobody moves"))
}

export const LEASE_MS = 10_000
export const DISABLE_AFTER_MS = 5 * 24 * 3_600_000

export const FAILED: Partial<NewAttempt> = {
  result: 'failed',
  status: 500,
  errorCode: 'status',
  error: 'The endpoint answered 500.',
  responseBody: 'oops',
}

interface LeadEvent extends NewEvent {
  /** With the id that it gets by its event's. */
  lead: NonNullable<NewEvent['lead']> & { id: string }
}

/** What was made or changed, where nothing can refuse it. */
export function done<Noun extends object>(made: Noun | string | null): Noun {
  assert(made !== null && typeof made !== 'string', `it is done, not ${String(made)}`)
  return made
}

export class StoreWorld {
  readonly harness: StoreHarness
  readonly ids: Ids
  store: Store
  nodeId: string

  constructor(harness: StoreHarness) {
    this.harness = harness
    this.ids = createIds(harness.clock, systemRandom)
    this.store = harness.store
    this.nodeId = this.ids.next('node')
  }

  async advance(ms: number): Promise<void> {
    await this.harness.advance(ms)
  }

  async reopen(): Promise<void> {
    this.store = await this.harness.reopen()
    await this.join()
  }

  /** A node of a new id, with a live lease. */
  async join(): Promise<string> {
    this.nodeId = this.ids.next('node')
    await this.store.joinNode(this.nodeId, LEASE_MS)
    return this.nodeId
  }

  async chatbot(): Promise<Chatbot> {
    const made = await this.store.createChatbot({
      id: this.ids.next('chatbot'),
      name: 'Shop',
      leadForm: DEFAULT_LEAD_FORM,
      allowedOrigins: ['https://shop.example'],
    })
    return done(made)
  }

  async webhook(chatbotId: string, values: Partial<NewWebhook> = {}): Promise<Webhook> {
    const made = await this.store.createWebhook(this.webhookValues(chatbotId, values))
    assert(typeof made !== 'string', `a webhook is made, not ${String(made)}`)
    return made
  }

  webhookValues(chatbotId: string, values: Partial<NewWebhook> = {}): NewWebhook {
    return webhookValues({ id: this.ids.next('webhook'), chatbotId, ...values })
  }

  leadEvent(values: Partial<NonNullable<NewEvent['lead']>> = {}): LeadEvent {
    const id = this.ids.next('event')
    const lead = {
      id: leadIdOf(id),
      conversationId: this.ids.next('conversation'),
      customerName: 'Ann Lee',
      customerEmail: 'ann@shop.example',
      customerPhone: '+254700000000',
      consent: null,
      extras: null,
      ...values,
    }
    return { id, eventType: 'lead.submit', payload: leadPayloadText(lead), lead }
  }

  event(eventType: string, payload = '{}'): NewEvent {
    return { id: this.ids.next('event'), eventType, payload, lead: null }
  }

  acceptInput(chatbotId: string, values: Partial<AcceptInput> = {}): AcceptInput {
    return {
      chatbotId,
      events: [this.leadEvent()],
      idempotency: null,
      lease: { nodeId: this.nodeId, except: [] },
      backlogMax: 1_000_000,
      ...values,
    }
  }

  async accept(
    chatbotId: string,
    values: Partial<AcceptInput> = {},
  ): Promise<AcceptResult & { kind: 'accepted' }> {
    const result = await this.store.accept(this.acceptInput(chatbotId, values))
    assert(result.kind === 'accepted', `it is accepted, not ${result.kind}`)
    return result
  }

  /** Accepts one lead for a chatbot with one active webhook; its delivery is leased to us. */
  async claim(chatbotId: string, values: Partial<AcceptInput> = {}): Promise<Claim> {
    const { claims } = await this.accept(chatbotId, values)
    const [claim] = claims
    assert(claim && claims.length === 1, `one delivery is leased, not ${claims.length}`)
    return claim
  }

  attempt(values: Partial<NewAttempt> = {}): NewAttempt {
    return {
      id: this.ids.next('attempt'),
      startedAt: this.harness.clock.now(),
      durationMs: 12.5,
      result: 'delivered',
      status: 200,
      errorCode: null,
      error: null,
      responseHeaders: { 'content-type': 'text/plain' },
      responseBody: 'OK',
      note: null,
      ...values,
    }
  }

  record(
    claim: Claim,
    outcome: Outcome,
    {
      attempt = {},
      nodeId = this.nodeId,
      strain = null,
    }: { attempt?: Partial<NewAttempt>; nodeId?: string; strain?: Strain | null } = {},
  ): Promise<RecordResult> {
    const values = outcome.kind === 'delivered' ? attempt : { ...FAILED, ...attempt }
    return this.store.recordIfLeased({
      nodeId,
      deliveryId: claim.deliveryId,
      attemptNumber: claim.attemptNumber,
      attempt: this.attempt(values),
      outcome,
      strain,
      disableAfterMs: DISABLE_AFTER_MS,
    })
  }

  /** Every call about listeners once, for tests that look at statements. */
  async useListeners(chatbotId: string): Promise<void> {
    const { store, ids } = this
    const { id: webhookId } = await this.webhook(chatbotId, { listen: { temporary: true } })
    const lease = { webhookId, leaseMs: LEASE_MS }
    const [first, second] = [ids.next('listener'), ids.next('listener')]
    await store.joinListener({ ...lease, listenerId: first })
    await store.joinListener({ ...lease, listenerId: second })
    await store.renewListener({ ...lease, listenerId: first })
    await store.renewListener({ ...lease, listenerId: second })
    await store.sweepLeases(0)
    await store.leaveListener({ ...lease, listenerId: second })
    await store.sweepLeases(0)
  }

  /** Every call about notices once, for tests that look at statements. */
  async useNotices(chatbotId: string): Promise<void> {
    const { store, ids } = this
    await this.join()
    await this.webhook(chatbotId, { eventTypes: ['not.taken'] })
    await this.webhook(chatbotId, { eventTypes: ['delivery.failed'] })
    const claim = await this.claim(chatbotId, { events: [this.event('not.taken')] })
    await this.record(claim, { kind: 'exhausted' })
    const { notices } = await store.noticesDue(1)
    for (const notice of notices) {
      await store.tellNotice({ notice, event: { id: ids.next('event'), payload: '{}' } })
    }
  }

  /** Every call about keys, sessions, links and the log once, for tests that look at statements. */
  async useAccess(chatbotId: string): Promise<void> {
    const { store, ids } = this
    const key = { id: ids.next('key'), name: 'Shop', chatbotId, hash: 'key' }
    await store.createApiKey(key)
    await store.findApiKey(key.hash)
    await store.touchApiKey(key.id)
    const life = { idleMs: 60_000, lifeMs: 60_000 }
    const link = { id: ids.next('link'), chatbotId, hash: 'link', mintedBy: key.id }
    await store.createOwnerLink({ ...link, lifeMs: 60_000 })
    const started = { ...life, id: ids.next('session'), hash: 'session' }
    await store.startSession({ ...started, chatbotId, actor: key.id, mintedBy: key.id })
    await store.findSession(started.hash)
    await store.touchSession(started.id, 60_000)
    const byLink = { ...life, id: ids.next('session'), hash: 'linked', linkHash: link.hash }
    await store.startSessionByLink({ ...byLink, rootMark: 'root:x' })
    await store.endSession(started.id)
    await store.keepAudit({
      id: ids.next('audit'),
      action: 'leads.exported',
      actor: key.id,
      sessionId: null,
      chatbotId,
      targetId: null,
      fields: [],
      address: '203.0.113.7',
    })
    await store.deleteApiKey(key.id)
  }

  /** The delivery as it is now. */
  async delivery(deliveryId: string) {
    const detail = await this.store.getDelivery(deliveryId)
    assert(detail, 'the delivery is there')
    return detail.delivery
  }
}

/** A world with a joined node, one chatbot and one webhook for its leads. */
export async function setup({ open }: Suite) {
  const harness = await open()
  onTestFinished(() => harness.close())
  const world = new StoreWorld(harness)
  await world.store.joinNode(world.nodeId, LEASE_MS)
  const chatbot = await world.chatbot()
  const webhook = await world.webhook(chatbot.id)
  return { world, store: world.store, chatbot, webhook }
}
