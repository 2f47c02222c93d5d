/** With which key an embedded store is sealed, looked up before anything is opened for writing. */
import { existsSync } from 'node:fs'
import { sealingKeyOf } from './encryption.ts'
import { KEY_CHECK, UNFINISHED_CHECK } from './key-check.ts'
import { databasePath, openForReading } from './sqlite/database.ts'

/** The key's id. Null: there is no database yet, or one in which nothing was ever sealed. */
export function presentKeyOf(dataDir: string): string | null {
  if (!existsSync(databasePath(dataDir))) return null
  const db = openForReading(databasePath(dataDir))
  try {
    // Killed in its very first start it has no tables.
    if (db.prepare(HAS_META).get() === undefined) return null
    const check = db.prepare('SELECT value FROM meta WHERE key = ?').get(KEY_CHECK)?.value
    return check === undefined || check === UNFINISHED_CHECK ? null : sealingKeyOf(String(check))
  } finally {
    db.close()
  }
}

const HAS_META = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'`
