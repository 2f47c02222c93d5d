/**
 * What every operation of the engine stands on: one database, its statements, and the transaction
 * that runs now. The engine is synchronous: between BEGIN and COMMIT nothing else runs.
 *
 * Invariant: what memory holds beside the database (nodes, caches, the backlog, the roll-ups' end)
 * is right for the last commit; a rollback restores it.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import { assert } from '../../errors.ts'
import type { Ids } from '../../id.ts'
import { entriesTaking, spelledBy } from '../../subscription.ts'
import type { WebhookState } from '../../webhook.ts'
import type { DeliveryRow, WebhookRow } from '../reading/rows.ts'
import { HealthBook, type HealthRow } from './road/health.ts'
import { Statements } from './statements.ts'
import { type Aspect, Transaction } from './transaction.ts'

/** A webhook that gets an event type of a chatbot. */
export interface Subscriber {
  webhookId: string
  spelling: string
  state: WebhookState
  listenerId: string | null
  /** Of its shape: its id, and what it says (wants/shape.ts); null: the guide's form. */
  shape: string | null
  shapeBody: string | null
  /** JSON; null: it wants all of its types. */
  filter: string | null
}

interface Claimable extends Pick<Subscriber, 'state' | 'listenerId'> {
  restingUntil: number | null
  restedAt: number | null
}

const CACHED_MAX = 50_000

export class Core extends Statements {
  readonly clock: Clock
  readonly ids: Ids
  /** Nodes that joined, and until when on the monotonic clock their lease lasts. */
  nodes = new Map<string, number>()
  /** Unfinished deliveries at the last commit. */
  backlog: number
  /** Minutes before it are in the roll-ups: nothing is added to them any more. */
  rolledUntil: number
  /** Of webhooks' rates: until when each bucket is empty, on the monotonic clock (road/starts.ts). */
  readonly buckets: { startedAt: number; forgetAt: number; emptyAt: Map<string, number> }
  /**
   * Rows of `claimed`, as this process wrote them: a record needs no look at the disk. Those that are
   * not here are read.
   */
  readonly claimed = new Map<string, DeliveryRow>()
  #transaction: Transaction | null = null
  /** Of the transaction that runs now. */
  #health = new HealthBook(this)
  #lastSet: { of: readonly string[]; set: ReadonlySet<string> } = { of: [], set: new Set() }
  /** Null: no such chatbot. */
  readonly #subscribers = new Map<string, Subscriber[] | null>()
  /** Null: no such webhook. */
  readonly #webhookStates = new Map<string, Claimable | null>()

  constructor(options: { db: DatabaseSync; clock: Clock; ids: Ids }) {
    super(options.db)
    this.clock = options.clock
    this.ids = options.ids
    const startedAt = this.clock.monotonic()
    this.buckets = { startedAt, forgetAt: startedAt, emptyAt: new Map() }
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
    const tx = new Transaction(this, { now: this.clock.now(), wantChanges })
    this.#transaction = tx
    this.#health = new HealthBook(this)
    try {
      const value = work()
      this.#flushHealth(tx)
      // Where a clock was set back, the first minute that is not rolled up yet counts for this one.
      tx.flush(this.rolledUntil)
      this.db.exec('COMMIT')
      this.backlog += tx.backlogDelta
      this.rolledUntil = tx.rolledUntil ?? this.rolledUntil
      return { value, tx }
    } catch (error) {
      // A full disk rolls back by itself.
      if (this.db.isTransaction) this.db.exec('ROLLBACK')
      this.nodes = nodes
      this.claimed.clear()
      this.#forgetWebhooks()
      throw error
    } finally {
      this.#transaction = null
    }
  }

  /** Webhooks that get this event type, or null without such a chatbot. */
  subscribers(chatbotId: string, eventType: string): Subscriber[] | null {
    const key = `${chatbotId} ${eventType}`
    let found = this.#subscribers.get(key)
    if (found === undefined) {
      const exists = this.get(LIVE_CHATBOT, chatbotId) !== undefined
      found = exists ? this.#subscribersOf(chatbotId, eventType) : null
      if (this.#subscribers.size >= CACHED_MAX) this.#subscribers.clear()
      this.#subscribers.set(key, found)
    }
    return found
  }

  #subscribersOf(chatbotId: string, eventType: string): Subscriber[] {
    const entries = JSON.stringify(entriesTaking(eventType))
    const found = this.all<Subscriber>(SUBSCRIBERS, chatbotId, entries)
    return found.map((each) => ({ ...each, spelling: spelledBy(each.spelling, eventType) }))
  }

  webhookState(webhookId: string): WebhookState | null {
    return this.#claimable(webhookId)?.state ?? null
  }

  /** Whether the node's lease is live. */
  isLive(nodeId: string): boolean {
    const until = this.nodes.get(nodeId)
    return until !== undefined && until > this.clock.monotonic()
  }

  /** Where somebody listens, nobody else claims. */
  mayClaim(webhookId: string, nodeId: string): boolean {
    const webhook = this.#claimable(webhookId)
    if (webhook?.state !== 'active') return false
    return webhook.listenerId === null || webhook.listenerId === nodeId
  }

  isResting(webhookId: string): boolean {
    const noted = this.#health.isResting(webhookId)
    return noted ?? (this.#claimable(webhookId)?.restingUntil ?? null) !== null
  }

  /** When its last rest or pause ended. */
  restedAt(webhookId: string): number | null {
    return this.#claimable(webhookId)?.restedAt ?? null
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
    const { tx } = this
    this.#flushHealth(tx)
    const before = this.get<WebhookRow>(READ_WEBHOOK, id)
    if (before === undefined) return null
    const after = work(before)
    this.#forgetWebhooks()
    if (typeof after !== 'string') tx.webhookChanged(id, before.chatbot_id, aspect)
    return after
  }

  /** The one way to make a webhook, which is told as a change. */
  addWebhook(insert: () => WebhookRow): WebhookRow {
    const row = insert()
    this.#forgetWebhooks()
    this.tx.webhookChanged(row.id, row.chatbot_id, 'settings')
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
  health(webhookId: string): HealthRow | null {
    return this.#health.get(webhookId)
  }

  /** It is written before the commit. */
  touchHealth(webhookId: string): void {
    this.#health.touch(webhookId)
  }

  /** Lists that come with many calls of a batch are mostly one and the same. */
  asSet(list: readonly string[]): ReadonlySet<string> {
    if (this.#lastSet.of !== list) this.#lastSet = { of: list, set: new Set(list) }
    return this.#lastSet.set
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

  #flushHealth(tx: Transaction): void {
    const isAnotherRest = this.#health.flush(tx)
    if (isAnotherRest) this.#forgetWebhooks()
  }

  #forgetWebhooks(): void {
    this.#subscribers.clear()
    this.#webhookStates.clear()
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
    w.listener_id AS listenerId, w.shape, (SELECT body FROM shapes WHERE id = w.shape) AS shapeBody,
    nullif(w.filter, 'null') AS filter
  FROM subscriptions s JOIN webhooks w ON w.id = s.webhook_id
  WHERE s.chatbot_id = ? AND s.event_type IN (SELECT value FROM json_each(?)) ORDER BY s.webhook_id`
