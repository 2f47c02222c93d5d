/** A server where a store once was must not begin an empty one: it would take leads as if all were well. */
import { existsSync } from 'node:fs'
import { StartError } from '../errors.ts'
import { isMarked, markPath } from '../files/store-mark.ts'
import { databasePath } from '../store/sqlite/file/database.ts'
import { inspectDatabase } from '../store/sqlite/file/whose-file.ts'

/** Throws `StartError` when the folder's database is gone, empty, or another program's. */
export function assertStoreIsThere(dataDir: string): void {
  if (inspectDatabase(dataDir) !== null || !isMarked(dataDir)) return
  const path = databasePath(dataDir)
  const what = existsSync(path) ? 'is empty' : 'is gone'
  throw new StartError(
    `The database ${path} ${what}, though one was made in this folder: is its disk mounted? Put it back, or restore a backup (\`chatzuri-server restore\`); to begin an empty store, delete ${markPath(dataDir)}.`,
  )
}
