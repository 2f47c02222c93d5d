/**
 * The connections to PostgreSQL and the transactions on them. Writes and reads have pools of their
 * own, so that long lists never hold up a commit. A database that is away is tried again with each
 * call: nothing needs to be told when it is back.
 *
 * Never: tells of a change before its commit is synced, retries a commit whose answer was lost.
 */
import pg from 'pg'
import { StoreUnavailable } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import type { RunQueries } from '../../reading/read-parts.ts'
import { IN_ITS_ORDER } from '../../reading/walking.ts'
import { boundedQuery, toPageRead } from './bounded-query.ts'
import { clientConfig, prepareConnection } from './connection.ts'
import {
  ConnectionFault,
  fromPg,
  isConnectionSound,
  isOldPlan,
  isRetryable,
  toStoreError,
} from './faults.ts'
import { storable } from './parameters.ts'
import { Transaction } from './transaction.ts'
import { type Returned, Wire } from './wire.ts'

interface DatabaseOptions {
  databaseUrl: string
  log: Log
  /** Whether anybody listens to changes: gathering them costs. */
  isFollowed(): boolean
  /** After each commit, before its caller has its answer. */
  onCommit(tx: Transaction): void
  /** A connection broke in a commit: nobody knows whether it was written. */
  onUncertain(): void
  /** The store can't do what it was asked for now. */
  onRefused?(error: StoreUnavailable): void
  /** Rejects when a new connection leads to another store than at the start. */
  assertSameStore?(client: pg.ClientBase): Promise<void>
}

type Query = Parameters<RunQueries>[0][number]

const WRITERS_MAX = 8
const READERS_MAX = 4
/** More than writers: each of their connections may have old plans. */
const TRIES_MAX = 9

export class Database {
  /** The database's clock at the last transaction. */
  nowMs = 0
  readonly #options: DatabaseOptions
  readonly #writers: pg.Pool
  readonly #readers: pg.Pool
  /** Names under which a connection keeps the plans of the store's own statements. */
  readonly #names = new Map<string, string>()
  readonly #wires = new WeakMap<pg.ClientBase, Wire>()

  constructor(options: DatabaseOptions) {
    this.#options = options
    this.#writers = this.#openPool(WRITERS_MAX, { byIndex: true })
    this.#readers = this.#openPool(READERS_MAX, { byIndex: false })
  }

