/**
 * Test sender: one real-shaped example to one webhook, now, in any state. It goes the same way as
 * every delivery, but past the lanes: it is never retried and counts in nobody's health. It waits for
 * no rate either, but is counted: what waits then comes a little later.
 */

import type { Attempt } from '../delivery.ts'
import { ApiError } from '../errors.ts'
import type { Ids } from '../id.ts'
import type { Desk } from '../store/desk.ts'
import type { NewAttempt, Road } from '../store/road.ts'
import { exampleType } from '../subscription.ts'
import type { Webhook } from '../webhook.ts'
import type { ScheduledTurn } from './attempts.ts'
import type { Term } from './lease.ts'

interface TestSenderOptions {
  store: Pick<Road, 'createTest' | 'takeStarts'> & Pick<Desk, 'getWebhook'>
  ids: Ids
  /** The payload's JSON text. */
  exampleOf(eventType: string): string
  attempt(turn: ScheduledTurn): Promise<{ attempt: NewAttempt }>
}

interface SentTest {
  deliveryId: string
  attempt: Attempt
}

/** A person waits for each: more at a time is a script, and there are leads to send. */
export const TESTS_AT_A_TIME = 16
/** Of one chatbot: its endpoints may all hang, and others have something to test as well. */
export const TESTS_PER_CHATBOT_AT_A_TIME = 4

export class TestSender {
  readonly #options: TestSenderOptions
  #term: Term | null = null
  readonly #running = new Set<Promise<unknown>>()
  readonly #ofChatbot = new Map<string, number>()

  constructor(options: TestSenderOptions) {
    this.#options = options
  }

  beginTerm(term: Term): void {
    this.#term = term
  }

  /** Null: no such webhook. `eventType` is by default the webhook's first. */
  async send(webhookId: string, asked?: string): Promise<SentTest | null> {
    const webhook = await this.#options.store.getWebhook(webhookId)
    if (!webhook) return null
    const eventType = asked ?? exampleType(webhook.eventTypes)
    const term = this.#term
    if (!term?.isLive()) throw busy('The server is starting or stopping; try again in a moment')
    // Before the places of all: one chatbot's flood takes none of them.
    const leave = this.#enter(webhook.chatbotId)
    if (this.#running.size >= TESTS_AT_A_TIME) {
      leave()
      throw busy('Too many test events are on their way; try again in a moment')
    }
    const sending = this.#attempt({ webhook, eventType, term })
    this.#running.add(sending)
    try {
      return await sending
    } finally {
      this.#running.delete(sending)
      leave()
    }
  }

  async stop(): Promise<void> {
    this.#term = null
    await Promise.allSettled(this.#running)
  }

  /** Throws a 429 where the chatbot has as many under way as it may. */
  #enter(chatbotId: string): () => void {
    const count = this.#ofChatbot.get(chatbotId) ?? 0
    if (count >= TESTS_PER_CHATBOT_AT_A_TIME) {
      const message = `This chatbot has ${count} test events on their way already; try again when one has ended`
      throw new ApiError(429, 'rate_limited', message, { retryAfterSeconds: 1 })
    }
    this.#ofChatbot.set(chatbotId, count + 1)
    return () => {
      const left = (this.#ofChatbot.get(chatbotId) ?? 1) - 1
      if (left > 0) this.#ofChatbot.set(chatbotId, left)
      else this.#ofChatbot.delete(chatbotId)
    }
  }

  async #attempt({ webhook, eventType, term }: OneTest): Promise<SentTest | null> {
    const { store, ids, exampleOf, attempt } = this.#options
    const { nodeId, signal, isLive } = term
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
    const done = await attempt({
      claim,
      webhook,
      nodeId,
      signal,
      isLive,
      onAnswer: () => undefined,
    })
    const { deliveryId } = claim
    return { deliveryId, attempt: { ...done.attempt, deliveryId, number: claim.attemptNumber } }
  }
}

interface OneTest {
  webhook: Webhook
  eventType: string
  term: Term
}

function busy(message: string): ApiError {
  return new ApiError(503, 'busy', message, { retryAfterSeconds: 1 })
}
