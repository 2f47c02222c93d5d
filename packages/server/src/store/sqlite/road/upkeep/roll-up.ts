/**
 * Adds finished minutes to the roll-ups (store/rules/rollups.ts). Every write goes through one
 * connection, by one clock: a minute that is over is final, and where a clock was set back the
 * transaction counts in a later minute.
 */
import { addMinutes, MINUTE_MS } from '../../../rules/rollups.ts'
import type { Core } from '../../core.ts'

export function rollUp(core: Core, limit: number): { more: boolean } {
  const { tx } = core
  const end = tx.now - (tx.now % MINUTE_MS)
  const first = core.get<{ minute: number }>(FIRST_MINUTE, tx.rolledUntil ?? core.rolledUntil, end)
  if (!first) return { more: false }
  const next = core.get<{ minute: number }>(NEXT_MINUTE, first.minute, end, limit)
  const until = next?.minute ?? end
  core.run(ADD_MINUTES, first.minute, until)
  core.run(KEEP_UNTIL, until)
  tx.rolledUntil = until
  return { more: until < end }
}

const FIRST_MINUTE = `SELECT minute FROM stats_minutes WHERE minute >= ? AND minute < ?
  ORDER BY minute LIMIT 1`
/** After so many rows; never the first, which is taken whole. */
const NEXT_MINUTE = `SELECT minute FROM stats_minutes WHERE minute > ? AND minute < ?
  ORDER BY minute LIMIT 1 OFFSET ?`
const ADD_MINUTES = addMinutes(['?1', '?2'])
const KEEP_UNTIL = `UPDATE meta SET value = ? WHERE key = 'stats_until'`