  /**
   * Runs `work` in one transaction; rejects with nothing written (a lost COMMIT apart). With `early`
   * what it asks first goes along with the beginning: `tx.now` is known from its first answer on.
   */
  async transact<T>(
    work: (tx: Transaction) => Promise<T>,
    { early = false }: { early?: boolean } = {},
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#transactOnce(work, early)
      } catch (error) {
        if (tries < TRIES_MAX && isRetryable(error)) continue
        throw this.#told(error)
      }
    }
  }

  /** One statement of ours, a transaction by itself. */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#withClient(this.#writers, (client) =>
          this.#runAlone<Row>(client, sql, values),
        )
      } catch (error) {
        if (tries < TRIES_MAX && isRetryable(error)) continue
        throw this.#told(error)
      }
    }
  }

  /** Lists and charts: all answers from one state of the database. */
  readonly read: RunQueries = (queries) => this.#readFrom(this.#readers, queries)

  /** What a delivery waits for: never behind somebody's long list. */
  readonly readSoon: RunQueries = (queries) => this.#readFrom(this.#writers, queries)

  /** Every statement of ours that has run, for a test that looks at their plans. */
  statements(): string[] {
    return [...this.#names.keys()]
  }

  async close(): Promise<void> {
    await Promise.all([this.#writers.end(), this.#readers.end()])
  }

  /** Rejects with what `fromPg` makes of it. */
  async run<Row>(client: pg.ClientBase, sql: string, values: readonly unknown[]): Promise<Row[]> {
    let name = this.#names.get(sql)
    if (name === undefined) {
      name = `chatzuri_${this.#names.size}`
      this.#names.set(sql, name)
    }
    return (await this.#ask(client, { name, text: sql, values })).rows as Row[]
  }

  async #ask(client: pg.ClientBase, statement: Parameters<Wire['ask']>[0]): Promise<Returned> {
    try {
      return await this.#wireOf(client).ask(statement)
    } catch (error) {
      throw fromPg(error)
    }
  }

  #wireOf(client: pg.ClientBase): Wire {
    let wire = this.#wires.get(client)
    if (wire === undefined) {
      wire = new Wire(client)
      this.#wires.set(client, wire)
    }
    return wire
  }

  #told(error: unknown): unknown {
    const told = toStoreError(error)
    if (told instanceof StoreUnavailable) this.#options.onRefused?.(told)
    return told
  }

  /** A statement that is its own transaction: when its answer is lost, it may have been committed. */
  async #runAlone<Row>(
    client: pg.ClientBase,
    sql: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    try {
      return await this.run<Row>(client, sql, values)
    } catch (error) {
      if (!isConnectionSound(error)) this.#options.onUncertain()
      throw error
    }
  }

  #openPool(max: number, how: { byIndex: boolean }): pg.Pool {
    const onConnect = async (client: pg.ClientBase) => {
      await prepareConnection(client, how)
      await this.#options.assertSameStore?.(client)
    }
    const pool = new pg.Pool({ ...clientConfig(this.#options.databaseUrl), max, onConnect })
    // A connection that breaks while it is out is told to its query; unheard, it ends the process.
    // For as long as it lives: one may break in one piece with the answer that it is open.
    pool.on('connect', (client) => client.on('error', () => {}))
    // An idle connection that broke: the pool has dropped it, the next call opens another.
    pool.on('error', (error) => {
      this.#options.log.warn({ error: error.message }, 'database.connection_lost')
    })
    return pool
  }

  #transactOnce<T>(work: (tx: Transaction) => Promise<T>, early: boolean): Promise<T> {
    return this.#withClient(this.#writers, async (client) => {
      let isCommitting = false
      let isOver = false
      const ask = <Row>(run: () => Promise<Row[]>) =>
        isOver ? Promise.reject(new Error(IS_OVER)) : run()
      const tx = new Transaction({
        query: (sql, values = []) => ask(() => this.run(client, sql, values)),
        control: <Row>(text: string, values: readonly unknown[] = []) =>
          ask(async () => (await this.#ask(client, { name: '', text, values })).rows as Row[]),
        wantChanges: this.#options.isFollowed(),
      })
      try {
        const begun = tx.begin(() => this.#ask(client, BEGIN))
        if (!early) await begun
        const value = await work(tx)
        await begun
        this.nowMs = Math.max(this.nowMs, tx.now)
        isCommitting = true
        await tx.commit(async () => assertCommitted(await this.#ask(client, COMMIT)))
        this.#options.onCommit(tx)
        return value
      } catch (error) {
        if (isCommitting && !isConnectionSound(error)) this.#options.onUncertain()
        // Whatever of it still runs, or was asked for and has not left, would be written for good.
        isOver = true
        this.#wireOf(client).drop(new Error(IS_OVER))
        if (isConnectionSound(error)) await this.#ask(client, ROLLBACK)
        throw error
      } finally {
        isOver = true
      }
    })
  }

  async #readFrom(pool: pg.Pool, queries: Query[]): Promise<unknown[][]> {
    try {
      return await this.#withClient(pool, async (client) => {
        const ask = () => queries.map((query) => answer(client, query))
        if (queries.length === 1) return Promise.all(ask())
        const begun = execute(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
        const asked = Promise.all(ask())
        const [, found] = await Promise.allSettled([begun, asked])
        await execute(client, 'END')
        if (found.status === 'rejected') throw found.reason
        return found.value
      })
    } catch (error) {
      throw toStoreError(error)
    }
  }

  async #withClient<T>(pool: pg.Pool, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw fromPg(error)
    })
    let sound = false
    try {
      const value = await use(client)
      sound = true
      return value
    } catch (error) {
      sound = isConnectionSound(error) && !isOldPlan(error)
      throw error
    } finally {
      client.release(!sound)
    }
  }
}

async function answer(client: pg.ClientBase, query: Query): Promise<unknown[]> {
  const { sql, parameters, bound } = query
  if (sql.includes(IN_ITS_ORDER)) return answerInOrder(client, query)
  if (!bound) return (await execute(client, sql, parameters.map(storable))).rows
  const { sql: bounded, parameters: all } = boundedQuery({ sql, parameters, bound })
  return [toPageRead((await execute(client, bounded, all.map(storable))).rows)]
}

const BEGIN = { name: 'chatzuri_begin', text: 'BEGIN ISOLATION LEVEL READ COMMITTED', values: [] }
const ROLLBACK = { name: 'chatzuri_rollback', text: 'ROLLBACK', values: [] }
const IS_OVER = 'the transaction is over'
const COMMIT = { name: 'chatzuri_commit', text: 'COMMIT', values: [] }

function assertCommitted({ command }: Returned): void {
  if (command === 'COMMIT') return
  throw new ConnectionFault('the transaction was rolled back instead of committed')
}

/** All in one trip; whatever becomes of the query, the connection is as it was. */
async function answerInOrder(client: pg.ClientBase, query: Query): Promise<unknown[]> {
  const plain = { ...query, sql: query.sql.replaceAll(IN_ITS_ORDER, '') }
  const asked = [
    execute(client, 'SET enable_sort = off'),
    answer(client, plain),
    execute(client, 'RESET enable_sort'),
  ] as const
  const [, found] = await Promise.allSettled(asked)
  if (found.status === 'rejected') throw found.reason
  return found.value
}

/** A statement without a name: control of transactions, and texts that the builder makes. */
async function execute(
  client: pg.ClientBase,
  sql: string,
  values?: unknown[],
): Promise<pg.QueryResult> {
  try {
    const result = await (values ? client.query(sql, values) : client.query(sql))
    return result
  } catch (error) {
    throw fromPg(error)
  }
}
