/** Chatbots and webhooks: what owners set up. Sealed values come and go as they are. */

import { canonicalEventType } from '../../../event.ts'
import { awayReason, type WebhookState } from '../../../webhook.ts'
import type { ChatbotRow, WebhookRow } from '../../reading/rows.ts'
import { reachable } from '../../rules/listened.ts'
import { END_REST_SET } from '../../rules/rest.ts'
import type { Core } from '../core.ts'
import { endChatbot } from './access.ts'

/** JSON columns as text, as in the row. */
export interface ChatbotValues {
  id: string
  name: string
  leadForm: string
  allowedOrigins: string
}

export interface WebhookValues {
  id: string
  chatbotId: string
  eventTypes: string[]
  description: string
  timeoutSeconds: number | null
  maxInFlight: number | null
  ratePerSecond: number | null
  /** Sealed. */
  url: string
  headers: string
  secret: string
  listen?: { temporary: boolean }
  webhooksMax: number
}

export interface WebhookPatch {
  id: string
  eventTypes?: string[]
  description?: string
  timeoutSeconds?: number | null
  maxInFlight?: number | null
  ratePerSecond?: number | null
  /** Sealed. */
  url?: string
  headers?: string
  /** Sealed, a URL that stays looks like another. */
  isNewUrl?: boolean
}

export interface Rotation {
  id: string
  /** The sealed secret that `previousSecret` holds: both are sealed for their own column. */
  expectedSecret: string
  secret: string
  previousSecret: string
  overlapMs: number
}

export function createChatbot(
  core: Core,
  { id, name, leadForm, allowedOrigins }: ChatbotValues,
): ChatbotRow {
  const { now } = core.tx
  return core.changeChatbots(() => {
    core.run(INSERT_CHATBOT, id, name, leadForm, allowedOrigins, now, now)
    return core.one<ChatbotRow>(READ_CHATBOT, id)
  })
}

export function updateChatbot(
  core: Core,
  change: Partial<ChatbotValues> & { id: string },
): ChatbotRow | null {
  const { id, name = null, leadForm = null, allowedOrigins = null } = change
  core.run(UPDATE_CHATBOT, name, leadForm, allowedOrigins, core.tx.now, id)
  return core.get<ChatbotRow>(READ_CHATBOT, id) ?? null
}

export function deleteChatbot(core: Core, id: string): boolean {
  const { tx } = core
  const deleted = core.changeChatbots(() => core.run(DELETE_CHATBOT, tx.now, id))
  if (deleted === 0) return false
  for (const webhook of core.all<{ id: string }>(WEBHOOKS_OF, id)) {
    deleteWebhook(core, webhook.id)
  }
  endChatbot(core, id)
  return true
}

export function createWebhook(
  core: Core,
  values: WebhookValues,
): WebhookRow | 'chatbot_not_found' | 'too_many_webhooks' {
  const { id, chatbotId, url, description, headers, secret } = values
  if (!core.get(READ_CHATBOT, chatbotId)) return 'chatbot_not_found'
  const live = core.get<{ count: number }>(COUNT_WEBHOOKS, chatbotId)?.count ?? 0
  if (live >= values.webhooksMax) return 'too_many_webhooks'
  const { now } = core.tx
  const eventTypes = JSON.stringify(values.eventTypes)
  return core.addWebhook(() => {
    subscribe(core, id, chatbotId, values.eventTypes)
    return core.one<WebhookRow>(
      INSERT_WEBHOOK,
      id,
      chatbotId,
      url,
      eventTypes,
      description,
      headers,
      values.timeoutSeconds,
      values.maxInFlight,
      values.ratePerSecond,
      secret,
      now,
      now,
      ...startOf(values, now),
    )
  })
}

export function updateWebhook(core: Core, patch: WebhookPatch): WebhookRow | null {
  return core.changeWebhook(patch.id, (row) => {
    const { timeoutSeconds = row.timeout_seconds, maxInFlight = row.max_in_flight } = patch
    const { url = row.url, headers = row.headers, description = row.description } = patch
    const { ratePerSecond = row.rate_per_second } = patch
    const eventTypes = patch.eventTypes ? JSON.stringify(patch.eventTypes) : row.event_types
    if (patch.isNewUrl) endRest(core, row, false)
    if (patch.eventTypes) {
      core.run(DELETE_SUBSCRIPTIONS, row.id)
      subscribe(core, row.id, row.chatbot_id, patch.eventTypes)
    }
    return core.one<WebhookRow>(
      UPDATE_WEBHOOK,
      url,
      eventTypes,
      description,
      headers,
      timeoutSeconds,
      maxInFlight,
      ratePerSecond,
      core.tx.now,
      row.id,
    )
  })
}

