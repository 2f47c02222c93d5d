/**
 * The schema, as numbered steps. A step that was released is never edited: a new one follows it.
 * All missing ones run in one transaction under a lock that other starting nodes wait for.
 */
import type pg from 'pg'
import { StartError } from '../../../errors.ts'
import {
  assertKnownSchema,
  LATER_STEPS,
  lastVersion,
  stepsAfter,
} from '../../rules/schema-version.ts'
import { SCHEMA } from './schema.ts'

/** SQL, or also what the rows need that SQL can't say. */
export type Step = string | ((client: pg.ClientBase) => Promise<void>)

/** The first makes a new store; those after it also bring an older one up to date. */
export const STEPS: readonly Step[] = [SCHEMA, ...LATER_STEPS.map(inItsWords)]

function inItsWords(step: string): string {
  return step.replaceAll(' WITHOUT ROWID', '')
}

/** This program's. */
export const SCHEMA_VERSION = lastVersion(STEPS)
const SERVER_VERSION_MIN = 140_000
/** Ours alone, in a database that other programs may share: the bytes of "chatzuri". */
const LOCK_KEY = BigInt(`0x${Buffer.from('chatzuri').toString('hex')}`).toString()

/** Brings the database to this program's schema. Throws `StartError` if it is of no version it knows. */
export async function migrate(
  client: pg.ClientBase,
  where: string,
  steps: readonly Step[] = STEPS,
): Promise<void> {
  await assertServer(client, where)
  await client.query('BEGIN')
  try {
    // Another node may be at it for as long as its schema takes.
    await client.query('SET LOCAL lock_timeout = 0')
    await client.query('SET LOCAL statement_timeout = 0')
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK_KEY})`)
    await bringUp(client, where, steps)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

async function bringUp(client: pg.ClientBase, where: string, steps: readonly Step[]) {
  const found = await readSchemaVersion(client)
  if (found !== null) assertKnownSchema(found, lastVersion(steps), `The database in ${where}`)
  else await client.query(NO_VERSION_YET)
  for (const { step, version } of stepsAfter(found ?? 0, steps)) {
    if (typeof step === 'string') await client.query(step)
    else await step(client)
    await client.query('UPDATE chatzuri_schema SET version = $1', [version])
  }
}

/** Null: no Chatzuri server has ever used the database. */
export async function readSchemaVersion(client: pg.ClientBase): Promise<number | null> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('chatzuri_schema') IS NOT NULL AS there`,
  )
  if (!tables[0]?.there) return null
  const { rows } = await client.query<{ version: number }>('SELECT version FROM chatzuri_schema')
  return rows[0]?.version ?? null
}

const NO_VERSION_YET = `CREATE TABLE IF NOT EXISTS chatzuri_schema (version integer NOT NULL);
  INSERT INTO chatzuri_schema VALUES (0)`

async function assertServer(client: pg.ClientBase, where: string): Promise<void> {
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
