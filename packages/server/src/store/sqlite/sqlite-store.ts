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
import { sqliteBuilder } from '../reading/queries.ts'
import type { RunQueries } from '../reading/reads.ts'
import type { Change } from '../road.ts'
import { Listeners } from '../rules/listeners.ts'
import { KeyRing } from '../sealing/encryption.ts'
import type { Store } from '../store.ts'
import { queuedCalls } from './desk-calls.ts'
import { type WatchedPort, watched } from './file/condition.ts'
import { makeFolder } from './file/database.ts'
import { lockFolder } from './file/folder-lock.ts'
import { admit, useKeys } from './road/key-check.ts'
import { createRoad } from './road.ts'
import { cleaning } from './thread/cleaning.ts'
import { openInline } from './thread/inline.ts'
import { type EnginePort, type Query, timed } from './thread/port.ts'
import { openThreads } from './thread/thread.ts'
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
  const { dataDir } = options
  prepareFolder(dataDir)
  const unlock = lockFolder(dataDir)
  try {
    const { clock, log = silentLog } = options
    const condition = watched(await openPort(options), { log, clock })
    const { probe } = condition
    const port = { ...timed(cleaning(condition, { clock, log }), options), probe }
    return await openOver(port, unlock, options, () => keepMark(dataDir)).catch(async (error) => {
      await port.close()
      throw error
    })
  } catch (error) {
    unlock()
    throw error
  }
}

/** The store over an engine that is open already; `unlock` is called when it is closed. */
export async function openOver(
  port: WatchedPort,
  unlock: () => void,
  { dataDir, encryptionKey, openingKeys = [], clock, log = silentLog }: SqliteStoreOptions,
  markMade: () => void = () => {},
): Promise<Store> {
  const encryption = new KeyRing({ seals: encryptionKey, opens: openingKeys })
  const db = sqliteBuilder()
  const run: RunQueries = (queries) => port.read(queries.map(toQuery))
  const changed = new Listeners<Change>(log)
  const woken = new Listeners<string[]>(log)
  const queue = new WriteQueue({
    port,
    isHeard: () => changed.count > 0,
    onCommit: (reply) => {
      for (const change of reply.changes) changed.tell(change)
      if (reply.woken.length > 0) woken.tell(reply.woken)
    },
  })
  // In the writer's turn, which is short; the reading thread may be busy with a long list.
  const runSoon: RunQueries = (queries) => queue.call('read', queries.map(toQuery))
  const keys = { queue, run, where: dataDir, encryption }
  const serverSecret = await admit(keys, encryption)
  // Before anything is promised in it.
  markMade()
  return {
    serverSecret,
    ...createRoad({ ...keys, clock, probe: port.probe }),
    ...createDesk({ calls: queuedCalls(queue), db, run, runSoon, encryption }),
    useKeys: (changed) => useKeys(keys, changed),
    onChange: (listener) => changed.add(listener),
    onWaiting: (listener) => woken.add(listener),
    // The engine is in this process: it answers what it committed, or the process is gone too.
    onUncertain: () => () => {},
    async close() {
      port.probe.close()
      await queue.close()
      await port.close()
      unlock()
    },
  }
}

async function openPort(options: SqliteStoreOptions): Promise<EnginePort> {
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
