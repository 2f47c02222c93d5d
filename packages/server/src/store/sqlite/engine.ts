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
import { StoreUnavailable } from '../../errors.ts'
import { createIds } from '../../id.ts'
import type { Random } from '../../random.ts'
import { isDone, noteAudit } from '../desk/operations/audit.ts'
import type { NewAuditEntry } from '../desk.ts'
import type { Change } from '../road.ts'
import { Core } from './core.ts'
import { deskTransaction } from './desk-transaction.ts'
import { databasePath, LOCK_WAIT_MS, openForWriting } from './file/database.ts'
import { type EngineFault, toFault } from './file/faults.ts'
import { migrate } from './file/migrations.ts'
import { Place } from './file/place.ts'
import { Scrubber } from './file/scrub.ts'
import { APPLICATION_ID, inspectDatabase, startError } from './file/whose-file.ts'
import { isReading, OPERATIONS, type Operations } from './operations.ts'
import { releaseAll } from './road/release.ts'

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

export type CallReply = { value: unknown } | { fault: EngineFault }

export interface BatchReply {
  /** In the order of the calls. */
  replies: CallReply[]
  changes: Change[]
  /** Webhooks with deliveries that became claimable other than by accepting or recording. */
  woken: string[]
  /** Erased data is still somewhere in the files: the next batch goes on removing it. */
  cleaning: boolean
}

/** How often it is tried to empty the log of erased data while readers are in the way. */
const TRUNCATE_EVERY_MS = 1_000
/** Between two steps of wiping, each of which takes a few milliseconds. */
const SCRUB_EVERY_MS = 50
const SCRUB_PAGES = 1_000
/** 400 MB; what is left of a larger one is left, until something else is erased. */
const CLOSING_STEPS_MAX = 100

const READ_CLEANING = `SELECT 1 FROM meta WHERE key = 'cleaning_since'`
const CLEANED = `DELETE FROM meta WHERE key = 'cleaning_since'`

export class Engine {
  readonly db: DatabaseSync
  readonly #core: Core
  readonly #scrubber: Scrubber
  readonly #place: Place
  /** Erased data is still in the log; tried again until no reader is in the way. */
  #truncateDue = false
  #truncateAt = 0

  constructor(options: { dataDir: string; clock: Clock; random: Random }) {
    const { dataDir, clock, random } = options
    this.db = openOurs(dataDir)
    this.#scrubber = new Scrubber(databasePath(dataDir))
    try {
      migrate(this.db, dataDir)
      if (this.#pragma('application_id') === 0) {
        this.db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      }
      this.#core = new Core({ db: this.db, clock, ids: createIds(clock, random) })
      this.#core.transact(() => releaseAll(this.#core))
      this.#place = new Place(databasePath(dataDir), () => this.#committedBytes())
      // A process that was killed left it unfinished.
      if (this.#core.get(READ_CLEANING)) this.#beginCleaning()
    } catch (error) {
      this.db.close()
      throw startError(error, dataDir) ?? error
    }
  }

  run(batch: Batch): BatchReply {
    const reply: BatchReply = { replies: [], changes: [], woken: [], cleaning: false }
    this.#runAll(batch.calls, batch.wantChanges, reply)
    const isDue = this.#truncateDue || this.#scrubber.isDue
    if (isDue && this.#core.clock.monotonic() >= this.#truncateAt) this.#clean()
    reply.cleaning = this.#truncateDue || this.#scrubber.isDue
    return reply
  }

  /** Every statement that has run, for a test that looks at their plans. */
  statements(): string[] {
    return this.#core.statements()
  }

  /** Moves the log into the database, empties it, and wipes what is left to be wiped. */
  close(): void {
    // Bounded: a disk that can't be written to must not keep the process from ending.
    for (let step = 0; step === 0 || (this.#scrubber.isDue && step < CLOSING_STEPS_MAX); step++) {
      this.#clean()
    }
    this.#place.closeFrom(() => this.db.close())
    this.#scrubber.close()
  }

  #runAll(calls: Call[], wantChanges: boolean, reply: BatchReply): void {
    try {
      const reads = calls.length > 0 && calls.every(isReading)
      const lost = reads ? null : this.#place.whyLost()
      if (lost !== null) throw new StoreUnavailable(lost)
      const work = () => calls.map(this.#runOne)
      const { value, tx } = this.#core.transact(work, { wantChanges, reads })
      for (const each of value) reply.replies.push({ value: each })
      for (const change of tx.changes) reply.changes.push(change)
      for (const webhookId of tx.woken) reply.woken.push(webhookId)
      if (tx.erased) this.#beginCleaning()
    } catch (error) {
      const fault = toFault(error)
      if (fault.kind !== 'bug' || calls.length === 1) {
        for (const _ of calls) reply.replies.push({ fault })
        return
      }
      const middle = calls.length >> 1
      this.#runAll(calls.slice(0, middle), wantChanges, reply)
      this.#runAll(calls.slice(middle), wantChanges, reply)
    }
  }

  readonly #runOne = ({ name, input, audit }: Call): unknown => {
    const operation = OPERATIONS[name] as (core: Core, input: unknown) => unknown
    const value = operation(this.#core, input)
    if (audit && isDone(value)) noteAudit(deskTransaction(this.#core), audit)
    return value
  }

  #beginCleaning(): void {
    this.#truncateDue = true
    // In a file with pointer maps (never one of ours) a page's first byte says less than scrub.ts needs.
    if (this.#pragma('auto_vacuum') === 0) this.#scrubber.begin(this.#pragma('page_count'))
  }

  /** One step of removing erased data: from the log first, then from the pages' unused parts. */
  #clean(): void {
    // The scrubber opens the file by its name, which may be another store's by now.
    if (this.#place.whyLost() !== null) return
    this.#truncateLog()
    if (this.#truncateDue || !this.#scrubber.isDue) return
    this.#truncateAt = this.#core.clock.monotonic() + SCRUB_EVERY_MS
    try {
      // Pages in memory have the old bytes, and would be written with them.
      this.db.exec('PRAGMA shrink_memory')
      const [pageBytes, pages] = [this.#pragma('page_size'), this.#pragma('page_count')]
      this.#scrubber.step({ pageBytes, pages, limit: SCRUB_PAGES })
      if (!this.#scrubber.isDue) this.db.exec(CLEANED)
    } catch {
      // The disk's fault, which the next commit tells of; the same pages are tried again.
      this.#truncateAt += TRUNCATE_EVERY_MS
    }
  }

  #committedBytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size')
  }

  #pragma(name: 'page_count' | 'page_size' | 'auto_vacuum' | 'application_id'): number {
    return Number(this.db.prepare(`PRAGMA ${name}`).get()?.[name])
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

/** Throws `StartError` rather than touch a file that another program wrote. */
function openOurs(dataDir: string): DatabaseSync {
  inspectDatabase(dataDir)
  try {
    return openForWriting(databasePath(dataDir))
  } catch (error) {
    throw startError(error, dataDir) ?? error
  }
}
