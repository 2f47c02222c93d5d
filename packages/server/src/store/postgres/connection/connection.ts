/**
 * What every connection of ours is told before its first use, and what it must answer. Nothing of it is
 * said while connecting: PgBouncer refuses whoever brings settings along there, and `?options=` in the
 * URL takes the place of what a client would say.
 */
import pg from 'pg'
import { StartError } from '../../../errors.ts'
import { systemRandom } from '../../../random.ts'
import { valueTypes } from './parameters.ts'

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000
/** Locks are held for one short transaction each: longer means that their holder is stuck. */
const LOCK_TIMEOUT_MS = 10_000
/** A frozen process must not hold its rows for long: others take over what it had claimed. */
const IDLE_IN_TRANSACTION_MS = 10_000
/** Of the question whether a pooler leaves us our session. */
const POOLER_WAIT_MS = 5_000

export function clientConfig(databaseUrl: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: 'chatzuri',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Where the network swallows packets, the server's own timeouts are never heard of.
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueTypes,
    // Statements of a transaction go out together where none needs another's answer.
    pipeline: true,
  } as pg.ClientConfig
}

export interface ServerSays {
  /** Its settings as they hold for this connection. */
  synchronousCommit: string
  fsync: string
  fullPageWrites: string
  backendPid: number
}

/**
 * Sets what ours need, whatever the server's file, the role, the database or the URL have set, and
 * reads it back. Throws `StartError` where commits would be answered before the disk has them: that
 * would make a lie of every 202. `remote_write` and `remote_apply` wait for the disk here, too.
 */
export async function prepareConnection(
  client: pg.ClientBase,
  { patient = false, byIndex = false }: { patient?: boolean; byIndex?: boolean } = {},
): Promise<ServerSays> {
  const statementMs = patient ? 0 : STATEMENT_TIMEOUT_MS
  const timeouts = [statementMs, LOCK_TIMEOUT_MS, IDLE_IN_TRANSACTION_MS].map(String)
  const [, , { rows }] = await Promise.all([
    client.query(SET, timeouts),
    byIndex ? client.query(BY_INDEX) : null,
    client.query<ServerSays>(READ_BACK),
  ])
  const [says] = rows
  if (says && /^(on|remote_\w+)$/.test(says.synchronousCommit)) return says
  throw new StartError(
    `synchronous_commit is ${says?.synchronousCommit} on the connections to DATABASE_URL, though they set it to on: a 202 would not mean that a lead is on disk. Does a pooler in transaction mode stand in between, or does something set it back?`,
  )
}

/**
 * Throws `StartError` when a pooler gives each transaction another server's connection: LISTEN, named
 * statements and settings would be somebody else's. `client` is prepared.
 */
export async function assertOwnSession(
  client: pg.Client,
  { databaseUrl, says }: { databaseUrl: string; says: ServerSays },
): Promise<void> {
  // Without a pooler the process that answers is the one that took the connection.
  if (Reflect.get(client, 'processID') === says.backendPid) return
  const mark = systemRandom.bytes(8).toString('hex')
  const other = new pg.Client({ ...clientConfig(databaseUrl), query_timeout: POOLER_WAIT_MS })
  other.on('error', () => {})
  try {
    await client.query(MARK, [mark])
    await other.connect()
    // In transaction mode it has taken the server's connection that ours had before.
    await other.query('BEGIN')
    await other.query('SELECT 1')
    const asked = { text: READ_MARK, query_timeout: POOLER_WAIT_MS }
    const { rows } = await client.query<{ mark: string | null }>(asked)
    if (rows[0]?.mark === mark) return
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(
      `The pooler of DATABASE_URL does not give each connection a session of its own (${why}): use session mode with room for 13 connections of each server, or connect to PostgreSQL itself.`,
      { cause },
    )
  } finally {
    await other.end().catch(() => {})
  }
  throw new StartError(
    'The pooler of DATABASE_URL is in transaction mode: a server listens, and keeps settings and named statements, which need a session of its own. Use session mode with room for 13 connections of each server, or connect to PostgreSQL itself.',
  )
}

const SET = `SELECT set_config('synchronous_commit',
    CASE WHEN current_setting('synchronous_commit') LIKE 'remote%'
      THEN current_setting('synchronous_commit') ELSE 'on' END, false),
  set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
  set_config('idle_in_transaction_session_timeout', $3, false)`
/**
 * For statements that look up few rows by their keys. A plan is made once and kept, also when it was
 * made while a table was nearly empty, as `claimed` often is, and a walk through it looked cheaper.
 */
const BY_INDEX = `SELECT set_config('enable_seqscan', 'off', false),
  set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false)`
const READ_BACK = `SELECT current_setting('synchronous_commit') AS "synchronousCommit",
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS "fullPageWrites",
  pg_backend_pid() AS "backendPid"`
const MARK = `SELECT set_config('chatzuri.session', $1, false)`
const READ_MARK = `SELECT current_setting('chatzuri.session', true) AS mark`