/** `changed_meanwhile`: the secret is not the expected one any more; read and seal again. */
export function rotateSecret(
  core: Core,
  rotation: Rotation,
): WebhookRow | 'overlap_running' | 'changed_meanwhile' | null {
  const { now } = core.tx
  const overlaps = rotation.overlapMs > 0
  const previous = overlaps ? rotation.previousSecret : null
  const endsAt = overlaps ? now + Math.round(rotation.overlapMs) : null
  return core.changeWebhook(rotation.id, (row) => {
    const isOverlapping = row.previous_secret !== null && (row.overlap_ends_at ?? 0) > now
    if (isOverlapping) return 'overlap_running'
    if (row.secret !== rotation.expectedSecret) return 'changed_meanwhile'
    return core.one<WebhookRow>(ROTATE, rotation.secret, previous, endsAt, now, row.id)
  })
}

export function finishRotation(core: Core, id: string): WebhookRow | null {
  return core.changeWebhook(id, () => core.one<WebhookRow>(FINISH_ROTATION, core.tx.now, id))
}

export function setWebhookState(
  core: Core,
  change: {
    id: string
    state: WebhookState
    reason: string | null
  },
): WebhookRow | null {
  return core.changeWebhook(change.id, (before) => {
    // Failures from before must not disable it again at the first one after it was brought back.
    const resumed = change.state === 'active' && before.state !== 'active'
    const failingSince = resumed ? null : before.failing_since
    const { state, reason } = reachable(change, before)
    if (change.state === 'active') endRest(core, before, resumed)
    core.unsettle(change.id)
    return core.one<WebhookRow>(SET_STATE, state, reason, failingSince, core.tx.now, change.id)
  })
}

/** Its owner's word: from now on it is sent to. */
function endRest(core: Core, { id, resting_until }: WebhookRow, resumed: boolean): void {
  if (resting_until === null && !resumed) return
  core.run(END_REST, core.tx.now, id)
  if (resting_until !== null) core.tx.woken.add(id)
}

function subscribe(core: Core, webhookId: string, chatbotId: string, eventTypes: string[]): void {
  for (const spelling of eventTypes) {
    core.run(SUBSCRIBE, chatbotId, canonicalEventType(spelling), webhookId, spelling)
  }
}

export function deleteWebhook(core: Core, id: string): boolean {
  const deleted = core.changeWebhook(id, (row) => {
    core.run(DELETE_SUBSCRIPTIONS, id)
    core.run(DELETE_WEBHOOK, id)
    core.unsettle(id)
    return row
  })
  return deleted !== null
}

/** Its columns kind, temporary, away_since, state and state_reason. */
function startOf({ id, listen }: WebhookValues, now: number) {
  if (!listen) return ['http', 0, null, 'active', null]
  return ['listen', listen.temporary ? 1 : 0, now, 'away', awayReason(id)]
}

const INSERT_CHATBOT = `INSERT INTO chatbots
  (id, name, lead_form, allowed_origins, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)`
const READ_CHATBOT = `SELECT id, name, lead_form, allowed_origins, created_at, updated_at
  FROM chatbots WHERE id = ? AND deleted_at IS NULL`
const UPDATE_CHATBOT = `UPDATE chatbots SET name = coalesce(?, name),
  lead_form = coalesce(?, lead_form), allowed_origins = coalesce(?, allowed_origins),
  updated_at = ? WHERE id = ? AND deleted_at IS NULL`
const DELETE_CHATBOT = 'UPDATE chatbots SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL'

const WEBHOOKS_OF = 'SELECT id FROM webhooks WHERE chatbot_id = ?'
const COUNT_WEBHOOKS = 'SELECT count(*) AS count FROM webhooks WHERE chatbot_id = ?'
const INSERT_WEBHOOK = `INSERT INTO webhooks (id, chatbot_id, url, event_types, description, headers,
    timeout_seconds, max_in_flight, rate_per_second, secret, created_at, updated_at, kind,
    temporary, away_since, state, state_reason)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`
const UPDATE_WEBHOOK = `UPDATE webhooks SET url = ?, event_types = ?, description = ?, headers = ?,
  timeout_seconds = ?, max_in_flight = ?, rate_per_second = ?, updated_at = ?
  WHERE id = ? RETURNING *`
const DELETE_WEBHOOK = 'DELETE FROM webhooks WHERE id = ?'
const SET_STATE = `UPDATE webhooks SET state = ?, state_reason = ?, failing_since = ?,
  updated_at = ? WHERE id = ? RETURNING *`
const END_REST = `UPDATE webhooks SET ${END_REST_SET}, rested_at = ? WHERE id = ?`
const ROTATE = `UPDATE webhooks SET secret = ?, previous_secret = ?, overlap_ends_at = ?,
  updated_at = ? WHERE id = ? RETURNING *`
const FINISH_ROTATION = `UPDATE webhooks SET previous_secret = NULL, overlap_ends_at = NULL,
  updated_at = ? WHERE id = ? RETURNING *`
const SUBSCRIBE = `INSERT INTO subscriptions (chatbot_id, event_type, webhook_id, spelling)
  VALUES (?, ?, ?, ?)`
const DELETE_SUBSCRIPTIONS = 'DELETE FROM subscriptions WHERE webhook_id = ?'
