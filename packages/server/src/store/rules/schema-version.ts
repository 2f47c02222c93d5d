/**
 * The schema's number, the same in both stores. It begins with 9: the steps before it were squashed
 * into each store's schema.ts, which is the schema that they led to, before the first release. So what
 * the last of them left is taken as it is, and what an earlier one left is refused
 * (docs/decisions/0043-the-schema-begins-with-9.md).
 */
import { StartError } from '../../errors.ts'

export const FIRST_SCHEMA = 9

/**
 * What followed the first, in words that both databases take. A released one is never edited. Once the
 * stores need different words this list is closed, or numbers would move: each names its own from then on.
 */
export const LATER_STEPS: readonly string[] = [
  `ALTER TABLE webhooks ADD COLUMN metadata text NOT NULL DEFAULT '{}'`,
]

/** The number that a store has after all of these steps. */
export function lastVersion(steps: readonly unknown[]): number {
  return FIRST_SCHEMA + steps.length - 1
}

/** Those that a store of this number has not made yet; 0: a new one. */
export function stepsAfter<Step>(found: number, steps: readonly Step[]) {
  const numbered = steps.map((step, index) => ({ step, version: FIRST_SCHEMA + index }))
  return numbered.filter(({ version }) => version > found)
}

/** `what` is the database or the backup, as a sentence begins. Throws `StartError`. */
export function assertNotBeforeFirst(found: number, what: string): void {
  if (found >= FIRST_SCHEMA) return
  throw new StartError(
    `${what} has schema ${found}, of a build from before the first release; this version of Chatzuri begins with ${FIRST_SCHEMA}. Nothing was changed: an older checkout still takes it, and one with schema ${FIRST_SCHEMA} brings it there (docs/operate.md, Upgrades); or begin with an empty store.`,
  )
}

/** For what opens a store. Throws `StartError` also when it is a newer version's. */
export function assertKnownSchema(found: number, known: number, what: string): void {
  assertNotBeforeFirst(found, what)
  if (found <= known) return
  throw new StartError(
    `${what} was written by a newer version of Chatzuri (schema ${found}; this one knows ${known}). Start that version, or restore a backup from before the upgrade.`,
  )
}
