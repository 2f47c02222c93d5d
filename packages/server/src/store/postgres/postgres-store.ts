/**
 * The cluster's store: the contract over one PostgreSQL, shared by any number of nodes.
 *
 * Its clock is the database's. Hot calls share transactions of a few statements (group.ts); what one
 * node commits, others hear of by hints (messages.ts) and find by looking. It holds no state that
 * the database does not: a node that dies leaves nothing behind but claims that lapse.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { createIds } from '../../id.ts'
import { type Log, silentLog } from '../../log.ts'
import { type Random, systemRandom } from '../../random.ts'
import { createDesk } from '../desk/create-desk.ts'
import { postgresBuilder } from '../reading/builder.ts'
import type { Change } from '../road.ts'
import { Probe, SMALL_BYTES } from '../rules/probe.ts'
import { Signal } from '../rules/signal.ts'
import { KeyRing } from '../sealing/encryption.ts'
import type { Store } from '../store.ts'
import { Database } from './connection/database.ts'
import { placeOf, prepareDatabase } from './connection/prepare.ts'
import { databaseError } from './connection/start-faults.ts'
import type { Transaction } from './connection/transaction.ts'
import { deskCalls } from './desk-calls.ts'
import { Messages } from './news/messages.ts'
import { OthersChanges } from './news/others-changes.ts'
import { assertSameStore, useKeys } from './road/key-check.ts'
import { leaveAll, type Nodes } from './road/nodes.ts'
import { createRoad } from './road.ts'

interface PostgresStoreOptions {
  databaseUrl: string
  /** 32 bytes. */
  encryptionKey: Buffer
  /** Others that may have sealed what is there, or that other nodes seal with. */
  openingKeys?: readonly Buffer[]
  /** For timers; instants are the database's. */
  clock: Clock
  log?: Log
  /** What this process does, for the list of nodes. */
  nodeRoles?: readonly string[]
  /** Of delivery ids. */
  random?: Random
}

/** Throws `StartError` when the database is away, too old or newer, or the key is another. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  return (await openParts(options)).store
}

/** The store, and what it stands on for a test that looks at plans. */
export async function openParts(
  options: PostgresStoreOptions,
): Promise<{ store: Store; database: Database }> {
  const { databaseUrl, encryptionKey, openingKeys = [] } = options
  const encryption = new KeyRing({ seals: encryptionKey, opens: openingKeys })
  const serverSecret = await prepareDatabase(databaseUrl, encryption, options.log)
  const parts = createParts(options, { encryption, serverSecret })
  try {
    await parts.messages.start()
    parts.othersChanges.start()
  } catch (error) {
    await parts.keys.database.close()
    throw databaseError(error, `of DATABASE_URL (${placeOf(databaseUrl)})`)
  }
  return { store: assemble(parts, serverSecret), database: parts.keys.database }
}

type Parts = ReturnType<typeof createParts>

function createParts(
  options: PostgresStoreOptions,
  { encryption, serverSecret }: { encryption: KeyRing; serverSecret: Buffer },
) {
  const { databaseUrl, clock, log = silentLog, nodeRoles = ['api', 'deliver'] } = options
  const changed = new Signal<Change>(log)
  const woken = new Signal<string[]>(log)
  const uncertain = new Signal<undefined>(log)
  const others = { told: (_: Change) => {}, message: () => {} }
  const database = new Database({
    databaseUrl,
    log,
    isFollowed: () => changed.isFollowed,
    onCommit: (tx) => tellCommit(tx),
    onUncertain: () => uncertain.tell(undefined),
    onRefused({ message }) {
      if (probe.refused(REFUSED_BYTES)) log.error({ error: message }, 'store.refuses')
    },
    assertSameStore: (client) => assertSameStore(client, { encryption, serverSecret }),
  })
  const random = options.random ?? systemRandom
  const probe = createProbe({ database, clock, random, log })
  const tell = (change: Change) => {
    changed.tell(change)
    others.told(change)
  }
  // Made by the database's clock: a node whose own is wrong would hide its rows from lists.
  const ids = createIds({ ...clock, now: () => database.nowMs }, random)
  const desk = createDesk({
    calls: deskCalls({ database, ids }),
    db: postgresBuilder(),
    encryption,
    run: database.read,
    runSoon: database.readSoon,
  })
  const nodes: Nodes = { database, encryption, roles: nodeRoles, own: new Set() }
  const othersChanges = new OthersChanges({
    database,
    desk,
    clock,
    log,
    tell: (change) => changed.tell(change),
    wake: (webhookIds) => woken.tell(webhookIds),
    ownNodes: () => [...nodes.own],
  })
  others.told = (change) => othersChanges.told(change)
  const messages = new Messages({
    database,
    databaseUrl,
    clock,
    log,
    origin: randomUUID(),
    onMessage: (message) => othersChanges.hear(message),
    onGap: () => othersChanges.look(),
  })
  function tellCommit(tx: Transaction) {
    for (const change of tx.changes) tell(change)
    if (tx.woken.size > 0) woken.tell([...tx.woken])
    messages.tell(tx)
  }
  const keys = { database, nodes, encryption, where: placeOf(databaseUrl) }
  const road = createRoad({ ...keys, ids, probe })
  return { keys, desk, road, changed, woken, uncertain, othersChanges, messages, log }
}

interface ProbeParts {
  database: Database
  clock: Clock
  random: Random
  log: Log
}

function createProbe({ database, clock, random, log }: ProbeParts): Probe {
  const probe = new Probe({
    clock,
    workBytes: 0,
    async commit(bytes) {
      // What is compressed away would need no room.
      const room = bytes > SMALL_BYTES ? random.bytes(bytes).toString('base64') : ''
      await database.query(PING, [room])
      if (probe.committed(bytes)) log.info({}, 'store.works_again')
    },
  })
  return probe
}

function assemble(parts: Parts, serverSecret: Buffer): Store {
  const { keys, desk, road, changed, woken, uncertain, othersChanges, messages, log } = parts
  const { database, nodes } = keys
  return {
    serverSecret,
    ...road.verbs,
    ...desk,
    useKeys: (changed) => useKeys(keys, changed),
    backlog: async () => {
      const [found] = await database.query<{ value: number }>(BACKLOG)
      return found?.value ?? 0
    },
    onChange(listener, { everywhere = false } = {}) {
      const leave = changed.add(listener, { follows: everywhere })
      const ignore = everywhere ? othersChanges.follow() : () => {}
      return () => {
        leave()
        ignore()
      }
    },
    onWaiting: (listener) => woken.add(listener),
    onUncertain: (listener) => uncertain.add(() => listener()),
    async close() {
      othersChanges.close()
      await road.close()
      await leaveAll(nodes).catch((error: unknown) => {
        // Its leases lapse by themselves.
        log.warn({ error: String(error) }, 'store.left_without_goodbye')
      })
      await messages.close()
      await database.close()
    },
  }
}

/** Of what was refused nobody knows the size: a few pages, and what a lead takes. */
const REFUSED_BYTES = 65_536
/** A write, so that the answer tells of a database that takes them. */
const PING = `UPDATE meta SET value = chatzuri_now()::text || $1 WHERE key = 'pinged_at'`
const BACKLOG = 'SELECT sum(value)::bigint AS value FROM backlog'
