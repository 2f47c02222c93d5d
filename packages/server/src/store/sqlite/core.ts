/**
 * What every operation of the engine stands on: one database, prepared statements, and the
 * transaction that runs now. The engine is synchronous: between BEGIN and COMMIT nothing else runs.
 *
 * Invariant: what memory holds beside the database (nodes, caches, the backlog, the roll-ups'
 * end) is right for the
 * last commit; a rollback restores it.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import { assert } from '../../errors.ts'
import type { Ids } from '../../id.ts'
import type { WebhookState } from '../../webhook.ts'
import type { WebhookRow } from '../reading/rows.ts'
import { Transaction } from './transaction.ts'
import { type Aspect, WebhookBook, type WebhookHealthRow } from './webhook-book.ts'

/** A webhook that gets an event type of a chatbot. */
export interface Subscriber {
  webhookId: string
  spelling: string
  state: WebhookState
  listenerId: string | null
}

interface Claimable extends Pick<Subscriber, 'state' | 'listenerId'> {
  restingUntil: number | null
  restedAt: number | null
}

const CACHED_MAX = 50_000

export class Core {
  readonly db: DatabaseSync
  readonly clock: Clock
  readonly ids: Ids
  /** Nodes that joined, and until when on the monotonic clock their lease lasts. */
  nodes = new Map<string, number>()
  /** Unfinished deliveries at the last commit. */
  backlog: number
  /** Minutes before it are in the roll-ups: nothing is added to them any more. */
  rolledUntil: number
  #transaction: Transaction | null = null
  /** The running transaction's. */
  #book = new WebhookBook()
  readonly #statements = new Map<string, StatementSync>()
  /** Null: no such chatbot. */
  readonly #subscribers = new Map<string, Subscriber[] | null>()
  /** Null: no such webhook. */
  readonly #webhookStates = new Map<string, Claimable | null>()

  constructor(options: { db: DatabaseSync; clock: Clock; ids: Ids }) {
    this.db = options.db
    this.clock = options.clock
    this.ids = options.ids
    this.backlog = this.get<{ value: number }>(READ_BACKLOG)?.value ?? 0
    this.rolledUntil = Number(this.get<{ value: number }>(READ_ROLLED)?.value ?? 0)
  }

