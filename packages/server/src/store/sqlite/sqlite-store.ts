/**
 * The embedded store: the contract over one SQLite file, for one process.
 *
 * This side seals and opens secrets, assembles claims and tells listeners; the engine (in its own
 * thread, unless inline) writes, a second connection reads. Neither of them ever sees the key.
 */
import type { Clock } from '../../clock.ts'
import type { StoreUnavailable } from '../../errors.ts'
import { folderError } from '../../files/folder-error.ts'
import { keepMark } from '../../files/store-mark.ts'
import { type Log, silentLog } from '../../log.ts'
import { type Random, systemRandom } from '../../random.ts'
import { createDesk } from '../desk/create-desk.ts'
import { sqliteBuilder } from '../reading/builder.ts'
import type { RunQueries } from '../reading/read-parts.ts'
import type { Change } from '../road.ts'
import { Signal } from '../rules/signal.ts'
import { KeyRing } from '../sealing/encryption.ts'
import type { Store } from '../store.ts'
import { deskCalls } from './desk-calls.ts'
import type { BatchReply } from './engine.ts'
import { Condition } from './file/condition.ts'
import { makeFolder } from './file/database.ts'
import { lockFolder } from './file/folder-lock.ts'
import { admit, useKeys } from './keys.ts'
import { createRoad } from './road.ts'
import { Cleaning } from './thread/cleaning.ts'
import { openInline } from './thread/inline.ts'
import type { EnginePort } from './thread/port.ts'
import { openThreads } from './thread/thread.ts'
import type { Query } from './thread/thread-messages.ts'
import { WriteQueue } from './thread/write-queue.ts'

export interface SqliteStoreOptions {
  dataDir: string
  /** 32 bytes. */
  encryptionKey: Buffer
  /** Others that may have sealed what is there. */
  openingKeys?: readonly Buffer[]
  /** In threads the engine has the system's clock, whatever is given here. */
  clock: Clock
  log?: Log
  mode: 'threads' | 'inline'
  /** How long each commit took, from its posting to its answer. */
  onCommitted?: (durationMs: number) => void
  /** A thread of the store ended by itself: it answers nobody any more, and the process is of no use. */
  onDied?: (error: StoreUnavailable) => void
  /** Of delivery ids, inline. */
  random?: Random
}

/** Throws `StartError` when the folder is taken, the schema newer or the key another. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { dataDir, clock, log = silentLog, onCommitted } = options
  prepareFolder(dataDir)
  const unlock = lockFolder(dataDir)
  const engine = await openEngine(options).catch((error: unknown) => {
    unlock()
    throw error
  })
  const cleaning = new Cleaning({ port: engine, clock, log })
  const port: EnginePort = {
    ...engine,
    close() {
      cleaning.close()
      return engine.close().finally(unlock)
    },
  }
  const watches: Watches = {
    onAdmitted: () => keepMark(dataDir),
    onBatch(reply, durationMs) {
      onCommitted?.(durationMs)
      cleaning.follow(reply)
    },
    // What it would wipe is written past the queue.
    onDamage: () => cleaning.close(),
  }
  return await openOver(port, options, watches).catch(async (error) => {
    await port.close()
    throw error
  })
}

interface Watches {
  /** The keys open what is there; nothing has been promised yet. */
  onAdmitted?(): void
  /** After each batch, and for how long it was on its way. */
  onBatch?(reply: BatchReply, durationMs: number): void
  /** Nothing may be written any more. */
  onDamage?(): void
}

/** The store over an engine that is open already, and is closed with it. */
export async function openOver(
  port: EnginePort,
  options: SqliteStoreOptions,
  { onAdmitted, onBatch, onDamage }: Watches = {},
): Promise<Store> {
  const { dataDir, encryptionKey, openingKeys = [], clock, log = silentLog } = options
  const encryption = new KeyRing({ seals: encryptionKey, opens: openingKeys })
  const db = sqliteBuilder()
  const changed = new Signal<Change>(log)
  const woken = new Signal<string[]>(log)
  const queue = new WriteQueue({
    port,
    clock,
    isFollowed: () => changed.isFollowed,
    damage: () => condition.damage,
    onBatch(calls, reply, durationMs) {
      condition.judge(calls, reply.replies)
      for (const change of reply.changes) changed.tell(change)
      if (reply.woken.length > 0) woken.tell(reply.woken)
      onBatch?.(reply, durationMs)
    },
  })
  const condition = new Condition({
    log,
    clock,
    commit: async (bytes) => void (await queue.call('ping', bytes)),
    onDamage: () => onDamage?.(),
  })
  const run: RunQueries = (queries) => port.read(queries.map(toQuery)).catch(condition.unread)
  // In the writer's turn, which is short; the reading thread may be busy with a long list.
  const runSoon: RunQueries = (queries) => queue.call('read', queries.map(toQuery))
  const keys = { queue, run, where: dataDir, encryption }
  const serverSecret = await admit(keys, encryption)
  onAdmitted?.()
  const { probe } = condition
  return {
    serverSecret,
    ...createRoad({ ...keys, clock, probe }),
    ...createDesk({ calls: deskCalls(queue), db, run, runSoon, encryption }),
    useKeys: (changed) => useKeys(keys, changed),
    onChange: (listener, { everywhere = false } = {}) =>
      changed.add(listener, { follows: everywhere }),
    onWaiting: (listener) => woken.add(listener),
    // The engine is in this process: it answers what it committed, or the process is gone too.
    onUncertain: () => () => {},
    async close() {
      probe.close()
      await queue.close()
      await port.close()
    },
  }
}

async function openEngine(options: SqliteStoreOptions): Promise<EnginePort> {
  const { dataDir, clock, mode, random = systemRandom } = options
  const { onDied = () => {} } = options
  return mode === 'threads' ? openThreads(dataDir, onDied) : openInline({ dataDir, clock, random })
}

function prepareFolder(dataDir: string): void {
  try {
    makeFolder(dataDir)
  } catch (error) {
    throw folderError(error, dataDir) ?? error
  }
}

function toQuery({ sql, parameters, bound }: Parameters<RunQueries>[0][number]): Query {
  const values = parameters as Query['values']
  return bound ? { sql, values, bound } : { sql, values }
}
