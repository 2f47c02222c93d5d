/**
 * What one transaction notes of webhooks: the health that its attempts change, gathered in memory and
 * written at once, however many they are; and which webhooks it tells of.
 */
import { widerAspect } from '../change.ts'
import type { Change } from '../road.ts'
import type { HealthState } from '../rules/after-attempt.ts'
import { REST_COLUMNS, REST_FIELDS, restValues } from '../rules/rest.ts'
import type { Core } from './core.ts'

/** A webhook's row as recording needs it. */
export interface WebhookHealthRow extends HealthState {
  chatbotId: string
}

type WebhookUpdated = Extract<Change, { type: 'webhook.updated' }>
export type Aspect = WebhookUpdated['aspect']

interface Health {
  row: WebhookHealthRow
  wasFailing: boolean
  dirty: boolean
  /** What is on disk of its rest. */
  rest: string
  restingUntil: number | null
}

export class WebhookBook {
  readonly #health = new Map<string, Health | null>()
  readonly #told = new Map<string, WebhookUpdated>()

  /** Null: the webhook was deleted. What the caller changes, it must announce with `touch`. */
  health(core: Core, webhookId: string): WebhookHealthRow | null {
    let health = this.#health.get(webhookId)
    if (health === undefined) {
      const row = core.get<WebhookHealthRow>(READ_HEALTH, webhookId)
      health = row
        ? {
            row,
            wasFailing: row.failingSince !== null,
            dirty: false,
            rest: restValues(row).join(),
            restingUntil: row.restingUntil,
          }
        : null
      this.#health.set(webhookId, health)
    }
    return health?.row ?? null
  }

  touch(webhookId: string): void {
    const health = this.#health.get(webhookId)
    if (health) health.dirty = true
  }

  /** Whether it rests by what was noted; undefined: nothing was. */
  isResting(webhookId: string): boolean | undefined {
    const health = this.#health.get(webhookId)
    return health ? health.row.restingUntil !== null : undefined
  }

  /** Writes the health that was noted; whether a rest began or ended. */
  flush(core: Core): boolean {
    let isAnotherRest = false
    for (const [webhookId, health] of this.#health) {
      if (!health?.dirty) continue
      const { row, wasFailing } = health
      const { failingSince, consecutiveFailures } = row
      const { lastSuccessAt, lastFailureAt, lastFailure } = row
      core.run(
        WRITE_HEALTH,
        failingSince,
        consecutiveFailures,
        lastSuccessAt,
        lastFailureAt,
        lastFailure,
        webhookId,
      )
      const rest = restValues(row)
      if (rest.join() !== health.rest) {
        core.run(WRITE_REST, ...rest, webhookId)
        if (row.restingUntil !== health.restingUntil) isAnotherRest = true
      }
      if (wasFailing !== (failingSince !== null))
        this.tell(core, webhookId, row.chatbotId, 'health')
    }
    this.#health.clear()
    return isAnotherRest
  }

  tell(core: Core, webhookId: string, chatbotId: string, aspect: Aspect): void {
    const told = this.#told.get(webhookId)
    if (told) {
      told.aspect = widerAspect(told.aspect, aspect)
      return
    }
    const { tx } = core
    const change: WebhookUpdated = {
      type: 'webhook.updated',
      at: tx.now,
      chatbotId,
      webhookId,
      aspect,
    }
    this.#told.set(webhookId, change)
    core.run(KEEP_CHANGE, tx.now, 'webhook', webhookId, chatbotId)
    if (tx.wantChanges) tx.changes.push(change)
  }
}

const READ_HEALTH = `SELECT chatbot_id AS chatbotId, state, failing_since AS failingSince,
    consecutive_failures AS consecutiveFailures, last_success_at AS lastSuccessAt,
    last_failure_at AS lastFailureAt, last_failure AS lastFailure, ${REST_FIELDS}
  FROM webhooks WHERE id = ?`
const WRITE_HEALTH = `UPDATE webhooks SET failing_since = ?, consecutive_failures = ?,
  last_success_at = ?, last_failure_at = ?, last_failure = ? WHERE id = ?`
const WRITE_REST = `UPDATE webhooks SET ${REST_COLUMNS.map((name) => `${name} = ?`).join(', ')}
  WHERE id = ?`
/** Kept for those who resume a stream. */
export const KEEP_CHANGE = 'INSERT INTO changes (at, noun, id, chatbot_id) VALUES (?, ?, ?, ?)'
