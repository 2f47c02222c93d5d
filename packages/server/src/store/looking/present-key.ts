/** With which key an embedded store is sealed, looked up before anything is opened for writing. */

import { sealingKeyOf } from '../sealing/encryption.ts'
import { KEY_CHECK, UNFINISHED_CHECK } from '../sealing/key-check.ts'
import { databasePath, openForReading } from '../sqlite/file/database.ts'
import { inspectDatabase } from '../sqlite/file/whose-file.ts'

/** The key's id. Null: there is no database yet, or one in which nothing was ever sealed. */
export function presentKeyOf(dataDir: string): string | null {
  if (inspectDatabase(dataDir) === null) return null
  const db = openForReading(databasePath(dataDir))
  try {
    const check = db.prepare('SELECT value FROM meta WHERE key = ?').get(KEY_CHECK)?.value
    return check === undefined || check === UNFINISHED_CHECK ? null : sealingKeyOf(String(check))
  } finally {
    db.close()
  }
}
