/**
 * One transaction's shared sums and what it tells. Minute counts and the backlog are gathered in
 * memory and written once at its end, however many attempts it records.
 */
import { widerAspect } from '../change.ts'
import { type DeliveryRow, toDeliveryChange } from '../reading/rows.ts'
import type { Change, DeliveryChange } from '../road.ts'
import { LATENCY_BUCKETS, type LatencyEnds, latencyBucket, widen } from '../rules/latency.ts'
import {
  type Counter,
  LATENCIES,
  LATENCY_ENDS,
  MINUTE_MS,
  mergedEnds,
  SUMMED,
} from '../rules/rollups.ts'
import type { Statements } from './statements.ts'

type WebhookUpdated = Extract<Change, { type: 'webhook.updated' }>
export type Aspect = WebhookUpdated['aspect']

interface Minute {
  chatbotId: string
  counts: Record<Counter, number>
  latency: number[]
  ends: LatencyEnds
}

export class Transaction {
  /** One instant for the whole transaction. */
  readonly now: number
  /** Whether each lead and attempt is told, and not only what moves otherwise. */
  readonly wantChanges: boolean
  readonly changes: Change[] = []
  /** Webhooks with deliveries that became claimable other than by accepting or recording. */
  readonly woken = new Set<string>()
  backlogDelta = 0
  /** How far the roll-ups have come by it; null: as far as before. */
  rolledUntil: number | null = null
  /** Personal data was erased: the log should be emptied of it too. */
  erased = false
  readonly #sql: Statements
  readonly #minutes = new Map<string, Minute>()
  readonly #touched = new Map<string, WebhookUpdated>()

  constructor(sql: Statements, { now, wantChanges }: { now: number; wantChanges: boolean }) {
    this.#sql = sql
    this.now = now
    this.wantChanges = wantChanges
  }

  count(webhookId: string, chatbotId: string, counter: Counter, by = 1): void {
    this.#minute(webhookId, chatbotId).counts[counter] += by
  }

  countAttempt(webhookId: string, chatbotId: string, durationMs: number, failed: boolean): void {
    const minute = this.#minute(webhookId, chatbotId)
    minute.counts.attempts += 1
    if (failed) minute.counts.failed_attempts += 1
    const bucket = latencyBucket(durationMs)
    minute.latency[bucket] = (minute.latency[bucket] ?? 0) + 1
    widen(minute.ends, durationMs)
  }

  /** Tells of a delivery whose new row or attempt tells of it later. */
  deliveryChanged(chatbotId: string, delivery: DeliveryChange): void {
    if (!this.wantChanges) return
    this.changes.push({ type: 'delivery.updated', at: this.now, chatbotId, delivery })
  }

  /** Tells of a delivery that moved, and keeps that for those who resume a stream. */
  deliveryMoved(row: DeliveryRow): void {
    this.#sql.run(KEEP_CHANGE, this.now, 'delivery', row.id, row.chatbot_id)
    this.changes.push(toDeliveryChange(row, this.now))
  }

  /** Of a webhook that was changed by `changeWebhook`, or by attempts. */
  webhookChanged(webhookId: string, chatbotId: string, aspect: Aspect): void {
    const told = this.#touched.get(webhookId)
    if (told) {
      told.aspect = widerAspect(told.aspect, aspect)
      return
    }
    const at = this.now
    const change: WebhookUpdated = { type: 'webhook.updated', at, chatbotId, webhookId, aspect }
    this.#touched.set(webhookId, change)
    this.#sql.run(KEEP_CHANGE, at, 'webhook', webhookId, chatbotId)
    this.changes.push(change)
  }

  /** Writes what was gathered, its minute no earlier than `minuteMin`; last thing before the commit. */
  flush(minuteMin: number): void {
    const minuteAt = Math.max(this.now - (this.now % MINUTE_MS), minuteMin)
    for (const [webhookId, { chatbotId, counts, latency, ends }] of this.#minutes) {
      const values = SUMMED.map((counter) => counts[counter])
      const sums = [...values, ...latency]
      this.#sql.run(ADD_MINUTE, webhookId, minuteAt, chatbotId, ...sums, ends.min, ends.max)
    }
    if (this.backlogDelta !== 0) this.#sql.run(ADD_BACKLOG, this.backlogDelta)
    if (this.erased) this.#sql.run(NOTE_CLEANING, this.now)
  }

  #minute(webhookId: string, chatbotId: string): Minute {
    let minute = this.#minutes.get(webhookId)
    if (minute === undefined) {
      const counts = { accepted: 0, delivered: 0, exhausted: 0, cancelled: 0 }
      minute = {
        chatbotId,
        counts: { ...counts, attempts: 0, failed_attempts: 0 },
        latency: new Array<number>(LATENCY_BUCKETS).fill(0),
        ends: { min: null, max: null },
      }
      this.#minutes.set(webhookId, minute)
    }
    return minute
  }
}

/** For those who resume a stream. */
const KEEP_CHANGE = 'INSERT INTO changes (at, noun, id, chatbot_id) VALUES (?, ?, ?, ?)'
const ADD_BACKLOG = `UPDATE meta SET value = value + ? WHERE key = 'backlog'`

/** Until the engine has removed it from the files, also when that is after another start. */
const NOTE_CLEANING = `INSERT INTO meta (key, value) VALUES ('cleaning_since', ?) ON CONFLICT DO NOTHING`

const SUMS = [...SUMMED, ...LATENCIES]
const COUNTED = [...SUMS, ...LATENCY_ENDS]
const ADD_MINUTE = `INSERT INTO stats_minutes (webhook_id, minute, chatbot_id, ${COUNTED.join(', ')})
  VALUES (?, ?, ?, ${COUNTED.map(() => '?').join(', ')})
  ON CONFLICT DO UPDATE SET ${SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')},
    ${mergedEnds('stats_minutes')}`
