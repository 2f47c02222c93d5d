/** The rows that a batch of accepted events makes, written in one statement for each table. */
import type { WebhookState } from '../../../webhook.ts'
import type { NewEvent } from '../../road.ts'
import { parkReason } from '../../rules/after-attempt.ts'
import type { KeptBackRow } from '../../rules/shaped.ts'
import { column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'

interface EventValues {
  id: string
  chatbotId: string
  eventType: string
  payload: string
}

interface LeadValues {
  id: string
  chatbotId: string
  conversationId: string
  customerName: string
  customerEmail: string
  customerPhone: string
  route: string | null
  key: string | null
  /** JSON. */
  consent: string | null
  /** JSON. */
  extras: string | null
}

interface DeliveryValues {
  id: string
  eventId: string
  webhookId: string
  chatbotId: string
  spelling: string
  webhookState: WebhookState
  claimedBy: string | null
  shape: string | null
}

export class Insertions {
  readonly #tx: Transaction
  readonly #events: EventValues[] = []
  readonly #leads: LeadValues[] = []
  readonly #deliveries: DeliveryValues[] = []
  readonly #keptBack: KeptBackRow[] = []

  constructor(tx: Transaction) {
    this.#tx = tx
  }

  addEvent(chatbotId: string, { id, eventType, payload }: NewEvent): void {
    this.#events.push({ id, chatbotId, eventType, payload })
  }

  addLead(lead: LeadValues): void {
    this.#leads.push(lead)
  }

  addDelivery(values: DeliveryValues): void {
    const tx = this.#tx
    const { id, eventId, webhookId, chatbotId, spelling } = values
    this.#deliveries.push(values)
    tx.backlogDelta += 1
    tx.count(webhookId, chatbotId, 'accepted')
    tx.deliveryChanged(chatbotId, {
      id,
      eventId,
      webhookId,
      eventType: spelling,
      state: startOf(values).state,
      attemptCount: 0,
      lastStatus: null,
      lastError: null,
    })
  }

  /** The webhook's filter wants it not. */
  keepBack(row: KeptBackRow): void {
    this.#keptBack.push(row)
  }

  send(): void {
    if (this.#events.length > 0) {
      const rows = this.#events
      this.#tx.send(INSERT_EVENTS, [
        this.#tx.now,
        column(rows, (row) => row.id),
        column(rows, (row) => row.chatbotId),
        column(rows, (row) => row.eventType),
        column(rows, (row) => row.payload),
      ])
    }
    if (this.#leads.length > 0) this.#sendLeads()
    if (this.#deliveries.length > 0) this.#sendDeliveries()
    if (this.#keptBack.length > 0) {
      const rows = this.#keptBack
      this.#tx.send(KEEP_BACK, [
        column(rows, (row) => row.event_id),
        column(rows, (row) => row.webhook_id),
        column(rows, (row) => row.reason),
      ])
    }
  }

  /** Conversations in the order of their keys: two batches wait for each other one way only. */
  #sendLeads(): void {
    const { now } = this.#tx
    const rows = this.#leads
    this.#tx.send(INSERT_LEADS, [
      now,
      column(rows, (row) => row.id),
      column(rows, (row) => row.chatbotId),
      column(rows, (row) => row.conversationId),
      column(rows, (row) => row.customerName),
      column(rows, (row) => row.customerEmail),
      column(rows, (row) => row.customerPhone),
      column(rows, (row) => row.route),
      column(rows, (row) => row.key),
      column(rows, (row) => row.consent),
      column(rows, (row) => row.extras),
    ])
    const chatbots = column(rows, (row) => row.chatbotId)
    this.#tx.send(INSERT_CONVERSATIONS, [now, chatbots, column(rows, (row) => row.conversationId)])
  }

  #sendDeliveries(): void {
    const { now } = this.#tx
    const [claimed, waiting] = [
      this.#deliveries.filter((row) => row.claimedBy !== null),
      this.#deliveries.filter((row) => row.claimedBy === null),
    ]
    const shared = (rows: DeliveryValues[]) => [
      now,
      column(rows, (row) => row.id),
      column(rows, (row) => row.webhookId),
      column(rows, (row) => row.chatbotId),
      column(rows, (row) => row.spelling),
      column(rows, (row) => row.shape),
    ]
    if (claimed.length > 0) {
      this.#tx.send(INSERT_CLAIMED, [...shared(claimed), column(claimed, (row) => row.claimedBy)])
    }
    if (waiting.length > 0) {
      this.#tx.send(INSERT_WAITING, [
        ...shared(waiting),
        column(waiting, (row) => startOf(row).state),
        column(waiting, (row) => startOf(row).reason),
      ])
    }
  }
}

function startOf({ webhookState }: DeliveryValues) {
  if (webhookState === 'active') return { state: 'pending', reason: null } as const
  return { state: 'parked', reason: parkReason(webhookState) } as const
}

const INSERT_EVENTS = `INSERT INTO events (created_at, id, chatbot_id, event_type, payload)
  SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])`
/** With a note of each for the search index, by the same statement. */
const INSERT_LEADS = `WITH made AS (INSERT INTO leads (created_at, id, chatbot_id, conversation_id,
    customer_name, customer_email, customer_phone, idempotency_route, idempotency_key, consent,
    extras)
  SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[]) RETURNING id)
  INSERT INTO search_pending (lead) SELECT substr(id, 6, 23) FROM made`
const KEEP_BACK = `INSERT INTO kept_back (event_id, webhook_id, reason)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`
const INSERT_CONVERSATIONS = `INSERT INTO conversations (created_at, chatbot_id, id)
  SELECT DISTINCT $1::bigint, chatbot_id COLLATE "C", id COLLATE "C"
  FROM unnest($2::text[], $3::text[]) AS made (chatbot_id, id) ORDER BY 2, 3
  ON CONFLICT DO NOTHING`
const INSERT_CLAIMED = `INSERT INTO claimed (created_at, due_at, updated_at, attempt_count,
    series_attempts, kind, state, id, webhook_id, chatbot_id, event_type, shape, claimed_by)
  SELECT $1::bigint, $1, $1, 0, 0, 'event', 'pending', *
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])`
const INSERT_WAITING = `INSERT INTO waiting (created_at, due_at, updated_at, attempt_count,
    series_attempts, kind, id, webhook_id, chatbot_id, event_type, shape, state, state_reason)
  SELECT $1::bigint, CASE state WHEN 'pending' THEN $1::bigint END, $1, 0, 0, 'event', made.*
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    AS made (id, webhook_id, chatbot_id, event_type, shape, state, state_reason)`
