/**
 * Test sender: one real-shaped example to one webhook, now, in any state. It goes the same way as
 * every delivery, but past the lanes: it is never retried and counts in nobody's health. It waits for
 * no rate either, but is counted: what waits then comes a little later.
 */

import type { Attempt } from '../delivery.ts'
import { ApiError } from '../errors.ts'
import type { Ids } from '../id.ts'
import type { DeliveryStore, NewAttempt, ReadStore } from '../store/store.ts'
import type { Term } from './lease.ts'
import type { ScheduledTurn } from './schedule.ts'

export interface TestSenderOptions {
  store: Pick<DeliveryStore, 'createTest' | 'takeStarts'> & Pick<ReadStore, 'getWebhook'>
  ids: Ids
  /** The payload's JSON text. */
  exampleOf(eventType: string): string
  attempt(turn: ScheduledTurn): Promise<{ attempt: NewAttempt }>
}

export interface SentTest {
  deliveryId: string
  attempt: Attempt
}

/** A person waits for each: more at a time is a script, and there are leads to send. */
const TESTS_AT_A_TIME = 16

export class TestSender {
  readonly #options: TestSenderOptions
  #term: Term | null = null
  readonly #running = new Set<Promise<unknown>>()

  constructor(options: TestSenderOptions) {
    this.#options = options
  }

  beginTerm(term: Term): void {
    this.#term = term
  }

  /** Null: no such webhook. `eventType` is by default the webhook's first. */
  async send(webhookId: string, eventType?: string): Promise<SentTest | null> {
    const term = this.#term
    if (!term?.isLive()) throw busy('The server is starting; try again in a moment')
    if (this.#running.size >= TESTS_AT_A_TIME) {
      throw busy('Too many test events are on their way; try again in a moment')
    }
    const sending = this.#send({ webhookId, eventType, term })
    this.#running.add(sending)
    try {
      return await sending
    } finally {
      this.#running.delete(sending)
    }
  }

  async stop(): Promise<void> {
    this.#term = null
    await Promise.allSettled(this.#running)
  }

  async #send(test: {
    webhookId: string
    eventType: string | undefined
    term: Term
  }): Promise<SentTest | null> {
    const { store, ids, exampleOf, attempt } = this.#options
    const { nodeId, signal } = test.term
    const webhook = await store.getWebhook(test.webhookId)
    const eventType = test.eventType ?? webhook?.eventTypes[0]
    if (!webhook || !eventType) return null
    const claim = await store.createTest({
      nodeId,
      webhookId: webhook.id,
      eventId: ids.next('event'),
      eventType,
      payload: exampleOf(eventType),
    })
    if (!claim) return null
    const { ratePerSecond } = webhook
    if (ratePerSecond !== null) {
      await store.takeStarts([{ webhookId: webhook.id, ratePerSecond, count: 1, byForce: true }])
    }
    const done = await attempt({ claim, webhook, nodeId, signal, onAnswer() {} })
    const { deliveryId } = claim
    return { deliveryId, attempt: { ...done.attempt, deliveryId, number: claim.attemptNumber } }
  }
}

function busy(message: string): ApiError {
  return new ApiError(503, 'busy', message, { retryAfterSeconds: 1 })
}
