/**
 * What other nodes changed, told to this node's listeners.
 *
 * Settings and the moves of deliveries that this node holds come as messages. Every delivery and
 * lead of every node would be too much for messages: for those who follow all of it (the stream of
 * a dashboard) the same queries that resume a stream are asked once a second, and only while
 * somebody follows.
 *
 * A message may be lost, and with it that a delivery whose payload this node holds was cancelled or
 * erased. So after a gap, and now and then without one, the node looks at all that it holds. Nothing
 * is asked again right before a request: that would be a query for each.
 */
import type { Clock } from '../../../clock.ts'
import type { Log } from '../../../log.ts'
import type { Desk } from '../../desk.ts'
import { type DeliveryRow, toDeliveryChange } from '../../reading/rows.ts'
import type { Change, ChangePage, ChangePlace } from '../../road.ts'
import type { Database } from '../connection/database.ts'
import { reasonOf } from '../connection/faults.ts'
import { array } from '../connection/parameters.ts'
import { lanesWaiting } from '../road/lanes-waiting.ts'
import { CLAIMED_ROW } from '../road/rows.ts'
import type { Message } from './messages.ts'

interface OthersChangesOptions {
  database: Database
  desk: Pick<Desk, 'changesSince'>
  clock: Clock
  log: Log
  tell(change: Change): void
  wake(webhookIds: string[]): void
  /** The ids under which this process claims; those of terms that it lost hold nothing any more. */
  ownNodes(): string[]
}

const POLL_MS = 1_000
const POLL_CHANGES_MAX = 1_000
/** Transactions that commit side by side may carry instants in another order. */
const OVERLAP_MS = 3_000
const GAP_MS_MAX = 3_600_000
const LOOK_RETRY_MS = 1_000
/** A node that dies right after a commit has told nobody of it, and no connection was lost. */
const HELD_EVERY_MS = 30_000

export class OthersChanges {
  readonly #options: OthersChangesOptions
  #followers = 0
  /** Told already, by key and instant: the polls overlap, and see this node's own changes too. */
  readonly #told = new Map<string, number>()
  #cursorMs = 0
  #lookedMs = 0
  #cancelPoll: (() => void) | null = null
  #cancelRetry: (() => void) | null = null
  #cancelHeld: (() => void) | null = null
  #closed = false

  constructor(options: OthersChangesOptions) {
    this.#options = options
  }

  start(): void {
    this.#lookAtHeldLater()
  }

