/**
 * Before a database file is opened for writing: is it one of ours, and whole enough to be read? Opening
 * another program's would change it (its journal, its schema).
 *
 * Never: writes, reads more than the header and the list of tables.
 */
import { accessSync, constants, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../../errors.ts'
import { folderError } from '../../../files/folder-error.ts'
import { assertNotBeforeFirst } from '../../rules/schema-version.ts'
import { databasePath, openForReading } from './database.ts'
import { isDamage, sqliteCode } from './faults.ts'

/** The bytes of "chzr", in the file's header since this is checked; 0 before. */
export const APPLICATION_ID = 0x63687a72
/** Of every schema, also of those that are refused. */
const OUR_TABLES = ['meta', 'chatbots', 'webhooks', 'leads']

/** Null: there is no file, or an empty one, as a first start leaves that was cut short. */
type Found = { schema: number } | null

/** Throws `StartError` when the file is not ours to open, or too old to be read. */
export function inspectDatabase(dataDir: string): Found {
  const path = databasePath(dataDir)
  try {
    if (!hasContent(path)) return null
    const db = openForReading(path)
    try {
      return inspect(db, path)
    } finally {
      db.close()
    }
  } catch (error) {
    throw startError(error, dataDir) ?? error
  }
}

/** For what only reads: also throws where there is nothing yet. */
export function assertOurs(dataDir: string): void {
  if (inspectDatabase(dataDir) !== null) return
  throw new StartError(
    `The database in ${dataDir} is empty: no Chatzuri server has ever used the folder, or its database was lost.`,
  )
}

/** Looked at by SQLite alone: closing a descriptor of our own would drop the locks of this process. */
function hasContent(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) {
    throw new StartError(`${path} is a folder where the database belongs; move it away.`)
  }
  return found !== undefined && found.size > 0
}

function inspect(db: DatabaseSync, path: string): Found {
  const pragma = (name: string) => Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
  const tables = new Set(
    db
      .prepare(LIST_TABLES)
      .all()
      .map(({ name }) => name),
  )
  const [applicationId, schema] = [pragma('application_id'), pragma('user_version')]
  const isOurs = applicationId === APPLICATION_ID || applicationId === 0
  if (tables.size === 0 && isOurs && schema === 0) return null
  if (!isOurs || !OUR_TABLES.every((name) => tables.has(name))) {
    throw new StartError(
      `${path} is a database of another program, and is left as it is: move it away, or give another DATA_DIR.`,
    )
  }
  assertNotBeforeFirst(schema, `The database ${path}`)
  return { schema }
}

function noDatabase(path: string): StartError {
  return new StartError(
    `${path} is no SQLite database: it is another program's file, or was overwritten or cut short. Keep a copy of it, move it away, and restore a backup.`,
  )
}

/** What SQLite or the disk says while a store is opened, in a sentence. Null: it is a bug. */
export function startError(error: unknown, dataDir: string): StartError | null {
  const path = databasePath(dataDir)
  const code = sqliteCode(error)
  if (code === null || !(error instanceof Error)) return folderError(error, dataDir)
  const denied = DENIED.includes(code & 0xff) ? whyDenied(dataDir) : null
  if (denied !== null) return denied
  const sentence = sqliteSentence(code, path, error.message)
  return sentence === null ? null : new StartError(sentence, { cause: error })
}

/** SQLite only says that it can't: the folder itself says why. */
function whyDenied(dataDir: string): StartError | null {
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    return folderError(error, dataDir)
  }
}

function sqliteSentence(code: number, path: string, message: string): string | null {
  if ((code & 0xff) === NOTADB) return noDatabase(path).message
  if (isDamage(code)) {
    return `The database ${path} is damaged or cut short (${message}). Keep a copy of its folder, and restore a backup into an empty one.`
  }
  switch (code & 0xff) {
    case READONLY:
      return `The database ${path} can only be read: this user may not write it or its folder, or its disk is mounted read-only.`
    case CANTOPEN:
      return `The database ${path} cannot be opened: this user may not read and write it, or what is beside it (${message}).`
    default:
      // Full, failing or busy: faults.ts has the words.
      return null
  }
}

const [READONLY, CANTOPEN, NOTADB] = [8, 14, 26]
const DENIED: readonly number[] = [READONLY, CANTOPEN]
const LIST_TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
