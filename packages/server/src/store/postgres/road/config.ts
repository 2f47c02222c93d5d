/**
 * Chatbots and webhooks: what owners set up. What is secret is sealed before it leaves this file.
 */
import { canonicalEventType } from '../../../event.ts'
import { awayReason, type Webhook, type WebhookState } from '../../../webhook.ts'
import type { NewWebhook, WebhookChange } from '../../desk.ts'
import { type ChatbotRow, toWebhook, type WebhookRow } from '../../reading/rows.ts'
import { reachable } from '../../rules/listened.ts'
import { END_REST_SET } from '../../rules/rest.ts'
import type { Encryption } from '../../sealing/encryption.ts'
import { column } from '../connection/parameters.ts'
import type { Transaction } from '../connection/transaction.ts'
import { endChatbot } from './access.ts'

/** JSON columns as text, as in the row. */
export interface ChatbotValues {
  id: string
  name: string
  leadForm: string
  allowedOrigins: string
}

export async function createChatbot(tx: Transaction, values: ChatbotValues): Promise<ChatbotRow> {
  const { id, name, leadForm, allowedOrigins } = values
  return tx.one<ChatbotRow>(INSERT_CHATBOT, [id, name, leadForm, allowedOrigins, tx.now])
}

export async function updateChatbot(
  tx: Transaction,
  change: Partial<ChatbotValues> & { id: string },
): Promise<ChatbotRow | null> {
  const { id, name = null, leadForm = null, allowedOrigins = null } = change
  const values = [id, name, leadForm, allowedOrigins, tx.now]
  const [row] = await tx.query<ChatbotRow>(UPDATE_CHATBOT, values)
  return row ?? null
}

export async function deleteChatbot(tx: Transaction, id: string): Promise<boolean> {
  const deleted = await tx.query(DELETE_CHATBOT, [tx.now, id])
  if (deleted.length === 0) return false
  for (const webhook of await tx.query<{ id: string }>(WEBHOOKS_OF, [id])) {
    await deleteWebhook(tx, webhook.id)
  }
  endChatbot(tx, id)
  return true
}

export class WebhookConfig {
  readonly #encryption: Encryption

  constructor(encryption: Encryption) {
    this.#encryption = encryption
  }

