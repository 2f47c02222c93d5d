/**
 * Accepting: events, their deliveries, lead and idempotency record, all or nothing.
 * What is leased at once never enters the index of claimable deliveries.
 */

import { keysOf } from '../../reading/search-keys.ts'
import type { AcceptInput, NewEvent } from '../../road.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import type { Core, Subscriber } from '../core.ts'

/** Over the thread's boundary: claims without payloads, which the caller has. */
export type AcceptReply =
  | { kind: 'accepted'; made: MadeDelivery[]; waiting: string[] }
  | { kind: 'replayed'; answer: string }
  | { kind: 'conflict' }
  | { kind: 'erased' }
  | { kind: 'chatbot_not_found' }
  | { kind: 'backlog_full' }

/** A delivery that is leased to the offer's node, of event number `eventIndex`. */
export interface MadeDelivery {
  eventIndex: number
  deliveryId: string
  webhookId: string
  spelling: string
}

interface IdempotencyRow {
  body_hash: string
  answer: string
  erased: number
  created_at: number
}

const NONE: readonly string[] = []

export const IDEMPOTENCY_MS = 24 * 3_600_000

export class Ingest {
  readonly #core: Core
  /** The last offer's list: the calls of a batch mostly share one. */
  #full: { list: readonly string[]; set: ReadonlySet<string> } = { list: [], set: new Set() }

  constructor(core: Core) {
    this.#core = core
  }

  accept(input: AcceptInput): AcceptReply {
    const core = this.#core
    const { chatbotId, idempotency } = input
    const subscribers = input.events.map((event) => core.subscribers(chatbotId, event.eventType))
    if (subscribers.includes(null) || !this.#chatbotExists(input)) {
      return { kind: 'chatbot_not_found' }
    }
    const repeat = idempotency && this.#findRepeat(chatbotId, idempotency)
    if (repeat) return repeat
    if (core.backlog + core.tx.backlogDelta >= input.backlogMax) return { kind: 'backlog_full' }
    if (idempotency) this.#keepAnswer(chatbotId, idempotency)
    const batch = new Batch({ core, input, except: this.#fullLanes(input) })
    for (const [index, event] of input.events.entries()) {
      this.#insertEvent(input, event)
      for (const subscriber of subscribers[index] ?? [])
        batch.insertDelivery(index, event, subscriber)
    }
    return { kind: 'accepted', made: batch.made, waiting: [...batch.waiting] }
  }

  /** `subscribers` has looked already, unless there is no event. */
  #chatbotExists({ chatbotId, events }: AcceptInput): boolean {
    return events.length > 0 || this.#core.subscribers(chatbotId, '') !== null
  }

  #fullLanes({ lease }: AcceptInput): ReadonlySet<string> {
    const list = lease?.except ?? NONE
    if (this.#full.list !== list) this.#full = { list, set: new Set(list) }
    return this.#full.set
  }

  #findRepeat(
    chatbotId: string,
    { route, key, bodyHash }: NonNullable<AcceptInput['idempotency']>,
  ): AcceptReply | null {
    const found = this.#core.get<IdempotencyRow>(READ_IDEMPOTENCY, chatbotId, route, key)
    if (!found || found.created_at <= this.#core.tx.now - IDEMPOTENCY_MS) return null
    // Nothing is left by which its body could be told from another.
    if (found.erased) return { kind: 'erased' }
    if (found.body_hash !== bodyHash) return { kind: 'conflict' }
    return { kind: 'replayed', answer: found.answer }
  }

  #keepAnswer(chatbotId: string, record: NonNullable<AcceptInput['idempotency']>): void {
    const { route, key, bodyHash, answer } = record
    this.#core.run(KEEP_IDEMPOTENCY, chatbotId, route, key, bodyHash, answer, this.#core.tx.now)
  }

