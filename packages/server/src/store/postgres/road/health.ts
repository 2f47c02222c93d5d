/**
 * Webhooks' health, as a batch of attempts changes it. A row is locked only if the batch changes it
 * for sure: attempts that fail, or the first success in a second. Successes of a healthy webhook,
 * which are nearly all, then never wait for each other, on any node.
 */

import { isDoubtful } from '../../../delivery.ts'
import type { DeliveryRow } from '../../reading/rows.ts'
import type { RecordInput } from '../../road.ts'
import {
  concernsHealth,
  endOf,
  type HealthState,
  type NextState,
  nextState,
  noteGivenUp,
  noteHealth,
  whyDisable,
} from '../../rules/after-attempt.ts'
import { FAILURES_OF_ALL, noteAnswer } from '../../rules/bring-forward.ts'
import { isRecovered, type NewNotice, newNotices, noteTroubles } from '../../rules/notices.ts'
import {
  REST_COLUMNS,
  REST_FIELDS,
  type RestMove,
  type RestTold,
  restTold,
  restValues,
} from '../../rules/rest.ts'
import { column } from '../connection/parameters.ts'
import { NOW, type Transaction } from '../connection/transaction.ts'
import { noteDown } from './notices.ts'

export interface HealthRow extends HealthState {
  id: string
  chatbotId: string
}

interface Health {
  row: HealthRow
  wasFailing: boolean
  wasDoubtful: boolean
  disabledFor: string | null
  /** What is on disk of its rest. */
  rest: string
  move: RestMove | null
}

/** A success of a webhook that is well is noted once in so long. */
const SUCCESS_NOTED_EVERY_MS = 1_000

export class HealthBook {
  readonly #tx: Transaction
  readonly #webhooks = new Map<string, Health>()
  readonly #notices: NewNotice[] = []

  /** With what these attempts may change, read and locked by `touchedBy`. */
  constructor(tx: Transaction, touched: HealthRow[]) {
    this.#tx = tx
    for (const row of touched) {
      const wasFailing = row.failingSince !== null
      const rest = restValues(row).join()
      const wasDoubtful = isDoubtful(row.lastNote)
      const health = { row, wasFailing, wasDoubtful, disabledFor: null, rest, move: null }
      this.#webhooks.set(row.id, health)
    }
  }

