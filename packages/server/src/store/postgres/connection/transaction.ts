/**
 * One transaction. Minute counts, the backlog and the rows that streams resume from are gathered in
 * memory and written once at its end, however many attempts it records: rows that others add to as
 * well are touched last, in the order of their keys, so locks on them are short and never cross.
 */
import { assert } from '../../../errors.ts'
import { widerAspect } from '../../change.ts'
import { type DeliveryRow, toDeliveryChange, type WebhookRow } from '../../reading/rows.ts'
import type { Change, DeliveryChange } from '../../road.ts'
import { LATENCY_BUCKETS, type LatencyEnds, latencyBucket, widen } from '../../rules/latency.ts'
import {
  type Counter,
  LATENCIES,
  LATENCY_ENDS,
  MINUTE_MS,
  mergedEnds,
  SUMMED,
} from '../../rules/rollups.ts'
import { array, column } from './parameters.ts'
import { BACKLOG_SHARDS, STATS_SHARDS } from './schema.ts'

export type RunQuery = <Row>(sql: string, values?: readonly unknown[]) => Promise<Row[]>

interface TransactionParts {
  query: RunQuery
  control: RunQuery
  wantChanges: boolean
}

interface Minute {
  webhookId: string
  chatbotId: string
  counts: Record<Counter, number>
  latency: number[]
  ends: LatencyEnds
}

type WebhookUpdated = Extract<Change, { type: 'webhook.updated' }>
type Aspect = WebhookUpdated['aspect']

interface Kept {
  noun: 'delivery' | 'webhook'
  id: string
  chatbotId: string
}

export class Transaction {
  /** The database's clock: one instant for the whole transaction. */
  now = 0
  /** Whether each lead and attempt is told, and not only what moves otherwise. */
  readonly wantChanges: boolean
  readonly changes: Change[] = []
  /** Webhooks with deliveries that became claimable other than by accepting or recording. */
  readonly woken = new Set<string>()
  /** Webhooks with deliveries that were accepted and that nobody holds: for other nodes. */
  readonly waiting = new Set<string>()
  /** Webhooks that changed; of what is more than their health other nodes are told. */
  readonly touched = new Map<string, WebhookUpdated>()
  /** Deliveries that moved while a node held them: for the node. */
  readonly moved: string[] = []
  /** A statement that is not kept prepared: of a table that comes or goes. */
  readonly control: RunQuery
  backlogDelta = 0
  readonly #query: RunQuery
  readonly #minutes = new Map<string, Minute>()
  readonly #kept: Kept[] = []
  readonly #unsettled = new Set<string>()
  #sent: Promise<unknown>[] = []
  #begun: Promise<void> = Promise.resolve()

  constructor({ query, control, wantChanges }: TransactionParts) {
    this.#query = query
    this.control = control
    this.wantChanges = wantChanges
  }

  /**
   * Rejects with the reason of the first statement that failed: what follows one of those that were
   * only sent is told no more than that the transaction is over.
   */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const before = this.#sent.length
    try {
      const rows = await this.#query<Row>(sql, values)
      await this.#begun
      return rows
    } catch (error) {
      for (const sent of this.#sent.slice(0, before)) await sent
      throw error
    }
  }

  /** Of a row that must be there. */
  async one<Row>(sql: string, values: readonly unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(sql, values)
    assert(row, 'a row that was just read or written is there')
    return row
  }

  /** A statement whose answer nobody needs before the commit. */
  send(sql: string, values: readonly unknown[] = []): void {
    const sent = this.#query(sql, values)
    // Told by `commit`, which waits for all of them, or by a query after it; a rollback doesn't ask.
    sent.catch(() => {})
    this.#sent.push(sent)
  }

  /** What is asked for meanwhile goes along; the time is known with the first answer. */
  begin(execute: () => Promise<unknown>): Promise<void> {
    const told = Promise.all([execute(), this.#query<{ now: number }>(BEGIN, [])])
    this.#begun = told.then(([, [row]]) => {
      assert(row, 'the database tells the time')
      this.now = row.now
    })
    this.#begun.catch(() => {})
    return this.#begun
  }

