/** Where a restore works until it is done; a server on what a killed one left would begin a new store. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../errors.ts'
import { databasePath } from '../store/sqlite/file/database.ts'

/** A folder in DATA_DIR, so that the database only has to be renamed. */
export const UNFINISHED_RESTORE = 'restore.unfinished'

export function assertNoUnfinishedRestore(dataDir: string): void {
  const path = join(dataDir, UNFINISHED_RESTORE)
  if (!existsSync(path) || existsSync(databasePath(dataDir))) return
  throw new StartError(
    `A restore into ${dataDir} is not finished. Run it again; or delete ${path} to begin with an empty store.`,
  )
}
