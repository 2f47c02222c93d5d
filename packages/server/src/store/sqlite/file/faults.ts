/** Errors on their way between threads: their kind and their text survive, the rest doesn't. */
import { StartError, StoreDamaged, StoreUnavailable } from '../../../errors.ts'

export interface EngineFault {
  kind: 'unavailable' | 'damaged' | 'start' | 'bug'
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

/**
 * What can't be read back: CORRUPT and NOTADB, and of the disk's failures those of reading (READ,
 * SHORT_READ, DATA, CORRUPTFS). A write that failed was not promised to anybody, and may work later.
 */
const DAMAGED: readonly number[] = [11, 26]
const DAMAGED_EXTENDED: readonly number[] = [266, 522, 8_202, 8_458]

/** Every statement of ours is of a schema that was there at the start. */
const SCHEMA_LOST = /^(no such (table|column)|malformed database schema|unsupported file format)/

export function toFault(error: unknown): EngineFault {
  if (error instanceof StartError) return { kind: 'start', message: error.message }
  if (error instanceof StoreDamaged) return { kind: 'damaged', message: error.message }
  if (error instanceof StoreUnavailable) return { kind: 'unavailable', message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  const code = sqliteCode(error)
  if (code === null) return { kind: 'bug', message }
  if (isDamage(code) || SCHEMA_LOST.test(message)) {
    return {
      kind: 'damaged',
      message: `The database is damaged (${message}): nothing more is written to it, what can be read is still answered. Stop the server, keep a copy of the folder, and restore a backup.`,
    }
  }
  const why = UNAVAILABLE[code & 0xff]
  if (why) return { kind: 'unavailable', message: `The store can't commit: ${why} (${message}).` }
  return { kind: 'bug', message }
}

/** Of the embedded store every such sentence is for everybody's eyes: none names a path. */
export function toError({ kind, message }: EngineFault): Error {
  if (kind === 'start') return new StartError(message)
  if (kind === 'damaged') return new StoreDamaged(message, { shown: message })
  if (kind === 'unavailable') return new StoreUnavailable(message, { shown: message })
  return new Error(message)
}

/** SQLite's extended result code; null: it isn't SQLite's. */
export function sqliteCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code : null
}

export function isDamage(code: number): boolean {
  return DAMAGED.includes(code & 0xff) || DAMAGED_EXTENDED.includes(code)
}
