/**
 * One server for a folder. The lock is an exclusive transaction on a small database of its own: it
 * ends with the process that holds it, however that ends, which a pid file does not.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../errors.ts'
import { makeFile } from './database.ts'
import { toFault } from './faults.ts'

/** Returns the function that gives the folder back. Throws `StartError` when another holds it. */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'lock.db')
  makeFile(path)
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    // Nothing is ever written here: so no journal file, which a killed process would leave behind.
    db.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (toFault(error).kind !== 'unavailable') throw error
    throw new StartError(
      `The folder ${dataDir} is in use by another Chatzuri server. Stop that one, or give this one a DATA_DIR of its own.`,
      { cause: error },
    )
  }
  return () => db.close()
}
