/**
 * Webhooks' health, as one transaction's attempts change it: gathered in memory and written at once,
 * however many they are. When it is written, and what is forgotten then, only the core decides.
 */
import { isDoubtful } from '../../../delivery.ts'
import type { HealthState } from '../../rules/after-attempt.ts'
import { REST_COLUMNS, REST_FIELDS, restValues } from '../../rules/rest.ts'
import type { Statements } from '../statements.ts'
import type { Transaction } from '../transaction.ts'

/** A webhook's row as recording needs it. */
export interface HealthRow extends HealthState {
  chatbotId: string
}

interface Health {
  row: HealthRow
  wasFailing: boolean
  wasDoubtful: boolean
  dirty: boolean
  /** What is on disk of its rest. */
  rest: string
  restingUntil: number | null
  restedAt: number | null
}

export class HealthBook {
  readonly #sql: Statements
  readonly #webhooks = new Map<string, Health | null>()

  constructor(sql: Statements) {
    this.#sql = sql
  }

  /** Null: the webhook was deleted. What the caller changes, it must announce with `touch`. */
  get(webhookId: string): HealthRow | null {
    let health = this.#webhooks.get(webhookId)
    if (health === undefined) {
      const row = this.#sql.get<HealthRow>(READ_HEALTH, webhookId)
      health = row
        ? {
            row,
            wasFailing: row.failingSince !== null,
            wasDoubtful: isDoubtful(row.lastNote),
            dirty: false,
            rest: restValues(row).join(),
            restingUntil: row.restingUntil,
            restedAt: row.restedAt,
          }
        : null
      this.#webhooks.set(webhookId, health)
    }
    return health?.row ?? null
  }

  touch(webhookId: string): void {
    const health = this.#webhooks.get(webhookId)
    if (health) health.dirty = true
  }

  /** Whether it rests by what was noted; undefined: nothing was. */
  isResting(webhookId: string): boolean | undefined {
    const health = this.#webhooks.get(webhookId)
    return health ? health.row.restingUntil !== null : undefined
  }

  /** Writes the health that was noted; whether a rest began or ended. */
  flush(tx: Transaction): boolean {
    let isAnotherRest = false
    for (const [webhookId, health] of this.#webhooks) {
      if (!health?.dirty) continue
      const { row, wasFailing, wasDoubtful } = health
      const { failingSince, consecutiveFailures } = row
      const { lastSuccessAt, lastFailureAt, lastFailure, lastFailureBy, lastNote, givenUpAt } = row
      this.#sql.run(
        WRITE_HEALTH,
        failingSince,
        consecutiveFailures,
        lastSuccessAt,
        lastFailureAt,
        lastFailure,
        row.recentFailures,
        row.troubles,
        givenUpAt,
        lastFailureBy,
        lastNote,
        webhookId,
      )
      const rest = restValues(row)
      if (rest.join() !== health.rest) {
        this.#sql.run(WRITE_REST, ...rest, webhookId)
        if (row.restingUntil !== health.restingUntil) isAnotherRest = true
        // It began and ended in one batch.
        if (row.restedAt !== health.restedAt) isAnotherRest = true
      }
      if (wasFailing !== (failingSince !== null) || wasDoubtful !== isDoubtful(lastNote)) {
        tx.webhookChanged(webhookId, row.chatbotId, 'health')
      }
    }
    this.#webhooks.clear()
    return isAnotherRest
  }
}

const READ_HEALTH = `SELECT chatbot_id AS chatbotId, state, failing_since AS failingSince,
    consecutive_failures AS consecutiveFailures, last_success_at AS lastSuccessAt,
    last_failure_at AS lastFailureAt, last_failure AS lastFailure,
    last_failure_by AS lastFailureBy, last_note AS lastNote, recent_failures AS recentFailures,
    troubles, given_up_at AS givenUpAt, ${REST_FIELDS}
  FROM webhooks WHERE id = ?`
const WRITE_HEALTH = `UPDATE webhooks SET failing_since = ?, consecutive_failures = ?,
  last_success_at = ?, last_failure_at = ?, last_failure = ?, recent_failures = ?,
  troubles = ?, given_up_at = ?, last_failure_by = ?, last_note = ? WHERE id = ?`
const WRITE_REST = `UPDATE webhooks SET ${REST_COLUMNS.map((name) => `${name} = ?`).join(', ')}
  WHERE id = ?`
