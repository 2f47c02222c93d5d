/**
 * One transaction's shared sums: minute counts, webhooks' health and the backlog are gathered in
 * memory and written once at its end, however many attempts it records.
 */
import type { SQLInputValue } from 'node:sqlite'
import { widerAspect } from '../change.ts'
import type { HealthState } from '../rules/after-attempt.ts'
import { LATENCY_BUCKETS, latencyBucket } from '../rules/latency.ts'
import { REST_COLUMNS, REST_FIELDS, restValues } from '../rules/rest.ts'
import { LATENCIES, MINUTE_MS, SUMMED } from '../rules/rollups.ts'
import type { Change, DeliveryChange } from '../store.ts'

type Counter = 'accepted' | 'delivered' | 'exhausted' | 'cancelled' | 'attempts' | 'failedAttempts'
const COUNTERS: readonly Counter[] = [
  'accepted',
  'delivered',
  'exhausted',
  'cancelled',
  'attempts',
  'failedAttempts',
]

/** A webhook's row as recording needs it. */
export interface WebhookHealthRow extends HealthState {
  chatbotId: string
}

type WebhookUpdated = Extract<Change, { type: 'webhook.updated' }>

interface Health {
  row: WebhookHealthRow
  wasFailing: boolean
  dirty: boolean
  /** What is on disk of its rest. */
  rest: string
  restingUntil: number | null
}

interface Minute {
  chatbotId: string
  counts: Record<Counter, number>
  latency: number[]
}

/** What a transaction needs of the core that runs it. */
interface Base {
  run(sql: string, ...values: SQLInputValue[]): number
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined
  forgetWebhooks(): void
  readonly rolledUntil: number
}

export class Transaction {
  /** One instant for the whole transaction. */
  readonly now: number
  readonly wantChanges: boolean
  readonly changes: Change[] = []
  /** Webhooks with deliveries that became claimable other than by accepting or recording. */
  readonly woken = new Set<string>()
  backlogDelta = 0
  /** How far the roll-ups have come by it; null: as far as before. */
  rolledUntil: number | null = null
  /** Personal data was erased: the log should be emptied of it too. */
  erased = false
  readonly #minutes = new Map<string, Minute>()
  readonly #health = new Map<string, Health | null>()
  readonly #touched = new Map<string, WebhookUpdated>()

  constructor(now: number, wantChanges: boolean) {
    this.now = now
    this.wantChanges = wantChanges
  }

  count(webhookId: string, chatbotId: string, counter: Counter, by = 1): void {
    this.#minute(webhookId, chatbotId).counts[counter] += by
  }

  countAttempt(webhookId: string, chatbotId: string, durationMs: number, failed: boolean): void {
    const minute = this.#minute(webhookId, chatbotId)
    minute.counts.attempts += 1
    if (failed) minute.counts.failedAttempts += 1
    const bucket = latencyBucket(durationMs)
    minute.latency[bucket] = (minute.latency[bucket] ?? 0) + 1
  }

  /** Null: the webhook was deleted. What the caller changes, it must announce with `touchHealth`. */
  health(core: Base, webhookId: string): WebhookHealthRow | null {
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

  touchHealth(webhookId: string): void {
    const health = this.#health.get(webhookId)
    if (health) health.dirty = true
  }

  /** Whether it rests by what this transaction has noted; undefined: it has noted nothing. */
  isResting(webhookId: string): boolean | undefined {
    const health = this.#health.get(webhookId)
    return health ? health.row.restingUntil !== null : undefined
  }

  /** Writes the health gathered so far: to be called before anything else touches webhooks. */
  flushHealth(core: Base): void {
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
        if (row.restingUntil !== health.restingUntil) core.forgetWebhooks()
      }
      if (wasFailing !== (failingSince !== null)) {
        this.webhookChanged(core, webhookId, row.chatbotId, 'health')
      }
    }
    this.#health.clear()
  }

  deliveryChanged(chatbotId: string, delivery: DeliveryChange): void {
    if (!this.wantChanges) return
    this.changes.push({ type: 'delivery.updated', at: this.now, chatbotId, delivery })
  }

  /** Keeps a change that neither a new row nor an attempt tells of, for those who resume a stream. */
  keepDeliveryChange(core: Base, chatbotId: string, deliveryId: string): void {
    core.run(KEEP_CHANGE, this.now, 'delivery', deliveryId, chatbotId)
  }

  webhookChanged(
    core: Base,
    webhookId: string,
    chatbotId: string,
    aspect: WebhookUpdated['aspect'] = 'settings',
  ): void {
    const told = this.#touched.get(webhookId)
    if (told) {
      told.aspect = widerAspect(told.aspect, aspect)
      return
    }
    const change: WebhookUpdated = {
      type: 'webhook.updated',
      at: this.now,
      chatbotId,
      webhookId,
      aspect,
    }
    this.#touched.set(webhookId, change)
    core.run(KEEP_CHANGE, this.now, 'webhook', webhookId, chatbotId)
    if (this.wantChanges) this.changes.push(change)
  }

  /** Writes what was gathered; last thing before the commit. */
  flush(core: Base): void {
    this.flushHealth(core)
    // Where a clock was set back, the first minute that is not rolled up yet counts for this one.
    const minuteAt = Math.max(this.now - (this.now % MINUTE_MS), core.rolledUntil)
    for (const [webhookId, { chatbotId, counts, latency }] of this.#minutes) {
      const values = COUNTERS.map((counter) => counts[counter])
      core.run(ADD_MINUTE, webhookId, minuteAt, chatbotId, ...values, ...latency)
    }
    if (this.backlogDelta !== 0) core.run(ADD_BACKLOG, this.backlogDelta)
    if (this.erased) core.run(NOTE_CLEANING, this.now)
  }

  #minute(webhookId: string, chatbotId: string): Minute {
    let minute = this.#minutes.get(webhookId)
    if (minute === undefined) {
      const counts = { accepted: 0, delivered: 0, exhausted: 0, cancelled: 0 }
      minute = {
        chatbotId,
        counts: { ...counts, attempts: 0, failedAttempts: 0 },
        latency: new Array<number>(LATENCY_BUCKETS).fill(0),
      }
      this.#minutes.set(webhookId, minute)
    }
    return minute
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
const KEEP_CHANGE = 'INSERT INTO changes (at, noun, id, chatbot_id) VALUES (?, ?, ?, ?)'
const ADD_BACKLOG = `UPDATE meta SET value = value + ? WHERE key = 'backlog'`

/** Until the engine has removed it from the files, also when that is after another start. */
const NOTE_CLEANING = `INSERT INTO meta (key, value) VALUES ('cleaning_since', ?) ON CONFLICT DO NOTHING`

const SUMS = [...SUMMED, ...LATENCIES]
const ADD_MINUTE = `INSERT INTO stats_minutes (webhook_id, minute, chatbot_id, ${SUMS.join(', ')})
  VALUES (?, ?, ?, ${SUMS.map(() => '?').join(', ')})
  ON CONFLICT DO UPDATE SET ${SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`
