/**
 * One server for a folder. The lock is an exclusive transaction on a small database of its own: it
 * ends with the process that holds it, however that ends, which a pid file does not.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../../errors.ts'
import { folderError } from '../../../files/folder-error.ts'
import { makeFile } from './database.ts'
import { isDamage, sqliteCode } from './faults.ts'
import { startError } from './whose-file.ts'

/** SQLite's codes: another holds it. */
const HELD: readonly number[] = [5, 6]

/** Returns the function that gives the folder back. Throws `StartError` when another holds it. */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'lock.db')
  try {
    makeFile(path)
  } catch (error) {
    throw folderError(error, dataDir) ?? error
  }
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    // Nothing is ever written here: so no journal file, which a killed process would leave behind.
    db.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (isDamage(sqliteCode(error) ?? 0)) {
      throw new StartError(`${path} is no lock file of Chatzuri's: delete it and start again.`)
    }
    if (!HELD.includes((sqliteCode(error) ?? 0) & 0xff)) throw startError(error, dataDir) ?? error
    throw new StartError(
      `The folder ${dataDir} is in use by another Chatzuri server. Stop that one, or give this one a DATA_DIR of its own.`,
      { cause: error },
    )
  }
  return () => db.close()
}
