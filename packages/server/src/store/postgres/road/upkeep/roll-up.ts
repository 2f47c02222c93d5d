/**
 * Adds finished minutes to the roll-ups (store/rules/rollups.ts).
 *
 * A transaction that took its time before a minute's end may commit long after it. So a mark is set
 * first: a minute, and the number of a transaction that began after that minute. Transactions get
 * their numbers before they take their time (transaction.ts): whoever counts below the mark's minute
 * has a lower number. When all lower ones have ended, minutes below the mark are final. The hot paths
 * pay nothing.
 *
 * One node at a time: the others find the row of `stats_until` locked and leave.
 */
import { addMinutes, MINUTE_MS } from '../../../rules/rollups.ts'
import type { Transaction } from '../../connection/transaction.ts'

interface Kept {
  /** Minutes before it are in the roll-ups. */
  until: number
  /** The mark: minutes before it are final once `ready`. */
  mark: number
  ready: boolean
  /** When this transaction began, before it got its number. */
  began: number
}

export async function rollUp(tx: Transaction, limit: number): Promise<{ more: boolean }> {
  const [kept] = await tx.query<Kept>(LOCK_KEPT)
  if (!kept) return { more: false }
  const [first] = await tx.query<{ minute: number }>(FIRST_MINUTE, [kept.until])
  if (!first) return { more: false }
  if (first.minute < kept.mark) {
    if (!kept.ready) return { more: false }
    const [next] = await tx.query<{ minute: number }>(NEXT_MINUTE, [first.minute, kept.mark, limit])
    const until = next?.minute ?? kept.mark
    tx.send(ADD_MINUTES, [first.minute, until])
    tx.send(KEEP_UNTIL, [until])
    if (until < kept.mark) return { more: true }
  }
  // By the clock of the counts, where it has been set back since.
  const began = Math.min(kept.began, tx.now)
  const mark = began - (began % MINUTE_MS)
  if (mark <= kept.mark) return { more: false }
  tx.send(SET_MARK, [mark])
  return { more: true }
}

const LOCK_KEPT = `SELECT kept.value::bigint AS until, split_part(mark.value, ' ', 1)::bigint AS mark,
    split_part(mark.value, ' ', 2)::xid8 <= pg_snapshot_xmin(pg_current_snapshot()) AS ready,
    floor(extract(epoch FROM transaction_timestamp()) * 1000)::bigint AS began
  FROM meta kept JOIN meta mark ON mark.key = 'stats_mark'
  WHERE kept.key = 'stats_until' FOR UPDATE SKIP LOCKED`
const SET_MARK = `UPDATE meta SET value = $1::bigint || ' ' || pg_current_xact_id()::text
  WHERE key = 'stats_mark'`
const KEEP_UNTIL = `UPDATE meta SET value = $1::bigint::text WHERE key = 'stats_until'`
const FIRST_MINUTE = 'SELECT minute FROM stats_minutes WHERE minute >= $1 ORDER BY minute LIMIT 1'
/** After so many rows; never the first, which is taken whole. */
const NEXT_MINUTE = `SELECT minute FROM stats_minutes WHERE minute > $1 AND minute < $2
  ORDER BY minute LIMIT 1 OFFSET $3`
const ADD_MINUTES = addMinutes(['$1', '$2'])
