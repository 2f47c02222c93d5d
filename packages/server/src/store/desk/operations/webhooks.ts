/**
 * Webhooks, as they are made, changed and deleted in a store's transaction. Sealed values come and go
 * as they are: no engine knows a key.
 */
import { canonicalEventType } from '../../../event.ts'
import { awayReason, type WebhookState } from '../../../webhook.ts'
import type { OnceRefusal } from '../../desk.ts'
import type { WebhookRow } from '../../reading/rows.ts'
import { WEBHOOK_COLUMNS, type WebhookColumns } from '../../reading/settings-columns.ts'
import type { Forwarding } from '../../rules/bring-forward.ts'
import { reachable } from '../../rules/listened.ts'
import { RESUMED_SET } from '../../rules/notices.ts'
import { END_REST_SET } from '../../rules/rest.ts'
import { firstVersion, isAnother, nextVersion } from '../../rules/settings-version.ts'
import type { Repeated } from './audit.ts'
import { makeOnce, type OnceRecord } from './once.ts'
import { keepShape, leaveShape } from './shapes.ts'
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
  once: OnceRecord | null
}

export interface WebhookPatch {
  id: string
  /** Those that are absent stay. */
  columns: Partial<WebhookColumns>
  /** What `columns` was compared to as it is sealed: only who has the key can tell what is new. */
  expected?: Pick<WebhookColumns, 'url' | 'headers'>
  versions?: readonly string[]
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

type NotMade = 'chatbot_not_found' | 'too_many_webhooks'

export function* createWebhook(
  tx: DeskTransaction,
  values: WebhookValues,
): Steps<WebhookRow | Repeated<WebhookRow> | NotMade | OnceRefusal> {
  const { id, once } = values
  return yield* makeOnce(tx, { id, once, find: FIND, make: () => addWebhook(tx, values) })
}

function* addWebhook(tx: DeskTransaction, values: WebhookValues): Steps<WebhookRow | NotMade> {
  const { id, chatbotId, columns, secret, webhooksMax } = values
  // Locked: of two that are made at once, the second counts the first.
  const [chatbot] = yield* answerOf(tx.query<{ name: string }>(LOCK_CHATBOT, [chatbotId]))
  if (!chatbot) return 'chatbot_not_found'
  const { count } = yield* rowOf<{ count: number }>(tx, COUNT, [chatbotId])
  if (count >= webhooksMax) return 'too_many_webhooks'
  const settings = WEBHOOK_COLUMNS.map((name) => columns[name])
  const made = [firstVersion(tx.now), tx.now, tx.now]
  const shape = keepShape(tx, columns, chatbot.name)
  const row = [id, chatbotId, ...settings, secret, ...made, shape, ...startOf(values, tx.now)]
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
  { id, columns, expected, versions }: WebhookPatch,
): Steps<WebhookRow | ChangedMeanwhile | 'other_version' | null> {
  type After = WebhookRow | ChangedMeanwhile | 'other_version'
  const isShape = SHAPE_COLUMNS.some((name) => columns[name] !== undefined)
  // Locked before the webhook, as whoever renames it does.
  const [chatbot] = isShape
    ? yield* answerOf(tx.query<{ name: string }>(LOCK_ITS_CHATBOT, [id]))
    : []
  return yield* answerOf(
    tx.changeWebhook(id, function* (before): Steps<After> {
      if (isAnother(before.version, versions)) return 'other_version'
      if (expected && (before.url !== expected.url || before.headers !== expected.headers)) {
        return 'changed_meanwhile'
      }
      if (columns.url !== undefined) endRest(tx, before, false)
      const after = { ...before, ...columns }
      const isSame = WEBHOOK_COLUMNS.every((name) => after[name] === before[name])
      const version = isSame ? before.version : nextVersion(before.version, tx.now)
      if (columns.event_types !== undefined) {
        tx.send(DELETE_SUBSCRIPTIONS, [id])
        subscribe(tx, after)
      }
      const settings = WEBHOOK_COLUMNS.map((name) => after[name])
      const shape = chatbot ? keepShape(tx, after, chatbot.name) : before.shape
      if (shape !== before.shape) leaveShape(tx, before.shape)
      return yield* rowOf<WebhookRow>(tx, UPDATE, [id, ...settings, version, shape, tx.now])
    }),
  )
}

/**
 * Waiting deliveries are cancelled by `settle`. Where it was stays to be told with its deliveries, as
 * long as they are kept (prune).
 */
export function* deleteWebhook(
  tx: DeskTransaction,
  { id, versions }: { id: string; versions?: readonly string[] },
): Steps<boolean | 'other_version'> {
  const deleted = yield* answerOf(
    tx.changeWebhook(id, function* (before): Steps<WebhookRow | 'other_version'> {
      if (isAnother(before.version, versions)) return 'other_version'
      tx.send(DELETE_SUBSCRIPTIONS, [id])
      tx.send(DELETE_NOTICES, [id])
      tx.forgetStarts(id)
      tx.unsettle(id)
      const row = yield* rowOf<WebhookRow>(tx, DELETE, [id])
      leaveShape(tx, row.shape)
      // Sealed for this row and column already.
      tx.send(KEEP_DELETED, [id, row.chatbot_id, row.url, tx.now, row.format])
      return row
    }),
  )
  return deleted === 'other_version' ? deleted : deleted !== null
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
      if (resumed) tx.send(BEGIN_ANEW, [id])
      tx.unsettle(id)
      return yield* rowOf<WebhookRow>(tx, SET_STATE, [id, state, reason, failingSince, tx.now])
    }),
  )
}