  /** Writes what was gathered and commits, in one trip. */
  async commit(execute: () => Promise<unknown>): Promise<void> {
    this.#flush()
    const committed = execute()
    committed.catch(() => {})
    // The first of them that failed is the reason, not the commit that it took down.
    for (const sent of this.#sent.splice(0)) await sent
    await committed
  }

  count(webhookId: string, chatbotId: string, counter: Counter): void {
    this.#minute(webhookId, chatbotId).counts[counter] += 1
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
    this.#kept.push({ noun: 'delivery', id: row.id, chatbotId: row.chatbot_id })
    if (row.claimed_by !== null) this.moved.push(row.id)
    this.changes.push(toDeliveryChange(row, this.now))
  }

  /**
   * The one way to change a webhook's row: it is locked before `work` sees it, so that of two changes
   * at once neither is lost, and the change is told. `work` returns the row as it left it (of one that
   * it deleted, as it was), or a word for why it changed nothing. Null: there is no such webhook.
   */
  async changeWebhook<After extends WebhookRow | string>(
    id: string,
    work: (before: WebhookRow) => Promise<After>,
    aspect: Aspect = 'settings',
  ): Promise<After | null> {
    const [before] = await this.query<WebhookRow>(LOCK_WEBHOOK, [id])
    if (before === undefined) return null
    const after = await work(before)
    if (typeof after !== 'string') this.webhookChanged(id, before.chatbot_id, aspect)
    return after
  }

  /** The one way to make a webhook, which is told as a change. */
  async addWebhook(insert: () => Promise<WebhookRow>): Promise<WebhookRow> {
    const row = await insert()
    this.webhookChanged(row.id, row.chatbot_id, 'settings')
    return row
  }

  /** Of a webhook that was changed by `changeWebhook`, or with many others by health.ts. */
  webhookChanged(webhookId: string, chatbotId: string, aspect: Aspect): void {
    const told = this.touched.get(webhookId)
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
    this.touched.set(webhookId, change)
    this.#kept.push({ noun: 'webhook', id: webhookId, chatbotId })
    this.changes.push(change)
  }

  /** Marks a webhook whose deliveries are to be moved to where its state says. */
  unsettle(webhookId: string): void {
    this.#unsettled.add(webhookId)
  }

  #flush(): void {
    if (this.#unsettled.size > 0) this.send(UNSETTLE, [array([...this.#unsettled])])
    if (this.#kept.length > 0) {
      const kept = this.#kept
      const nouns = column(kept, (row) => row.noun)
      const ids = column(kept, (row) => row.id)
      this.send(KEEP_CHANGES, [this.now, nouns, ids, column(kept, (row) => row.chatbotId)])
    }
    if (this.#minutes.size > 0) {
      const minutes = [...this.#minutes.values()].sort(byWebhook)
      this.send(ADD_COUNTS, [
        this.backlogDelta,
        this.now - (this.now % MINUTE_MS),
        column(minutes, (minute) => minute.webhookId),
        column(minutes, (minute) => minute.chatbotId),
        ...SUMMED.map((counter) => column(minutes, (minute) => minute.counts[counter])),
        ...LATENCIES.map((_, bucket) => column(minutes, (minute) => minute.latency[bucket] ?? 0)),
        column(minutes, ({ ends }) => ends.min),
        column(minutes, ({ ends }) => ends.max),
      ])
    } else if (this.backlogDelta !== 0) this.send(ADD_BACKLOG, [this.backlogDelta])
  }

  #minute(webhookId: string, chatbotId: string): Minute {
    let minute = this.#minutes.get(webhookId)
    if (minute === undefined) {
      const counts = { accepted: 0, delivered: 0, exhausted: 0, cancelled: 0 }
      minute = {
        webhookId,
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

function byWebhook(a: Minute, b: Minute): number {
  return a.webhookId < b.webhookId ? -1 : 1
}

/**
 * The transaction gets its number before it reads anything, the time too: who waits for all
 * transactions below a number (settle.ts, roll-up.ts) waits for what this one decides from what it
 * read, and for what it writes under an earlier time.
 */
const BEGIN = `SELECT pg_current_xact_id()::text AS xid,
  set_config('chatzuri.now', chatzuri_now()::text, true)::bigint AS now`
/** The same instant in a statement that goes along. */
export const NOW = `(SELECT current_setting('chatzuri.now')::bigint)`

const LOCK_WEBHOOK = 'SELECT * FROM webhooks WHERE id = $1 FOR NO KEY UPDATE'
const UNSETTLE = 'INSERT INTO unsettled (webhook_id) SELECT unnest($1::text[])'
const KEEP_CHANGES = `INSERT INTO changes (at, noun, id, chatbot_id)
  SELECT $1, noun, id, chatbot_id
  FROM unnest($2::text[], $3::text[], $4::text[]) AS kept (noun, id, chatbot_id)`
/** Connections that write side by side have process ids side by side: each has a part of its own. */
const ADD_BACKLOG = `UPDATE backlog SET value = value + $1::bigint
  WHERE shard = pg_backend_pid() % ${BACKLOG_SHARDS}`

const SUMS = [...SUMMED, ...LATENCIES]
const COUNTED = [...SUMS, ...LATENCY_ENDS]
/** Where the clock was set back, the first minute that is not rolled up yet counts for this one. */
const ADD_COUNTS = `WITH unfinished AS (${ADD_BACKLOG} AND $1::bigint <> 0)
  INSERT INTO stats_minutes
    (webhook_id, minute, shard, chatbot_id, ${COUNTED.join(', ')})
  SELECT webhook_id,
    greatest($2::bigint, (SELECT value::bigint FROM meta WHERE key = 'stats_until')),
    pg_backend_pid() % ${STATS_SHARDS}, chatbot_id, ${COUNTED.join(', ')}
  FROM unnest($3::text[], $4::text[], ${COUNTED.map((_, i) => `$${i + 5}::int[]`).join(', ')})
    AS added (webhook_id, chatbot_id, ${COUNTED.join(', ')})
  ON CONFLICT (webhook_id, minute, shard) DO UPDATE
  SET ${SUMS.map((name) => `${name} = stats_minutes.${name} + excluded.${name}`).join(', ')},
    ${mergedEnds('stats_minutes')}`
