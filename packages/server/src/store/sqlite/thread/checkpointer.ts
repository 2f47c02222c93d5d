/**
 * Moves the log's pages into the database beside the writer, which goes on committing meanwhile.
 * Left to the writer, that work and its sync would hold up a commit every few thousand pages.
 */
import type { DatabaseSync } from 'node:sqlite'
import { databasePath, openForCheckpoints } from '../file/database.ts'

export class Checkpointer {
  readonly #dataDir: string
  #opened: DatabaseSync | null = null

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** Moves what is committed by now; never waits for anybody. */
  run(): void {
    this.#opened ??= openForCheckpoints(databasePath(this.#dataDir))
    this.#opened.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }

  close(): void {
    this.#opened?.close()
  }
}