/** Its waiting deliveries are to be sent now: the road brings them forward. */
export function* markWaiting(
  tx: DeskTransaction,
  id: string,
): Steps<WebhookRow | 'wrong_state' | null> {
  return yield* answerOf(
    tx.changeWebhook(id, function* (before): Steps<WebhookRow | 'wrong_state'> {
      if (before.state !== 'active') return 'wrong_state'
      const mark: Forwarding = { at: tx.now, byHand: true, after: '' }
      // What is new goes first, as after a rest; one that rests still does until a probe is taken.
      const restedAt = before.resting_until === null ? tx.now : before.rested_at
      return yield* rowOf<WebhookRow>(tx, MARK_WAITING, [id, JSON.stringify(mark), restedAt])
    }),
  )
}

/** What was given up before `until` counts no more; null: what was given up until now. */
export function* setAside(
  tx: DeskTransaction,
  { id, until }: { id: string; until: number | null },
): Steps<WebhookRow | null> {
  return yield* answerOf(
    tx.changeWebhook(id, function* (before): Steps<WebhookRow> {
      // What ended in this very millisecond is seen by who says "all until now".
      const end = Math.min(until ?? tx.now + 1, tx.now + 1)
      const after = Math.max(before.set_aside_until ?? 0, end)
      return yield* rowOf<WebhookRow>(tx, SET_ASIDE, [id, after])
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

const FIND = 'SELECT * FROM webhooks WHERE id = $1'
const LOCK_CHATBOT = `SELECT id, name FROM chatbots WHERE id = $1 AND deleted_at IS NULL
  FOR NO KEY UPDATE`
const COUNT = 'SELECT count(*) AS count FROM webhooks WHERE chatbot_id = $1'
const LOCK_ITS_CHATBOT = `SELECT name FROM chatbots
  WHERE id = (SELECT chatbot_id FROM webhooks WHERE id = $1) FOR NO KEY UPDATE`
const SHAPE_COLUMNS = ['format', 'template', 'template_type', 'include'] as const
const MADE_AT = ['version', 'created_at', 'updated_at', 'shape']
const MADE_COLUMNS = ['id', 'chatbot_id', ...WEBHOOK_COLUMNS, 'secret', ...MADE_AT]
const INSERT = insertOf('webhooks', [...MADE_COLUMNS, ...START_COLUMNS], '*')
const UPDATE = updateOf('webhooks', [...WEBHOOK_COLUMNS, 'version', 'shape', 'updated_at'])
const DELETE = 'DELETE FROM webhooks WHERE id = $1 RETURNING *'
const KEEP_DELETED = `INSERT INTO deleted_webhooks (id, chatbot_id, url, deleted_at, format)
  VALUES ($1, $2, $3, $4, $5)`
const SET_STATE = updateOf('webhooks', ['state', 'state_reason', 'failing_since', 'updated_at'])
const SET_ASIDE = updateOf('webhooks', ['set_aside_until'])
const END_REST = `UPDATE webhooks SET ${END_REST_SET}, rested_at = $1 WHERE id = $2`
const BEGIN_ANEW = `UPDATE webhooks SET ${RESUMED_SET} WHERE id = $1`
const MARK_WAITING = updateOf('webhooks', ['forwarding', 'rested_at'])
const ROTATED_COLUMNS = ['previous_secret', 'overlap_ends_at', 'updated_at']
const ROTATE = updateOf('webhooks', ['secret', ...ROTATED_COLUMNS])
const ROTATED = updateOf('webhooks', ROTATED_COLUMNS)
const SUBSCRIBE = `INSERT INTO subscriptions (chatbot_id, event_type, webhook_id, spelling)
  VALUES ($1, $2, $3, $4)`
const DELETE_NOTICES = 'DELETE FROM notices WHERE webhook_id = $1'
const DELETE_SUBSCRIPTIONS = 'DELETE FROM subscriptions WHERE webhook_id = $1'
