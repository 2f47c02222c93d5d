/**
 * A backup is a database file as the store has it, with one row more: the mark, which says what is in
 * it. The mark is written last, in a commit of its own, after everything was checked; a file without
 * it is no backup. It goes when the file becomes a store again.
 *
 * Never: knows a key, or whether the keys are kept beside it.
 */
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../../errors.ts'
import { assertNotBeforeFirst } from '../../rules/schema-version.ts'
import { sealingKeyOf } from '../../sealing/encryption.ts'
import {
  KEY_CHECK,
  type KnownKeys,
  parseRetired,
  RETIRED_KEYS,
  SERVER_SECRET,
  UNFINISHED_CHECK,
} from '../../sealing/key-check.ts'
import { COUNT_SEALED_WITH, countByKey } from '../../sealing/sealed-with.ts'
import { openForReading } from './database.ts'
import { SCHEMA_VERSION } from './migrations.ts'

export interface BackupContents {
  /** The moment of the snapshot, Unix milliseconds. */
  madeAt: number
  schema: number
  /** How many rows each table has. */
  tables: Record<string, number>
  /** Deliveries that were not finished. */
  waiting: number
  /** Ids of the keys that it is sealed with, the one that sealed first. */
  keyIds: string[]
}

export interface BackupStep {
  doing: 'copy' | 'verify'
  /** Bytes that are copied, rows that are verified. */
  done: number
  total: number
}

const MARK = 'backup'
/** SQLite's code. */
const CORRUPT = 11

/** Throws `StartError` unless the snapshot is one of a store that a server has used. */
export function describe(db: DatabaseSync, madeAt: number, where: string): BackupContents {
  const known = readKnownKeys(db)
  if (known.check === null || known.check === UNFINISHED_CHECK) {
    const why =
      known.check === null
        ? `No Chatzuri server has ever used ${where}`
        : `A migrate into ${where} is not finished`
    throw new StartError(`${why}: there is nothing to back up.`)
  }
  const secretKey = known.secret === null ? [] : [sealingKeyOf(known.secret)]
  const backlog = db.prepare(READ_META).get('backlog')?.value
  return {
    madeAt,
    schema: Number(db.prepare('PRAGMA user_version').get()?.user_version),
    tables: countRows(db),
    waiting: Number(backlog ?? 0),
    keyIds: [...new Set([sealingKeyOf(known.check), ...secretKey, ...known.counts.keys()])],
  }
}

/** What keys a database wants. */
function readKnownKeys(db: DatabaseSync): KnownKeys {
  const read = (key: string) => {
    const value = db.prepare(READ_META).get(key)?.value
    return typeof value === 'string' && value !== '' ? value : null
  }
  const groups = db.prepare(COUNT_SEALED_WITH).all() as { sealed_with: string; count: number }[]
  return {
    check: read(KEY_CHECK),
    secret: read(SERVER_SECRET),
    retired: parseRetired(read(RETIRED_KEYS)),
    counts: countByKey(groups),
  }
}

/**
 * Makes a copied file a backup: one file without a log beside it, every table and index checked, as
 * many rows as the snapshot had, and the mark. On disk when it returns.
 */
export function sealBackup(
  path: string,
  contents: BackupContents,
  onStep: (step: BackupStep) => void,
): void {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL')
    verify(db, contents, path, onStep)
    db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(MARK, JSON.stringify(contents))
  } finally {
    db.close()
  }
}

/** Throws `StartError` unless it is a backup that this program can read. */
export function readBackup(path: string): { contents: BackupContents; known: KnownKeys } {
  let db: DatabaseSync | undefined
  try {
    db = openForReading(path)
    const contents = readMark(db)
    if (contents === null) throw notOurs(path)
    assertNotBeforeFirst(contents.schema, `The backup ${path}`)
    if (contents.schema > SCHEMA_VERSION) {
      throw new StartError(
        `The backup ${path} was made by a newer version of Chatzuri (schema ${contents.schema}; this one knows ${SCHEMA_VERSION}). Restore it with that version.`,
      )
    }
    return { contents, known: readKnownKeys(db) }
  } catch (error) {
    const { errcode } = error as { errcode?: unknown }
    if (typeof errcode !== 'number' || !(error instanceof Error)) throw error
    // No database at all, or one with the journal of a copy that was cut short.
    if (errcode !== CORRUPT) throw notOurs(path, error)
    throw new StartError(`The backup ${path} is damaged: ${error.message}.`, { cause: error })
  } finally {
    db?.close()
  }
}

/** Makes a copy of a backup a store's database: checked as it was when it was made, without the mark. */
export function unsealBackup(
  path: string,
  contents: BackupContents,
  onStep: (step: BackupStep) => void,
): void {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  try {
    verify(db, contents, path, onStep)
    db.exec('PRAGMA synchronous = FULL')
    db.prepare('DELETE FROM meta WHERE key = ?').run(MARK)
  } finally {
    db.close()
  }
}

function readMark(db: DatabaseSync): BackupContents | null {
  if (db.prepare(HAS_META).get() === undefined) return null
  const value = db.prepare(READ_META).get(MARK)?.value
  return typeof value === 'string' ? (JSON.parse(value) as BackupContents) : null // written above
}

function notOurs(path: string, cause?: Error): StartError {
  const why = cause === undefined ? '' : ` (${cause.message})`
  return new StartError(
    `${path} is no backup${why}: \`chatzuri-server backup\` makes one. (A database file that was copied otherwise is put into an empty DATA_DIR as chatzuri.db, while no server runs.)`,
    { cause },
  )
}

/** A table at a time, so that it can be told how far it is. */
function verify(
  db: DatabaseSync,
  contents: BackupContents,
  path: string,
  onStep: (step: BackupStep) => void,
): void {
  const tables = Object.entries(contents.tables)
  const total = tables.reduce((sum, [, rows]) => sum + rows, 0)
  let done = 0
  for (const [table, rows] of tables) {
    onStep({ doing: 'verify', done, total })
    const found = db.prepare(`PRAGMA integrity_check('${table}')`).get()?.integrity_check
    const count = Number(db.prepare(`SELECT count(*) AS count FROM "${table}"`).get()?.count)
    if (found !== 'ok' || count !== rows) {
      const what = found === 'ok' ? `it has ${count} rows of ${rows}` : String(found)
      throw new StartError(`The copy ${path} is damaged, in its table "${table}": ${what}.`)
    }
    done += rows
  }
}

function countRows(db: DatabaseSync): Record<string, number> {
  const names = db.prepare(LIST_TABLES).all()
  const counts = names.map(({ name }) => {
    const row = db.prepare(`SELECT count(*) AS count FROM "${String(name)}"`).get()
    return [String(name), Number(row?.count)] as const
  })
  return Object.fromEntries(counts)
}

const READ_META = 'SELECT value FROM meta WHERE key = ?'
const HAS_META = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'`
/** All but the one that the mark is written into. */
const LIST_TABLES = `SELECT name FROM sqlite_schema
  WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'meta' ORDER BY name`
