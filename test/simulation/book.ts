/**
 * What is on disk after each commit, read straight from the engine's database and compared with what
 * was there before: states move legally, every move is told, nothing disappears, and the sums agree.
 */
import type { DeliveryState } from '../../packages/server/src/delivery.ts'
import type { Batch, BatchReply } from '../../packages/server/src/store/sqlite/engine.ts'
import type { InlinePort } from './disk.ts'
import { type Broken, isLegalMove, type Operation } from './legal-moves.ts'
import { short } from './trace.ts'

export interface DeliveryLine {
  id: string
  event_id: string
  webhook_id: string
  event_type: string
  /** The text of its shape; null: the guide's form. */
  shape: string | null
  created_at: number
  state: DeliveryState
  attempt_count: number
  series_attempts: number
  due_at: number | null
  schedule_due_at: number | null
  claimed_by: string | null
}

export interface WebhookLine {
  id: string
  state: string
  description: string
  resting_until: number | null
  probe_at: number | null
  probe_id: string | null
  rested_at: number | null
  probe_wanted: string | null
  forwarding: string | null
}

interface AttemptLine {
  id: string
  delivery_id: string
  number: number
  started_at: number
  status: number | null
}

/** A delivery that a commit made (`before` is null) or changed. */
export interface Moved {
  before: DeliveryLine | null
  after: DeliveryLine
}

/** One commit, as the checks see it. */
export interface Commit {
  calls: Batch['calls']
  replies: BatchReply['replies']
  /** In their order, the states told of a delivery. */
  told: Map<string, DeliveryState[]>
  operations: Set<Operation>
}

export class Book {
  readonly deliveries = new Map<string, DeliveryLine>()
  webhooks = new Map<string, WebhookLine>()
  readonly #broken: Broken
  /** Each row in one text: most rows of most commits are as they were. */
  readonly #texts = new Map<string, string>()
  readonly #attempts = new Map<string, AttemptLine>()
  /** Of them, those that are rows of their own. */
  readonly #inRows = new Set<string>()
  readonly #attemptCounts = new Map<string, number>()
  #eventCount = 0
  #lastSeq = 0
  #changesSeen = -1
  #port: InlinePort | null = null
  #queries: Queries = {}

  constructor(broken: Broken) {
    this.#broken = broken
  }

