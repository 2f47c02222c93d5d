/**
 * Whether the files that are open are still those that the next start would find. A database that was
 * moved, deleted or replaced goes on taking commits through its open descriptors, and all that was
 * promised in them is gone with the process.
 */
import { statSync } from 'node:fs'

export class Place {
  readonly #files: { path: string; identity: string }[]

  /** To be made while the files are open: the database has its log by then. */
  constructor(databasePath: string) {
    const paths = [databasePath, `${databasePath}-wal`]
    this.#files = paths.flatMap((path) => {
      const identity = identityOf(path)
      return identity === null ? [] : [{ path, identity }]
    })
  }

  /** Null: they are where they were. Costs a few microseconds, and is asked before each commit. */
  whyLost(): string | null {
    const lost = this.#files.find(({ path, identity }) => identityOf(path) !== identity)
    if (lost === undefined) return null
    const what = lost === this.#files[0] ? "DATA_DIR's database" : "the log of DATA_DIR's database"
    return `The store can't commit: ${what} was moved, deleted or replaced while it was open, so what is written now would not be there at the next start. Put it back where it was, or start the server again.`
  }
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    // Not there, or its folder can't be entered any more: whoever starts next can't find it either.
    return null
  }
}