  async create(
    tx: Transaction,
    values: NewWebhook,
  ): Promise<Webhook | 'chatbot_not_found' | 'too_many_webhooks'> {
    const { id, chatbotId, description, timeoutSeconds, maxInFlight, eventTypes } = values
    // Locked: of two that are made at once, the second counts the first.
    const [chatbot] = await tx.query(LOCK_CHATBOT, [chatbotId])
    if (!chatbot) return 'chatbot_not_found'
    const [live] = await tx.query<{ count: number }>(COUNT_WEBHOOKS, [chatbotId])
    if ((live?.count ?? 0) >= values.webhooksMax) return 'too_many_webhooks'
    const row = await tx.addWebhook(() =>
      tx.one<WebhookRow>(INSERT_WEBHOOK, [
        id,
        chatbotId,
        this.#seal(id, 'url', values.url),
        JSON.stringify(eventTypes),
        description,
        this.#seal(id, 'headers', JSON.stringify(values.headers)),
        timeoutSeconds,
        maxInFlight,
        values.ratePerSecond,
        this.#seal(id, 'secret', values.secret),
        tx.now,
        ...startOf(values, tx.now),
      ]),
    )
    subscribe(tx, id, chatbotId, eventTypes)
    return toWebhook(row, this.#encryption)
  }

  async update(tx: Transaction, id: string, change: WebhookChange): Promise<Webhook | null> {
    const updated = await tx.changeWebhook(id, (row) => this.#update(tx, row, change))
    return updated && toWebhook(updated, this.#encryption)
  }

  async #update(tx: Transaction, row: WebhookRow, change: WebhookChange): Promise<WebhookRow> {
    const { id } = row
    const { url, headers, eventTypes, description = row.description } = change
    const { timeoutSeconds = row.timeout_seconds, maxInFlight = row.max_in_flight } = change
    const { ratePerSecond = row.rate_per_second } = change
    if (eventTypes) {
      tx.send(DELETE_SUBSCRIPTIONS, [id])
      subscribe(tx, id, row.chatbot_id, eventTypes)
    }
    if (url !== undefined && row.resting_until !== null) {
      const isNewUrl = this.#encryption.decrypt(row.url, { rowId: id, column: 'url' }) !== url
      if (isNewUrl) endRest(tx, row)
    }
    return tx.one<WebhookRow>(UPDATE_WEBHOOK, [
      id,
      url === undefined ? row.url : this.#seal(id, 'url', url),
      eventTypes ? JSON.stringify(eventTypes) : row.event_types,
      description,
      headers ? this.#seal(id, 'headers', JSON.stringify(headers)) : row.headers,
      timeoutSeconds,
      maxInFlight,
      ratePerSecond,
      tx.now,
    ])
  }

  async rotate(
    tx: Transaction,
    id: string,
    { secret, overlapMs }: { secret: string; overlapMs: number },
  ): Promise<Webhook | 'overlap_running' | null> {
    const endsAt = overlapMs > 0 ? tx.now + Math.round(overlapMs) : null
    const rotated = await tx.changeWebhook(id, async (row) => {
      const isOverlapping = row.previous_secret !== null && (row.overlap_ends_at ?? 0) > tx.now
      if (isOverlapping) return 'overlap_running'
      const old = this.#encryption.decrypt(row.secret, { rowId: id, column: 'secret' })
      const previous = overlapMs > 0 ? this.#seal(id, 'previous_secret', old) : null
      const values = [id, this.#seal(id, 'secret', secret), previous, endsAt, tx.now]
      return tx.one<WebhookRow>(ROTATE, values)
    })
    const isRow = rotated !== null && typeof rotated !== 'string'
    return isRow ? toWebhook(rotated, this.#encryption) : rotated
  }

  async finishRotation(tx: Transaction, id: string): Promise<Webhook | null> {
    const finish = () => tx.one<WebhookRow>(FINISH_ROTATION, [tx.now, id])
    const row = await tx.changeWebhook(id, finish)
    return row && toWebhook(row, this.#encryption)
  }

  async setState(
    tx: Transaction,
    id: string,
    change: { state: WebhookState; reason: string | null },
  ): Promise<Webhook | null> {
    const row = await tx.changeWebhook(id, async (before) => {
      // Failures from before must not disable it again at the first one after it was brought back.
      const resumed = change.state === 'active' && before.state !== 'active'
      const failingSince = resumed ? null : before.failing_since
      const { state, reason } = reachable(change, before)
      const ends = change.state === 'active' && (resumed || before.resting_until !== null)
      if (ends) endRest(tx, before)
      tx.unsettle(id)
      return tx.one<WebhookRow>(SET_STATE, [id, state, reason, failingSince, tx.now])
    })
    return row && toWebhook(row, this.#encryption)
  }

  #seal(rowId: string, name: string, text: string): string {
    return this.#encryption.encrypt(text, { rowId, column: name })
  }
}

export async function deleteWebhook(tx: Transaction, id: string): Promise<boolean> {
  const deleted = await tx.changeWebhook(id, async (row) => {
    tx.send(DELETE_SUBSCRIPTIONS, [id])
    tx.send(DELETE_STARTS, [id])
    tx.send(DELETE_WEBHOOK, [id])
    tx.unsettle(id)
    return row
  })
  return deleted !== null
}

/** Its owner's word: from now on it is sent to. */
function endRest(tx: Transaction, { id, resting_until }: WebhookRow): void {
  if (resting_until !== null) tx.woken.add(id)
  tx.send(END_REST, [tx.now, id])
}

/** Its columns kind, temporary, away_since, state and state_reason. */
function startOf({ id, listen }: NewWebhook, now: number) {
  if (!listen) return ['http', 0, null, 'active', null]
  return ['listen', listen.temporary ? 1 : 0, now, 'away', awayReason(id)]
}

function subscribe(
  tx: Transaction,
  webhookId: string,
  chatbotId: string,
  eventTypes: string[],
): void {
  const types = column(eventTypes, canonicalEventType)
  tx.send(SUBSCRIBE, [chatbotId, webhookId, types, column(eventTypes, String)])
}

const CHATBOT_COLUMNS = 'id, name, lead_form, allowed_origins, created_at, updated_at'
const INSERT_CHATBOT = `INSERT INTO chatbots (${CHATBOT_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $5)
  RETURNING ${CHATBOT_COLUMNS}`
const UPDATE_CHATBOT = `UPDATE chatbots SET name = coalesce($2, name),
    lead_form = coalesce($3, lead_form), allowed_origins = coalesce($4, allowed_origins),
    updated_at = $5
  WHERE id = $1 AND deleted_at IS NULL RETURNING ${CHATBOT_COLUMNS}`
const DELETE_CHATBOT = `UPDATE chatbots SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL
  RETURNING 1`
const LOCK_CHATBOT = `SELECT 1 FROM chatbots WHERE id = $1 AND deleted_at IS NULL
  FOR NO KEY UPDATE`

const WEBHOOKS_OF = 'SELECT id FROM webhooks WHERE chatbot_id = $1 ORDER BY id'
const COUNT_WEBHOOKS = 'SELECT count(*) AS count FROM webhooks WHERE chatbot_id = $1'
const INSERT_WEBHOOK = `INSERT INTO webhooks (id, chatbot_id, url, event_types, description, headers,
    timeout_seconds, max_in_flight, rate_per_second, secret, created_at, updated_at, kind,
    temporary, away_since, state, state_reason)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16) RETURNING *`
const UPDATE_WEBHOOK = `UPDATE webhooks SET url = $2, event_types = $3, description = $4,
    headers = $5, timeout_seconds = $6, max_in_flight = $7, rate_per_second = $8,
    updated_at = $9
  WHERE id = $1 RETURNING *`
const DELETE_WEBHOOK = 'DELETE FROM webhooks WHERE id = $1'
const SET_STATE = `UPDATE webhooks SET state = $2, state_reason = $3, failing_since = $4,
  updated_at = $5 WHERE id = $1 RETURNING *`
const END_REST = `UPDATE webhooks SET ${END_REST_SET}, rested_at = $1 WHERE id = $2`
const ROTATE = `UPDATE webhooks SET secret = $2, previous_secret = $3, overlap_ends_at = $4,
  updated_at = $5 WHERE id = $1 RETURNING *`
const FINISH_ROTATION = `UPDATE webhooks SET previous_secret = NULL, overlap_ends_at = NULL,
  updated_at = $1 WHERE id = $2 RETURNING *`
const SUBSCRIBE = `INSERT INTO subscriptions (chatbot_id, webhook_id, event_type, spelling)
  SELECT $1, $2, * FROM unnest($3::text[], $4::text[])`
const DELETE_SUBSCRIPTIONS = 'DELETE FROM subscriptions WHERE webhook_id = $1'
const DELETE_STARTS = 'DELETE FROM starts WHERE webhook_id = $1'