  /** What a commit has moved; null: nothing is written. `commit` is null after a power cut. */
  read(port: InlinePort, commit: Commit | null): Moved[] | null {
    if (port !== this.#port) this.#open(port)
    const changes = Number(this.#queries.changes?.get()?.n)
    if (changes === this.#changesSeen) return null
    this.#changesSeen = changes
    const webhooks = rows<WebhookLine>(this.#queries.webhooks)
    this.webhooks = new Map(webhooks.map((webhook) => [webhook.id, webhook]))
    const moved = this.#readDeliveries(commit)
    this.#checkParked()
    this.#readAttempts(moved)
    this.#checkSums()
    return moved
  }

  /** Whether every delivery has ended and nobody holds one. */
  isDrained(): boolean {
    return this.whatIsLeft().length === 0
  }

  whatIsLeft(): string[] {
    const left = [...this.deliveries.values()].filter((row) => isOpen(row) || row.claimed_by)
    return left.map(
      ({ id, state, due_at, claimed_by }) =>
        `${short(id)} is ${state}, due ${due_at}, claimed by ${claimed_by && short(claimed_by)}`,
    )
  }

  hasEvent(eventId: string): boolean {
    return this.#queries.event?.get(eventId) !== undefined
  }

  /** Deliveries of one event, by webhook, spelling and shape, against who subscribes now. */
  checkFanOut(event: { id: string; eventType: string; chatbotId: string }): void {
    const { subscribers, eventDeliveries } = this.#queries
    const expected = rows<{ name: string }>(subscribers, event.chatbotId, event.eventType)
    const found = rows<{ name: string }>(eventDeliveries, event.id)
    const text = (lines: { name: string }[]) => lines.map(({ name }) => name).join(', ')
    if (text(expected) === text(found)) return
    const sentence = `${short(event.id)} went to [${text(found)}], subscribed are [${text(expected)}]`
    this.#broken('nothing accepted is lost', sentence)
  }

  /** Once at the end: every attempt is still what it was when it was written. */
  audit(): void {
    for (const row of rows<AttemptLine>(this.#queries.allAttempts)) {
      const before = this.#attempts.get(row.id)
      if (JSON.stringify(before) !== JSON.stringify(row)) {
        this.#broken('attempts are append-only', `attempt ${short(row.id)} was changed`)
      }
    }
  }

  #open(port: InlinePort): void {
    this.#port = port
    this.#changesSeen = -1
    const { db } = port.engine
    this.#queries = {
      changes: db.prepare('SELECT total_changes() AS n'),
      webhooks: db.prepare(WEBHOOKS),
      texts: db.prepare(TEXTS),
      delivery: db.prepare(DELIVERY),
      attempts: db.prepare(ATTEMPTS),
      ended: db.prepare(ENDED),
      allAttempts: db.prepare(ALL_ATTEMPTS),
      sums: db.prepare(SUMS),
      forgotten: db.prepare(FORGOTTEN),
      event: db.prepare(EVENT),
      subscribers: db.prepare(SUBSCRIBERS),
      eventDeliveries: db.prepare(EVENT_DELIVERIES),
    }
  }

  #readDeliveries(commit: Commit | null): Moved[] {
    const moved: Moved[] = []
    const found = rows<{ id: string; text: string }>(this.#queries.texts)
    for (const { id, text } of found) {
      if (this.#texts.get(id) === text) continue
      this.#texts.set(id, text)
      const [after] = rows<DeliveryLine>(this.#queries.delivery, id)
      const before = this.deliveries.get(id) ?? null
      if (!after) continue
      this.deliveries.set(id, after)
      this.#checkMove(before, after, commit)
      moved.push({ before, after })
    }
    if (found.length < this.deliveries.size) {
      const sentence = `${this.deliveries.size - found.length} deliveries are gone`
      this.#broken('nothing accepted is lost', sentence)
    }
    return moved
  }

  #checkMove(before: DeliveryLine | null, row: DeliveryLine, commit: Commit | null): void {
    if (!commit) {
      if (before?.state === row.state) return
      this.#broken('states move legally', `${short(row.id)} moved in a power cut`)
      return
    }
    let from: DeliveryState | null = before?.state ?? null
    for (const to of commit.told.get(row.id) ?? []) {
      if (!isLegalMove(from, to, commit.operations)) {
        const by = [...commit.operations].join(', ')
        this.#broken('states move legally', `${short(row.id)}: ${from} to ${to} by ${by}`)
      }
      from = to
    }
    if (from !== row.state) {
      const sentence = `${short(row.id)} is ${row.state}, last told as ${from}`
      this.#broken('every change is told', sentence)
    }
  }

  /** What waits where its webhook's state doesn't allow it must be on the list of `settle`. */
  #checkParked(): void {
    const forgotten = rows<{ id: string; state: string; webhook: string | null }>(
      this.#queries.forgotten,
    )
    for (const { id, state, webhook } of forgotten) {
      const sentence = `${short(id)} is ${state}, its webhook ${webhook ?? 'deleted'}, and nobody settles it`
      this.#broken('nothing parked is forgotten', sentence)
    }
  }

  /** New rows, and what ended a delivery within its row; a resend makes a row of that. */
  #readAttempts(moved: readonly Moved[]): void {
    for (const { seq, ...row } of rows<AttemptLine & { seq: number }>(
      this.#queries.attempts,
      this.#lastSeq,
    )) {
      this.#lastSeq = seq
      this.#noteAttempt(row, 'row')
    }
    for (const { after } of moved) {
      const [row] = rows<AttemptLine>(this.#queries.ended, after.id)
      if (row && !this.#inRows.has(row.id)) this.#noteAttempt(row, 'end')
    }
  }

  #noteAttempt(row: AttemptLine, kept: 'row' | 'end'): void {
    const isKnown = this.#attempts.has(row.id)
    // What had ended a delivery is one of several now; the audit sees whether it is the same.
    const isMoved = isKnown && !this.#inRows.has(row.id)
    if (kept === 'row') this.#inRows.add(row.id)
    if (isMoved) return
    const counted = this.deliveries.get(row.delivery_id)?.attempt_count ?? 0
    const before = this.#attemptCounts.get(row.delivery_id) ?? 0
    this.#attemptCounts.set(row.delivery_id, before + 1)
    if (isKnown) {
      this.#broken('attempts are append-only', `attempt ${short(row.id)} is recorded twice`)
    }
    this.#attempts.set(row.id, row)
    if (row.number === before + 1 && row.number <= counted) return
    const sentence = `${short(row.delivery_id)} has attempt ${row.number} after ${before}, and counts ${counted}`
    this.#broken('attempts are append-only', sentence)
  }

  #checkSums(): void {
    const [sums] = rows<Sums>(this.#queries.sums)
    if (!sums) return
    const { backlog, unfinished, attempts, counted, events } = sums
    if (backlog !== unfinished) {
      const sentence = `the store counts ${backlog}, there are ${unfinished}`
      this.#broken('the backlog is counted', sentence)
    }
    if (attempts !== (counted ?? 0)) {
      const sentence = `deliveries count ${counted} attempts, there are ${attempts}`
      this.#broken('attempts are append-only', sentence)
    }
    if (events < this.#eventCount) {
      this.#broken('nothing accepted is lost', `${this.#eventCount - events} events are gone`)
    }
    this.#eventCount = events
  }
}

function isOpen({ state }: { state: DeliveryState }): boolean {
  return state === 'pending' || state === 'parked'
}

type Statement = ReturnType<InlinePort['engine']['db']['prepare']>
type Queries = { [name in QueryName]?: Statement }
type QueryName =
  | 'changes'
  | 'webhooks'
  | 'texts'
  | 'delivery'
  | 'attempts'
  | 'ended'
  | 'allAttempts'
  | 'sums'
  | 'forgotten'
  | 'event'
  | 'subscribers'
  | 'eventDeliveries'

interface Sums {
  backlog: number
  unfinished: number
  attempts: number
  /** Null without any delivery. */
  counted: number | null
  events: number
}

function rows<Row = Record<string, unknown>>(
  statement: Statement | undefined,
  ...values: (string | number)[]
): Row[] {
  return (statement?.all(...values) ?? []) as Row[]
}

const WEBHOOKS = `SELECT id, state, description, resting_until, probe_at, probe_id, rested_at,
    probe_wanted, forwarding
  FROM webhooks`
const TEXTS = `SELECT id, state || ' ' || attempt_count || ' ' || series_attempts || ' ' ||
  coalesce(due_at, '') || ' ' || coalesce(schedule_due_at, '') || ' ' || coalesce(claimed_by, '') AS text FROM deliveries`
const DELIVERY = `SELECT id, event_id, webhook_id, event_type, state, attempt_count, created_at,
  (SELECT body FROM shapes WHERE shapes.id = deliveries.shape) AS shape,
  series_attempts, due_at, schedule_due_at, claimed_by FROM deliveries WHERE id = ?`
const FORGOTTEN = `SELECT d.id, d.state, w.state AS webhook
  FROM deliveries d LEFT JOIN webhooks w ON w.id = d.webhook_id
  WHERE (d.state = 'pending' AND d.claimed_by IS NULL AND w.state IS NOT 'active'
      OR d.state = 'parked' AND coalesce(w.state, 'active') = 'active')
    AND d.webhook_id NOT IN (SELECT webhook_id FROM unsettled)`
const ATTEMPTS = `SELECT seq, id, delivery_id, number, started_at, status FROM attempts
  WHERE seq > ? ORDER BY seq`
const SUMS = `SELECT (SELECT value FROM meta WHERE key = 'backlog') AS backlog,
  count(*) FILTER (WHERE state IN ('pending', 'parked')) AS unfinished,
  (SELECT count(*) FROM all_attempts) AS attempts, sum(attempt_count) AS counted,
  (SELECT count(*) FROM events) + (SELECT count(*) FROM leads) AS events FROM deliveries`
const SUBSCRIBERS = `SELECT s.webhook_id || ' ' || s.spelling || coalesce(' ' || w.shape, '') AS name
  FROM subscriptions s JOIN webhooks w ON w.id = s.webhook_id
  WHERE s.chatbot_id = ? AND s.event_type = ? ORDER BY 1`
const EVENT_DELIVERIES = `SELECT webhook_id || ' ' || event_type || coalesce(' ' || shape, '') AS name
  FROM deliveries
  WHERE event_id = ? ORDER BY 1`
const EVENT = `SELECT 1 FROM events WHERE id = ?1
  UNION ALL SELECT 1 FROM leads WHERE id = 'lead_' || substr(?1, 5)`
const ENDED = `SELECT attempt_id AS id, id AS delivery_id, attempt_count AS number, started_at,
  last_status AS status FROM finished WHERE id = ? AND attempt_id IS NOT NULL`
const ALL_ATTEMPTS = 'SELECT id, delivery_id, number, started_at, status FROM all_attempts'
