/** What a caller may send again: marked for the engines, which keep no body and know no key. */
import type { Once } from '../desk.ts'
import { isRepeated, type Repeated } from './operations/audit.ts'
import type { OnceRecord } from './operations/once.ts'
import type { DeskParts } from './parts.ts'

export function onceRecord(
  { encryption }: DeskParts,
  once: Once | null | undefined,
): OnceRecord | null {
  if (!once) return null
  const { body, ...place } = once
  // With its place: the same body elsewhere has another mark.
  const { scope, route, key } = place
  return { ...place, marks: encryption.marks(JSON.stringify([scope, route, key, body])) }
}

/** The row that was made, now or before: whose id tells which. */
export function madeRow<Made>(made: Made): Made extends Repeated<infer Row> ? Row : Made
export function madeRow(made: unknown): unknown {
  return isRepeated(made) ? made.repeated : made
}
