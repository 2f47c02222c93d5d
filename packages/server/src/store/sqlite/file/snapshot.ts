/**
 * Copies the database of an embedded store into a file, beside the server that writes to it.
 *
 * One read transaction from the first count to the last page: so the copy is the store as it was at
 * one commit, and writers, who append to the log, are neither waited for nor held up. Without that
 * transaction SQLite begins its copy again after every commit of another process, and never ends on a
 * busy store. What it costs: for as long as it lasts the log grows by all that is written, and what is
 * erased stays in it (engine.ts empties it afterwards).
 */
import { closeSync, openSync } from 'node:fs'
import { backup } from 'node:sqlite'
import { type BackupContents, type BackupStep, describe } from './backup-file.ts'
import { databasePath, openForReading } from './database.ts'
import { assertOurs } from './whose-file.ts'

/** 4 MB a step. */
const STEP_PAGES = 1_000

/** `path` must not exist; made with mode 0600. */
export async function copySnapshot(
  { dataDir, path, madeAt }: { dataDir: string; path: string; madeAt: number },
  onStep: (step: BackupStep) => void,
): Promise<BackupContents> {
  assertOurs(dataDir)
  const db = openForReading(databasePath(dataDir))
  try {
    db.exec('BEGIN')
    // The first read takes the snapshot.
    const contents = describe(db, madeAt, `the folder ${dataDir}`)
    const pageBytes = Number(db.prepare('PRAGMA page_size').get()?.page_size)
    closeSync(openSync(path, 'wx', 0o600))
    await backup(db, path, {
      rate: STEP_PAGES,
      progress: ({ totalPages, remainingPages }) =>
        onStep({
          doing: 'copy',
          done: (totalPages - remainingPages) * pageBytes,
          total: totalPages * pageBytes,
        }),
    })
    return contents
  } finally {
    db.close()
  }
}
