/** Errors on their way between threads: their kind and their text survive, the rest doesn't. */
import { StartError, StoreUnavailable } from '../../errors.ts'

export interface Fault {
  kind: 'unavailable' | 'start' | 'bug'
  message: string
}

/** SQLite's primary codes that mean 'not now': the same call may work later. */
const UNAVAILABLE: Record<number, string> = {
  5: 'the database is busy',
  6: 'the database is locked',
  7: 'out of memory',
  8: 'the database is read-only',
  10: 'the disk failed',
  13: 'the disk is full',
  14: 'the database file cannot be opened',
}

export function toFault(error: unknown): Fault {
  if (error instanceof StartError) return { kind: 'start', message: error.message }
  if (error instanceof StoreUnavailable) return { kind: 'unavailable', message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  const code = (error as { errcode?: unknown } | null)?.errcode
  const why = typeof code === 'number' ? UNAVAILABLE[code & 0xff] : undefined
  if (why) return { kind: 'unavailable', message: `The store can't commit: ${why} (${message}).` }
  return { kind: 'bug', message }
}

export function toError({ kind, message }: Fault): Error {
  if (kind === 'start') return new StartError(message)
  if (kind === 'unavailable') return new StoreUnavailable(message)
  return new Error(message)
}