  /** The transaction that runs now. */
  get tx(): Transaction {
    assert(this.#transaction, 'an operation runs in a transaction')
    return this.#transaction
  }

  /** Runs `work` in one transaction: one commit, one sync. Throws with nothing written. */
  transact<T>(
    work: () => T,
    { wantChanges = false, reads = false }: { wantChanges?: boolean; reads?: boolean } = {},
  ): { value: T; tx: Transaction } {
    const nodes = new Map(this.nodes)
    // What only reads needs no right to write: where a disk gives that no more, it is still answered.
    this.db.exec(reads ? 'BEGIN' : 'BEGIN IMMEDIATE')
    const tx = new Transaction(this.clock.now(), wantChanges)
    this.#transaction = tx
    this.#book = new WebhookBook()
    try {
      const value = work()
      this.#flushHealth()
      tx.flush(this)
      this.db.exec('COMMIT')
      this.backlog += tx.backlogDelta
      this.rolledUntil = tx.rolledUntil ?? this.rolledUntil
      return { value, tx }
    } catch (error) {
      // A full disk rolls back by itself.
      if (this.db.isTransaction) this.db.exec('ROLLBACK')
      this.nodes = nodes
      this.#forgetWebhooks()
      throw error
    } finally {
      this.#transaction = null
    }
  }

  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes)
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined
  }

  /** Of a row that must be there. */
  one<Row>(sql: string, ...values: SQLInputValue[]): Row {
    const row = this.get<Row>(sql, ...values)
    assert(row !== undefined, 'a row that was just read or written is there')
    return row
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[]
  }

  /** Every statement that has run, for a test that looks at their plans. */
  statements(): string[] {
    return [...this.#statements.keys()]
  }

  /** Webhooks that get this event type, or null without such a chatbot. */
  subscribers(chatbotId: string, eventType: string): Subscriber[] | null {
    const key = `${chatbotId} ${eventType}`
    let found = this.#subscribers.get(key)
    if (found === undefined) {
      const exists = this.get(LIVE_CHATBOT, chatbotId) !== undefined
      found = exists ? this.all<Subscriber>(SUBSCRIBERS, chatbotId, eventType) : null
      if (this.#subscribers.size >= CACHED_MAX) this.#subscribers.clear()
      this.#subscribers.set(key, found)
    }
    return found
  }

  webhookState(webhookId: string): WebhookState | null {
    return this.#claimable(webhookId)?.state ?? null
  }

  /** Where somebody listens, nobody else claims. */
  mayClaim(webhookId: string, nodeId: string): boolean {
    const webhook = this.#claimable(webhookId)
    if (webhook?.state !== 'active') return false
    return webhook.listenerId === null || webhook.listenerId === nodeId
  }

  isResting(webhookId: string): boolean {
    const noted = this.#book.isResting(webhookId)
    return noted ?? (this.#claimable(webhookId)?.restingUntil ?? null) !== null
  }

  /** When its last rest or pause ended. */
  restedAt(webhookId: string): number | null {
    return this.#claimable(webhookId)?.restedAt ?? null
  }

  #claimable(webhookId: string): Claimable | null {
    let found = this.#webhookStates.get(webhookId)
    if (found === undefined) {
      found = this.get<Claimable>(WEBHOOK_STATE, webhookId) ?? null
      if (this.#webhookStates.size >= CACHED_MAX) this.#webhookStates.clear()
      this.#webhookStates.set(webhookId, found)
    }
    return found
  }

  /**
   * The one way to change a webhook's row: what was noted of its health is written before `work` sees
   * it, what memory knew of it is forgotten after, and the change is told. `work` returns the row as
   * it left it (of one that it deleted, as it was), or a word for why it changed nothing. Null: there
   * is no such webhook.
   */
  changeWebhook<After extends WebhookRow | string>(
    id: string,
    work: (before: WebhookRow) => After,
    aspect: Aspect = 'settings',
  ): After | null {
    this.#flushHealth()
    const before = this.get<WebhookRow>(READ_WEBHOOK, id)
    if (before === undefined) return null
    const after = work(before)
    this.#forgetWebhooks()
    if (typeof after !== 'string') this.#book.tell(this, id, before.chatbot_id, aspect)
    return after
  }

  /** The one way to make a webhook, which is told as a change. */
  addWebhook(insert: () => WebhookRow): WebhookRow {
    const row = insert()
    this.#forgetWebhooks()
    this.#book.tell(this, row.id, row.chatbot_id, 'settings')
    return row
  }

  /** The one way to make or delete a chatbot: memory knows which of them exist. */
  changeChatbots<T>(work: () => T): T {
    const done = work()
    this.#forgetWebhooks()
    return done
  }

  /** Marks a webhook whose deliveries are to be moved to where its state says. */
  unsettle(webhookId: string): void {
    this.run(UNSETTLE, webhookId)
  }

  /**
   * A webhook's health and rest as this transaction has noted them. What the caller changes, it must
   * announce with `touchHealth`. Null: the webhook was deleted.
   */
  health(webhookId: string): WebhookHealthRow | null {
    return this.#book.health(this, webhookId)
  }

  /** It is written before the commit, and told at once where a rest began, moved or ended. */
  touchHealth(webhookId: string, rest?: { chatbotId: string }): void {
    this.#book.touch(webhookId)
    if (rest) this.#book.tell(this, webhookId, rest.chatbotId, 'rest')
  }

  #flushHealth(): void {
    const isAnotherRest = this.#book.flush(this)
    if (isAnotherRest) this.#forgetWebhooks()
  }

  #forgetWebhooks(): void {
    this.#subscribers.clear()
    this.#webhookStates.clear()
  }

  /** Whether the node's lease is live. */
  isLive(nodeId: string): boolean {
    const until = this.nodes.get(nodeId)
    return until !== undefined && until > this.clock.monotonic()
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

const READ_BACKLOG = `SELECT value FROM meta WHERE key = 'backlog'`
const READ_ROLLED = `SELECT value FROM meta WHERE key = 'stats_until'`
const READ_WEBHOOK = 'SELECT * FROM webhooks WHERE id = ?'
const UNSETTLE = 'INSERT INTO unsettled (webhook_id) VALUES (?) ON CONFLICT DO NOTHING'
const LIVE_CHATBOT = 'SELECT 1 FROM chatbots WHERE id = ? AND deleted_at IS NULL'
const WEBHOOK_STATE = `SELECT state, listener_id AS listenerId, resting_until AS restingUntil,
    rested_at AS restedAt
  FROM webhooks WHERE id = ?`
const SUBSCRIBERS = `SELECT s.webhook_id AS webhookId, s.spelling, w.state,
    w.listener_id AS listenerId
  FROM subscriptions s JOIN webhooks w ON w.id = s.webhook_id
  WHERE s.chatbot_id = ? AND s.event_type = ? ORDER BY s.webhook_id`
