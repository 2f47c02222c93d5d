/**
 * Opening the database's files: their mode, and the pragmas that the promises stand on.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** How long to wait for a lock inside this process: only a checkpoint and a read ever meet. */
export const LOCK_WAIT_MS = 1_000

export function databasePath(dataDir: string): string {
  return join(dataDir, 'chatzuri.db')
}

/** Makes the folder, for its owner's eyes only. One that is there keeps its mode. */
export function makeFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
}

/**
 * Makes the file with mode 0600 before SQLite sees it: SQLite gives the same mode to its log and its
 * index beside it. An existing file is not opened: closing it here would drop the locks that this
 * process holds on it (POSIX locks belong to the process, not to the descriptor).
 */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    chmodSync(path, 0o600)
  }
}

export function openForWriting(path: string): DatabaseSync {
  makeFile(path)
  const db = new DatabaseSync(path, { timeout: LOCK_WAIT_MS, enableForeignKeyConstraints: false })
  return prepared(
    db,
    `
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
  `,
  )
}

/** For a connection that only moves pages from the log into the database. */
export function openForCheckpoints(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false })
  return prepared(
    db,
    'PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -1024',
  )
}

export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: LOCK_WAIT_MS, readOnly: true })
  return prepared(db, 'PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY')
}

/** What can't be used must not stay open: its disk could not be unmounted. */
function prepared(db: DatabaseSync, pragmas: string): DatabaseSync {
  try {
    db.exec(pragmas)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
