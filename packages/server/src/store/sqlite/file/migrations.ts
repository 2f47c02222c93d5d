/**
 * The schema, as numbered steps. A step that was released is never edited: a new one follows it.
 * Each runs in a transaction of its own together with its number, so a crash leaves it whole or
 * undone.
 */
import type { DatabaseSync } from 'node:sqlite'
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
  rewrite(db: DatabaseSync): void
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

/** Brings the database to this program's schema. Throws `StartError` if it is from a newer one. */
export function migrate(db: DatabaseSync, where: string): void {
  const found = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (found > MIGRATIONS.length) {
    throw new StartError(
      `The database in ${where} was written by a newer version of Chatzuri (schema ${found}; this one knows ${MIGRATIONS.length}). Start that version, or restore a backup from before the upgrade.`,
    )
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < found) continue
    const { sql, rewrite } = typeof step === 'string' ? { sql: step, rewrite: () => {} } : step
    db.exec(`BEGIN IMMEDIATE; ${sql}`)
    rewrite(db)
    db.exec(`PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}