  #insertEvent({ chatbotId, idempotency }: AcceptInput, event: NewEvent): void {
    const core = this.#core
    const { tx } = core
    const { id, eventType, payload, lead } = event
    core.run(INSERT_EVENT, id, chatbotId, eventType, payload, lead?.id ?? null, tx.now)
    if (!lead) return
    const { conversationId, customerName, customerEmail, customerPhone } = lead
    core.run(INSERT_CONVERSATION, chatbotId, conversationId, tx.now)
    const keys = keysOf({ customerName, customerEmail, customerPhone })
    core.run(
      INSERT_LEAD,
      lead.id,
      chatbotId,
      conversationId,
      id,
      customerName,
      customerEmail,
      customerPhone,
      keys.name_key,
      keys.email_key,
      keys.phone_key,
      idempotency?.route ?? null,
      idempotency?.key ?? null,
      tx.now,
    )
    if (!tx.wantChanges) return
    tx.changes.push({ type: 'lead.created', at: tx.now, chatbotId, leadId: lead.id, eventId: id })
  }
}

/** The deliveries of one call. */
class Batch {
  readonly made: MadeDelivery[] = []
  readonly waiting = new Set<string>()
  readonly #core: Core
  readonly #chatbotId: string
  readonly #node: string | null
  readonly #except: ReadonlySet<string>

  constructor(options: { core: Core; input: AcceptInput; except: ReadonlySet<string> }) {
    const { core, except } = options
    const { chatbotId, lease } = options.input
    this.#core = core
    this.#chatbotId = chatbotId
    this.#node = lease && core.isLive(lease.nodeId) ? lease.nodeId : null
    this.#except = except
  }

  insertDelivery(eventIndex: number, event: NewEvent, subscriber: Subscriber): void {
    const core = this.#core
    const { tx } = core
    const chatbotId = this.#chatbotId
    const { webhookId, spelling } = subscriber
    const id = core.ids.next('delivery')
    const active = subscriber.state === 'active'
    const state = active ? 'pending' : 'parked'
    const reason = subscriber.state === 'active' ? null : parkReason(subscriber.state)
    const takes = subscriber.listenerId === null && !this.#except.has(webhookId)
    const claimedBy = active && takes && !core.isResting(webhookId) ? this.#node : null
    core.run(
      INSERT_DELIVERY,
      id,
      event.id,
      webhookId,
      chatbotId,
      spelling,
      state,
      reason,
      active ? tx.now : null,
      claimedBy,
      tx.now,
      tx.now,
    )
    tx.backlogDelta += 1
    tx.count(webhookId, chatbotId, 'accepted')
    if (claimedBy) this.made.push({ eventIndex, deliveryId: id, webhookId, spelling })
    else if (active) this.waiting.add(webhookId)
    const nothing = { attemptCount: 0, lastStatus: null, lastError: null }
    tx.deliveryChanged(chatbotId, {
      id,
      eventId: event.id,
      webhookId,
      eventType: spelling,
      state,
      ...nothing,
    })
  }
}

const READ_IDEMPOTENCY = `SELECT body_hash, answer, erased, created_at FROM idempotency
  WHERE chatbot_id = ? AND route = ? AND key = ?`
const KEEP_IDEMPOTENCY = `INSERT OR REPLACE INTO idempotency
  (chatbot_id, route, key, body_hash, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)`
const INSERT_EVENT = `INSERT INTO events (id, chatbot_id, event_type, payload, lead_id, created_at)
  VALUES (?, ?, ?, ?, ?, ?)`
const INSERT_CONVERSATION = `INSERT INTO conversations (chatbot_id, id, created_at)
  VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
const INSERT_LEAD = `INSERT INTO leads (id, chatbot_id, conversation_id, event_id, customer_name,
    customer_email, customer_phone, name_key, email_key, phone_key, idempotency_route,
    idempotency_key, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_DELIVERY = `INSERT INTO deliveries (id, event_id, webhook_id, chatbot_id, event_type,
    state, state_reason, due_at, claimed_by, created_at, updated_at, kind)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'event')`
