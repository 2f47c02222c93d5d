/**
 * The schema's number, the same in both stores. It begins with 11: what was before lay in other tables,
 * was never released, and is refused (docs/decisions/0044-hot-and-cold.md).
 */
import { StartError } from '../../errors.ts'

export const FIRST_SCHEMA = 11

/**
 * What followed the first, in words that both databases take. A released one is never edited. Once the
 * stores need different words this list is closed, or numbers would move: each names its own from then on.
 */
export const LATER_STEPS: readonly string[] = [
  // What is left of a deleted webhook while its deliveries are kept. The URL is sealed as it was.
  `CREATE TABLE deleted_webhooks (id text PRIMARY KEY, chatbot_id text NOT NULL, url text NOT NULL,
    deleted_at bigint NOT NULL);
  CREATE INDEX deleted_webhooks_by_chatbot ON deleted_webhooks (chatbot_id);
  CREATE INDEX deleted_webhooks_by_age ON deleted_webhooks (deleted_at);
  CREATE INDEX deleted_webhooks_sealed_with ON deleted_webhooks ((substr(url, 4, 8)));`,
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
    `${what} has schema ${found}, of a build from before the first release; this version of Chatzuri begins with ${FIRST_SCHEMA}. Nothing was changed: the checkout that wrote it still takes it (docs/operate.md, Upgrades); or begin with an empty store.`,
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