  /** Notes what this node's own commits told. */
  told(change: Change): void {
    if (this.#followers > 0) this.#told.set(keyOf(change), change.at)
  }

  /** Returns what ends it. */
  follow(): () => void {
    this.#followers += 1
    if (this.#followers === 1) {
      this.#cursorMs = this.#options.database.nowMs
      this.#pollLater()
    }
    let following = true
    return () => {
      if (!following) return
      following = false
      this.#followers -= 1
      if (this.#followers > 0) return
      this.#cancelPoll?.()
      this.#told.clear()
    }
  }

  hear({ waiting, touched, moved }: Message): void {
    const at = this.#options.database.nowMs
    for (const [webhookId, chatbotId] of touched) {
      this.#tellWebhook(webhookId, chatbotId, at)
    }
    if (waiting.length > 0) this.#options.wake(waiting)
    if (moved.length > 0) this.#run(() => this.#readMoved(moved), this.#lookLater)
  }

  /** Messages were missed: look for what they would have told. */
  look(): void {
    this.#run(async () => {
      await this.#lookAtHeld()
      const { database, wake } = this.#options
      const since = Math.max(this.#lookedMs - OVERLAP_MS, database.nowMs - GAP_MS_MAX)
      const rows = await database.query<MissedRow>(MISSED, [since])
      this.#lookedMs = database.nowMs
      for (const { id, at, chatbot_id: chatbotId } of rows) {
        this.#tellWebhook(id, chatbotId, at)
      }
      const lanes = await lanesWaiting(database)
      if (lanes.length > 0) wake(lanes.map((lane) => lane.webhookId))
    }, this.#lookLater)
  }

  close(): void {
    this.#closed = true
    this.#cancelPoll?.()
    this.#cancelRetry?.()
    this.#cancelHeld?.()
  }

  /** What could not be read is a gap like any other. */
  readonly #lookLater = (): void => {
    this.#cancelRetry?.()
    this.#cancelRetry = this.#options.clock.setTimer(LOOK_RETRY_MS, () => this.look())
  }

  #lookAtHeldLater(): void {
    if (this.#closed) return
    this.#cancelHeld = this.#options.clock.setTimer(HELD_EVERY_MS, () => {
      this.#run(async () => {
        try {
          await this.#lookAtHeld()
        } finally {
          this.#lookAtHeldLater()
        }
      })
    })
  }

  /** Told again while an attempt of it is open: nothing follows from that. */
  async #lookAtHeld(): Promise<void> {
    const nodeIds = this.#options.ownNodes()
    if (nodeIds.length === 0) return
    const rows = await this.#options.database.query<DeliveryRow>(HELD_AND_MOVED, [array(nodeIds)])
    this.#tellMoved(rows)
  }

  async #readMoved(ids: string[]): Promise<void> {
    this.#tellMoved(await this.#options.database.query<DeliveryRow>(MOVED, [array(ids)]))
  }

  #tellMoved(rows: DeliveryRow[]): void {
    for (const row of rows) this.#tell(toDeliveryChange(row, row.updated_at))
  }

  #pollLater(): void {
    if (this.#closed || this.#followers === 0) return
    this.#cancelPoll = this.#options.clock.setTimer(POLL_MS, () => {
      this.#run(async () => {
        try {
          await this.#poll()
        } finally {
          this.#pollLater()
        }
      })
    })
  }

  async #poll(): Promise<void> {
    const since = this.#cursorMs - OVERLAP_MS
    // To the end: more than a page within the overlap would otherwise be the same page for ever.
    for (let place: number | ChangePlace | null = since; place !== null; ) {
      const page: ChangePage = await this.#options.desk.changesSince(place, POLL_CHANGES_MAX)
      if (this.#closed || this.#followers === 0) return
      for (const change of page.changes) {
        this.#cursorMs = Math.max(this.#cursorMs, change.at)
        if (!this.#told.has(keyOf(change))) this.#tell(change)
      }
      place = page.next
    }
    for (const [key, at] of this.#told) if (at < since - OVERLAP_MS) this.#told.delete(key)
  }

  #tellWebhook(webhookId: string, chatbotId: string, at: number): void {
    this.#tell({ type: 'webhook.updated', at, chatbotId, webhookId, aspect: 'settings' })
  }

  #tell(change: Change): void {
    this.told(change)
    this.#options.tell(change)
  }

  #run(work: () => Promise<void>, onFailure = () => {}): void {
    work().catch((error: unknown) => {
      if (this.#closed) return
      this.#options.log.warn({ error: reasonOf(error) }, 'others.unread')
      onFailure()
    })
  }
}

interface MissedRow {
  id: string
  chatbot_id: string
  at: number
}

function keyOf(change: Change): string {
  if (change.type === 'lead.created') return change.leadId
  if (change.type === 'webhook.updated') return `${change.webhookId} ${change.at}`
  return `${change.delivery.id} ${change.at}`
}

const MOVED = 'SELECT * FROM deliveries WHERE id = ANY($1::text[])'
/** Of what is claimed: little, whatever else there is. */
const HELD_AND_MOVED = `SELECT ${CLAIMED_ROW} FROM claimed
  WHERE claimed_by = ANY($1::text[]) AND state <> 'pending'`
const MISSED = `SELECT DISTINCT ON (id) id, chatbot_id, at FROM changes
  WHERE at >= $1 AND noun = 'webhook' ORDER BY id, at DESC`
