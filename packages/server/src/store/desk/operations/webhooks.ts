/**
 * Webhooks, as they are made, changed and deleted in a store's transaction. Sealed values come and go
 * as they are: no engine knows a key.
 */
import { canonicalEventType } from '../../../event.ts'
import { awayReason, type WebhookState } from '../../../webhook.ts'
import type { WebhookRow } from '../../reading/rows.ts'
import { WEBHOOK_COLUMNS, type WebhookColumns } from '../../reading/settings-columns.ts'
import { reachable } from '../../rules/listened.ts'
import { END_REST_SET } from '../../rules/rest.ts'
import { insertOf, updateOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Steps } from './transaction.ts'

export interface WebhookValues {
  id: string
  chatbotId: string
  columns: WebhookColumns
  /** Sealed. */
  secret: string
  /** Of kind `listen`: away until somebody listens. */
  listen?: { temporary: boolean }
  /** At most so many live webhooks for one chatbot. */
  webhooksMax: number
}

export interface WebhookPatch {
  id: string
  /** Those that are absent stay. */
  columns: Partial<WebhookColumns>
  /** With another URL: the sealed one that it was compared to. Sealed anew, one that stays looks new. */
  url?: { expected: string; isNew: boolean }
}

export interface Rotation {
  id: string
  /** The sealed secret that `previousSecret` holds: both are sealed for their own column. */
  expectedSecret: string
  secret: string
  previousSecret: string
  overlapMs: number
}

/** What was read and sealed before is not what is there any more: read and seal again. */
type ChangedMeanwhile = 'changed_meanwhile'

export function* createWebhook(
  tx: DeskTransaction,
  values: WebhookValues,
): Steps<WebhookRow | 'chatbot_not_found' | 'too_many_webhooks'> {
  const { id, chatbotId, columns, secret, webhooksMax } = values
  // Locked: of two that are made at once, the second counts the first.
  const [chatbot] = yield* answerOf(tx.query(LOCK_CHATBOT, [chatbotId]))
  if (!chatbot) return 'chatbot_not_found'
  const { count } = yield* rowOf<{ count: number }>(tx, COUNT, [chatbotId])
  if (count >= webhooksMax) return 'too_many_webhooks'
  const settings = WEBHOOK_COLUMNS.map((name) => columns[name])
  const row = [id, chatbotId, ...settings, secret, tx.now, tx.now, ...startOf(values, tx.now)]
  return yield* answerOf(
    tx.addWebhook(function* () {
      const made = yield* rowOf<WebhookRow>(tx, INSERT, row)
      subscribe(tx, made)
      return made
    }),
  )
}

export function* updateWebhook(
  tx: DeskTransaction,
  { id, columns, url }: WebhookPatch,
): Steps<WebhookRow | ChangedMeanwhile | null> {
  return yield* answerOf(
    tx.changeWebhook(id, function* (before): Steps<WebhookRow | ChangedMeanwhile> {
      if (url && before.url !== url.expected) return 'changed_meanwhile'
      if (url?.isNew) endRest(tx, before, false)
      const after = { ...before, ...columns }
      if (columns.event_types !== undefined) {
        tx.send(DELETE_SUBSCRIPTIONS, [id])
        subscribe(tx, after)
      }
      const settings = WEBHOOK_COLUMNS.map((name) => after[name])
      return yield* rowOf<WebhookRow>(tx, UPDATE, [id, ...settings, tx.now])
    }),
  )
}

/**
 * Waiting deliveries are cancelled by `settle`. Where it was stays to be told with its deliveries, as
 * long as they are kept (prune).
 */
export function* deleteWebhook(tx: DeskTransaction, id: string): Steps<boolean> {
  const deleted = yield* answerOf(
    tx.changeWebhook(id, function* (): Steps<WebhookRow> {
      tx.send(DELETE_SUBSCRIPTIONS, [id])
      tx.forgetStarts(id)
      tx.unsettle(id)
      const row = yield* rowOf<WebhookRow>(tx, DELETE, [id])
      // Sealed for this row and column already.
      tx.send(KEEP_DELETED, [id, row.chatbot_id, row.url, tx.now])
      return row
    }),
  )
  return deleted !== null
}

