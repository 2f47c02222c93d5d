/**
 * The schema, as numbered steps. A step that was released is never edited: a new one follows it.
 * All missing ones run in one transaction under a lock that other starting nodes wait for.
 */
import type pg from 'pg'
import { StartError } from '../../../errors.ts'
import { FIRST_SCHEMA } from './schema-0001.ts'
import { ACCESS_SCHEMA } from './schema-0002.ts'
import { ERASURES_AND_KEYS } from './schema-0003.ts'
import { ROLLUPS_SCHEMA } from './schema-0004.ts'
import { CONVERSATIONS_BY_AGE } from './schema-0005.ts'
import { LISTENERS_SCHEMA } from './schema-0006.ts'
import { RATES_SCHEMA } from './schema-0007.ts'
import { rekeyLeads, SEARCH_KEYS_SCHEMA } from './schema-0008.ts'
import { RESTS_SCHEMA } from './schema-0009.ts'

interface Step {
  sql: string
  /** What the rows need that SQL can't say, in the same transaction. */
  rewrite(client: pg.ClientBase): Promise<void>
}

const MIGRATIONS: readonly (string | Step)[] = [
  FIRST_SCHEMA,
  ACCESS_SCHEMA,
  ERASURES_AND_KEYS,
  ROLLUPS_SCHEMA,
  CONVERSATIONS_BY_AGE,
  LISTENERS_SCHEMA,
  RATES_SCHEMA,
  { sql: SEARCH_KEYS_SCHEMA, rewrite: rekeyLeads },
  RESTS_SCHEMA,
]
/** This program's. */
export const SCHEMA_VERSION = MIGRATIONS.length
const SERVER_VERSION_MIN = 140_000
/** Ours alone, in a database that other programs may share: the bytes of "chatzuri". */
const LOCK_KEY = BigInt(`0x${Buffer.from('chatzuri').toString('hex')}`).toString()

/** Brings the database to this program's schema. Throws `StartError` if it is from a newer one. */
export async function migrate(client: pg.ClientBase, where: string): Promise<void> {
  await assertVersion(client, where)
  await client.query('BEGIN')
  try {
    // Another node may be at it for as long as its schema takes.
    await client.query('SET LOCAL lock_timeout = 0')
    await client.query('SET LOCAL statement_timeout = 0')
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK_KEY})`)
    await client.query('CREATE TABLE IF NOT EXISTS chatzuri_schema (version integer NOT NULL)')
    const { rows } = await client.query<{ version: number }>('SELECT version FROM chatzuri_schema')
    const found = rows[0]?.version ?? 0
    if (found > MIGRATIONS.length) throw newer(where, found)
    for (const step of MIGRATIONS.slice(found)) {
      await client.query(typeof step === 'string' ? step : step.sql)
      if (typeof step !== 'string') await step.rewrite(client)
    }
    if (rows.length === 0) await client.query('INSERT INTO chatzuri_schema VALUES (0)')
    if (found < MIGRATIONS.length) {
      await client.query('UPDATE chatzuri_schema SET version = $1', [MIGRATIONS.length])
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

function newer(where: string, found: number): StartError {
  return new StartError(
    `The database in ${where} was written by a newer version of Chatzuri (schema ${found}; this one knows ${MIGRATIONS.length}). Start that version, or restore a backup from before the upgrade.`,
  )
}

async function assertVersion(client: pg.ClientBase, where: string): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    `SELECT current_setting('server_version_num') AS version,
      current_setting('server_encoding') AS encoding`,
  )
  if (Number(rows[0]?.version) < SERVER_VERSION_MIN) {
    throw new StartError(`The database in ${where} is older than PostgreSQL 14; use a newer one.`)
  }
  if (rows[0]?.encoding !== 'UTF8') {
    throw new StartError(
      `The database in ${where} has the encoding ${rows[0]?.encoding}; create it with ENCODING 'UTF8'.`,
    )
  }
}
