/**
 * The schema, as numbered steps. A step that was released is never edited: a new one follows it.
 * Each runs in a transaction of its own together with its number, so a crash leaves it whole or
 * undone.
 */
import type { DatabaseSync } from 'node:sqlite'
import {
  assertKnownSchema,
  LATER_STEPS,
  lastVersion,
  stepsAfter,
} from '../../rules/schema-version.ts'
import { SCHEMA } from './schema.ts'

/** SQL, or also what the rows need that SQL can't say. */
export type Step = string | ((db: DatabaseSync) => void)

/** The first makes a new store; those after it also bring an older one up to date. */
export const STEPS: readonly Step[] = [SCHEMA, ...LATER_STEPS.map(inItsWords)]

function inItsWords(step: string): string {
  return step.replaceAll(/\bbigint\b/gi, 'INTEGER').replaceAll(' COLLATE "C"', '')
}

/** This program's. */
export const SCHEMA_VERSION = lastVersion(STEPS)

/** Brings the database to this program's schema. Throws `StartError` if it is of no version it knows. */
export function migrate(db: DatabaseSync, where: string, steps = STEPS): void {
  const found = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (found > 0) assertKnownSchema(found, lastVersion(steps), `The database in ${where}`)
  for (const { step, version } of stepsAfter(found, steps)) {
    db.exec('BEGIN IMMEDIATE')
    if (typeof step === 'string') db.exec(step)
    else step(db)
    db.exec(`PRAGMA user_version = ${version}; COMMIT`)
  }
}