export function* rotateSecret(
  tx: DeskTransaction,
  { id, expectedSecret, secret, previousSecret, overlapMs }: Rotation,
): Steps<WebhookRow | 'overlap_running' | ChangedMeanwhile | null> {
  const [previous, endsAt] =
    overlapMs > 0 ? [previousSecret, tx.now + Math.round(overlapMs)] : [null, null]
  type After = WebhookRow | 'overlap_running' | ChangedMeanwhile
  return yield* answerOf(
    tx.changeWebhook(id, function* (row): Steps<After> {
      const isRunning = row.previous_secret !== null && (row.overlap_ends_at ?? 0) > tx.now
      if (isRunning) return 'overlap_running'
      if (row.secret !== expectedSecret) return 'changed_meanwhile'
      return yield* rowOf<WebhookRow>(tx, ROTATE, [id, secret, previous, endsAt, tx.now])
    }),
  )
}

export function* finishRotation(tx: DeskTransaction, id: string): Steps<WebhookRow | null> {
  const finish = () => rowOf<WebhookRow>(tx, ROTATED, [id, null, null, tx.now])
  return yield* answerOf(tx.changeWebhook(id, finish))
}

export function* setWebhookState(
  tx: DeskTransaction,
  { id, ...change }: { id: string; state: WebhookState; reason: string | null },
): Steps<WebhookRow | null> {
  return yield* answerOf(
    tx.changeWebhook(id, function* (before): Steps<WebhookRow> {
      // Failures from before must not disable it again at the first one after it was brought back.
      const resumed = change.state === 'active' && before.state !== 'active'
      const failingSince = resumed ? null : before.failing_since
      const { state, reason } = reachable(change, before)
      if (change.state === 'active') endRest(tx, before, resumed)
      tx.unsettle(id)
      return yield* rowOf<WebhookRow>(tx, SET_STATE, [id, state, reason, failingSince, tx.now])
    }),
  )
}

/** Its owner's word: from now on it is sent to. */
function endRest(tx: DeskTransaction, { id, resting_until }: WebhookRow, resumed: boolean): void {
  if (resting_until === null && !resumed) return
  tx.send(END_REST, [tx.now, id])
  if (resting_until !== null) tx.wake(id)
}

function subscribe(
  tx: DeskTransaction,
  { id, chatbot_id, event_types }: Pick<WebhookRow, 'id' | 'chatbot_id' | 'event_types'>,
): void {
  const spellings: string[] = JSON.parse(event_types)
  for (const spelling of spellings) {
    tx.send(SUBSCRIBE, [chatbot_id, canonicalEventType(spelling), id, spelling])
  }
}

const START_COLUMNS = ['kind', 'temporary', 'away_since', 'state', 'state_reason']

function startOf({ id, listen }: WebhookValues, now: number) {
  if (!listen) return ['http', 0, null, 'active', null]
  return ['listen', listen.temporary ? 1 : 0, now, 'away', awayReason(id)]
}

const LOCK_CHATBOT = `SELECT id FROM chatbots WHERE id = $1 AND deleted_at IS NULL
  FOR NO KEY UPDATE`
const COUNT = 'SELECT count(*) AS count FROM webhooks WHERE chatbot_id = $1'
const MADE_COLUMNS = ['id', 'chatbot_id', ...WEBHOOK_COLUMNS, 'secret', 'created_at', 'updated_at']
const INSERT = insertOf('webhooks', [...MADE_COLUMNS, ...START_COLUMNS], '*')
const UPDATE = updateOf('webhooks', [...WEBHOOK_COLUMNS, 'updated_at'])
const DELETE = 'DELETE FROM webhooks WHERE id = $1 RETURNING *'
const KEEP_DELETED = `INSERT INTO deleted_webhooks (id, chatbot_id, url, deleted_at)
  VALUES ($1, $2, $3, $4)`
const SET_STATE = updateOf('webhooks', ['state', 'state_reason', 'failing_since', 'updated_at'])
const END_REST = `UPDATE webhooks SET ${END_REST_SET}, rested_at = $1 WHERE id = $2`
const ROTATED_COLUMNS = ['previous_secret', 'overlap_ends_at', 'updated_at']
const ROTATE = updateOf('webhooks', ['secret', ...ROTATED_COLUMNS])
const ROTATED = updateOf('webhooks', ROTATED_COLUMNS)
const SUBSCRIBE = `INSERT INTO subscriptions (chatbot_id, event_type, webhook_id, spelling)
  VALUES ($1, $2, $3, $4)`
const DELETE_SUBSCRIPTIONS = 'DELETE FROM subscriptions WHERE webhook_id = $1'
