/** What PostgreSQL and the way to it say, in the words of the contract. */
import pg from 'pg'
import { StoreUnavailable } from '../../../errors.ts'

/**
 * SQLSTATE classes and codes that mean 'not now': the same call may work later. Connections (08),
 * resources (53), somebody ended it or the server is starting (57), the system (58), a standby that
 * takes no writes, a lock that took too long, a login that is refused for now; rights and tables that
 * somebody took away, pages that can't be read (XX001, XX002).
 */
const UNAVAILABLE =
  /^(08|53|57|58|25006$|25P03$|55P03$|28|3D000$|40|42501$|42P01$|3F000$|XX00[12]$)/
const NO_SUCH_STATEMENT = '26000'
/** The transaction was whole until it met another: once more. */
const RETRYABLE = /^(40001|40P01)$/

/** Somebody committed in between what this transaction stands on: once more. */
export class MeanwhileChanged extends Error {
  override readonly name = 'MeanwhileChanged'
}

/**
 * A newer version has changed a table while this one runs: of the statements that a connection has
 * prepared, those that answer whole rows are of no use any more. Or somebody took what was prepared away
 * from it (DISCARD ALL). Another connection prepares it anew.
 */
export function isOldPlan(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  return error.routine === 'RevalidateCachedQuery' || error.code === NO_SUCH_STATEMENT
}

export function isRetryable(error: unknown): boolean {
  if (error instanceof MeanwhileChanged || isOldPlan(error)) return true
  return error instanceof pg.DatabaseError && RETRYABLE.test(error.code ?? '')
}

/** Whether the connection still speaks the protocol after this. */
export function isConnectionSound(error: unknown): boolean {
  if (error instanceof ConnectionFault) return false
  return !(error instanceof pg.DatabaseError) || !/^(FATAL|PANIC)$/.test(error.severity ?? '')
}

/** What `pg` throws without an answer of the server: the connection is gone, or never was. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault'
}

/** Of an error that came out of `pg`. */
export function fromPg(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) return error
  if (error instanceof TypeError || error instanceof RangeError) return error
  return new ConnectionFault(reasonOf(error), { cause: error })
}

/** Of anything that ended a transaction: `StoreUnavailable`, or the error itself, a bug of ours. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof ConnectionFault) {
    return new StoreUnavailable(`The database is away: ${error.message}.`, { cause: error })
  }
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : ''
  if (!UNAVAILABLE.test(code)) return error
  return new StoreUnavailable(`The database can't commit now: ${reasonOf(error)} (${code}).`, {
    cause: error,
  })
}

/** In words; of several addresses that were tried, the first one's. */
export function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  return first instanceof Error ? first.message : String(first)
}