  /** Notes the attempt and says where its delivery goes, and what is told of the rest. */
  note(row: DeliveryRow, input: RecordInput): NextState & RestTold {
    const { now } = this.#tx
    const health = this.#webhooks.get(row.webhook_id)
    const move = health ? noteAnswer(health.row, row, input, now) : null
    if (health) health.move = move ?? health.move
    let isDisabled = false
    if (health && concernsHealth(row, input)) {
      noteHealth(health.row, input, this.#tx.now)
      const reason = whyDisable(health.row, input, this.#tx.now)
      if (reason !== null) {
        isDisabled = true
        health.row.state = 'disabled'
        health.disabledFor = reason
      }
    }
    const next = nextState(row, input, { webhook: health?.row.state ?? null, now })
    if (!health) return next
    noteGivenUp(health.row, row, next, now)
    const isGivenUp = endOf(row.state, next.state) === 'exhausted'
    const types = noteTroubles(health.row, row, input, { isDisabled, isGivenUp })
    // Also where it had not failed since it was resumed: who tells of it hears that there is something.
    if (isRecovered(types)) this.#tx.webhookChanged(row.webhook_id, row.chatbot_id, 'health')
    const { failingSince } = health.row
    this.#notices.push(...newNotices(types, row, input, { failingSince, now }))
    return { ...next, ...restTold(health.row, move, now) }
  }

  /** Writes what was noted. */
  send(): void {
    const all = [...this.#webhooks.values()]
    if (all.length === 0) return
    const tx = this.#tx
    tx.send(WRITE, [
      column(all, ({ row }) => row.id),
      column(all, ({ row }) => row.failingSince),
      column(all, ({ row }) => row.consecutiveFailures),
      column(all, ({ row }) => row.lastSuccessAt),
      column(all, ({ row }) => row.lastFailureAt),
      column(all, ({ row }) => row.lastFailure),
      column(all, ({ row }) => row.recentFailures),
      column(all, ({ row }) => row.troubles),
      column(all, ({ row }) => row.givenUpAt),
      column(all, ({ row }) => row.lastFailureBy),
      column(all, ({ row }) => row.lastNote),
    ])
    noteDown(tx, this.#notices)
    const rests = all.filter(({ row, rest }) => restValues(row).join() !== rest)
    if (rests.length > 0) {
      const values = rests.map(({ row }) => restValues(row))
      const columns = REST_COLUMNS.map((_, at) => column(values, (row) => row[at] ?? null))
      tx.send(WRITE_RESTS, [column(rests, ({ row }) => row.id), ...columns])
    }
    for (const { row, wasFailing, wasDoubtful, disabledFor, move } of all) {
      if (disabledFor !== null) {
        tx.send(DISABLE, [disabledFor, tx.now, row.id])
        tx.unsettle(row.id)
      }
      if (disabledFor !== null) tx.webhookChanged(row.id, row.chatbotId, 'settings')
      else if (move !== null) tx.webhookChanged(row.id, row.chatbotId, 'rest')
      else if (
        wasFailing !== (row.failingSince !== null) ||
        wasDoubtful !== isDoubtful(row.lastNote)
      ) {
        tx.webhookChanged(row.id, row.chatbotId, 'health')
      }
    }
  }
}

/**
 * Locks what attempts will change: `tried` (SQL) has their webhooks, with `failed`, whether any of them
 * failed, `succeeded`, whether any event was delivered, and `taken_up`, whether any event or test was.
 */
export const touchedBy = (tried: string) => `SELECT w.id, w.chatbot_id AS "chatbotId", w.state,
    failing_since AS "failingSince", consecutive_failures AS "consecutiveFailures",
    last_success_at AS "lastSuccessAt", last_failure_at AS "lastFailureAt",
    last_failure AS "lastFailure", last_failure_by AS "lastFailureBy", last_note AS "lastNote",
    recent_failures AS "recentFailures", troubles, given_up_at AS "givenUpAt", ${REST_FIELDS}
  FROM webhooks w JOIN (${tried}) tried ON tried.webhook_id = w.id
  WHERE failed OR resting_until IS NOT NULL OR taken_up AND consecutive_failures >= ${FAILURES_OF_ALL}
    OR succeeded AND (failing_since IS NOT NULL OR recent_failures <> 0 OR troubles <> 0
    OR last_success_at IS NULL OR last_success_at <= ${NOW} - ${SUCCESS_NOTED_EVERY_MS})
  ORDER BY w.id FOR NO KEY UPDATE OF w`
const WRITE = `UPDATE webhooks w SET failing_since = noted.failing_since,
    consecutive_failures = noted.consecutive_failures, last_success_at = noted.last_success_at,
    last_failure_at = noted.last_failure_at, last_failure = noted.last_failure,
    recent_failures = noted.recent_failures, troubles = noted.troubles,
    given_up_at = noted.given_up_at, last_failure_by = noted.last_failure_by,
    last_note = noted.last_note
  FROM unnest($1::text[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::int[],
      $8::int[], $9::bigint[], $10::text[], $11::text[])
    AS noted (id, failing_since, consecutive_failures, last_success_at, last_failure_at,
      last_failure, recent_failures, troubles, given_up_at, last_failure_by, last_note)
  WHERE w.id = noted.id`
const WRITE_RESTS = `UPDATE webhooks w
  SET ${REST_COLUMNS.map((name) => `${name} = rest.${name}`).join(', ')}
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[],
    $8::int[], $9::bigint[], $10::bigint[], $11::text[], $12::text[]) AS rest (id, ${REST_COLUMNS.join(', ')})
  WHERE w.id = rest.id`
const DISABLE = `UPDATE webhooks SET state = 'disabled', state_reason = $1, updated_at = $2
  WHERE id = $3`
