/**
 * The embedded store's engine: every write, one after the other, on one connection.
 *
 * A batch of calls is one transaction: one commit, one sync to disk. A call that throws fails alone:
 * its batch is rolled back and split until the culprit stands by itself, so the common way carries
 * no savepoints. What cannot be committed is answered so for every call in it, and nothing of it is
 * written.
 *
 * Never: waits, reads for lists, knows a key.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import { createIds } from '../../id.ts'
import type { Random } from '../../random.ts'
import { isDone } from '../access-rows.ts'
import type { Change, NewAuditEntry } from '../store.ts'
import { keepAudit } from './audit.ts'
import { Core } from './core.ts'
import { databasePath, LOCK_WAIT_MS, openForWriting } from './database.ts'
import { type Fault, toFault } from './faults.ts'
import { migrate } from './migrations.ts'
import { createOperations, type Operations } from './operations.ts'

export interface Call {
  name: keyof Operations
  input: unknown
  /** Kept in the same transaction, if the call makes its change. */
  audit?: NewAuditEntry
}

export interface Batch {
  calls: Call[]
  /** Whether anybody listens to changes. */
  wantChanges: boolean
}

export type CallReply = { value: unknown } | { fault: Fault }

export interface BatchReply {
  /** In the order of the calls. */
  replies: CallReply[]
  changes: Change[]
  /** Webhooks with deliveries that became claimable other than by accepting or recording. */
  woken: string[]
}

/** How often it is tried to empty the log of erased data while readers are in the way. */
const TRUNCATE_EVERY_MS = 1_000

export class Engine {
  readonly db: DatabaseSync
  readonly #core: Core
  readonly #operations: Operations
  /** Erased data is still in the log; tried again until no reader is in the way. */
  #truncateDue = false
  #truncateAt = 0

  constructor(options: { dataDir: string; clock: Clock; random: Random }) {
    const { dataDir, clock, random } = options
    this.db = openForWriting(databasePath(dataDir))
    try {
      migrate(this.db, dataDir)
      this.#core = new Core({ db: this.db, clock, ids: createIds(clock, random) })
      this.#operations = createOperations(this.#core)
      this.#core.transact(false, () => this.#operations.releaseAll(null))
    } catch (error) {
      this.db.close()
      throw error
    }
  }

  run(batch: Batch): BatchReply {
    const reply: BatchReply = { replies: [], changes: [], woken: [] }
    this.#runAll(batch.calls, batch.wantChanges, reply)
    if (this.#truncateDue && this.#core.clock.monotonic() >= this.#truncateAt) this.#truncateLog()
    return reply
  }

  /** Every statement that has run, for a test that looks at their plans. */
  statements(): string[] {
    return this.#core.statements()
  }

  /** Moves the log into the database and empties it. */
  close(): void {
    this.#truncateLog()
    this.db.close()
  }

  #runAll(calls: Call[], wantChanges: boolean, reply: BatchReply): void {
    try {
      const { value, tx } = this.#core.transact(wantChanges, () => calls.map(this.#runOne))
      for (const each of value) reply.replies.push({ value: each })
      for (const change of tx.changes) reply.changes.push(change)
      for (const webhookId of tx.woken) reply.woken.push(webhookId)
      if (tx.erased) this.#truncateDue = true
    } catch (error) {
      const fault = toFault(error)
      if (fault.kind === 'unavailable' || calls.length === 1) {
        for (const _ of calls) reply.replies.push({ fault })
        return
      }
      const middle = calls.length >> 1
      this.#runAll(calls.slice(0, middle), wantChanges, reply)
      this.#runAll(calls.slice(middle), wantChanges, reply)
    }
  }

  readonly #runOne = ({ name, input, audit }: Call): unknown => {
    const operation = this.#operations[name] as (input: unknown) => unknown
    const value = operation(input)
    if (audit && isDone(value)) keepAudit(this.#core, audit)
    return value
  }

  /**
   * Never fails: what is committed stays committed, the log is only longer than it need be. Never
   * waits for a reader either: a long list would hold up every commit.
   */
  #truncateLog(): void {
    this.#truncateAt = this.#core.clock.monotonic() + TRUNCATE_EVERY_MS
    try {
      this.db.exec('PRAGMA busy_timeout = 0')
      const busy = this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy
      this.#truncateDue = busy !== 0
    } catch {
      this.#truncateDue = true
    } finally {
      this.db.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`)
    }
  }
}
