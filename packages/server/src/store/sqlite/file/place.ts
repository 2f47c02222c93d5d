/**
 * Whether the files that are open are still those that the next start would find. A database that was
 * moved, deleted or replaced goes on taking commits through its open descriptors, and all that was
 * promised in them is gone with the process.
 */
import { type BigIntStats, existsSync, renameSync, statSync } from 'node:fs'

export class Place {
  readonly #files: { path: string; identity: string }[]
  readonly #databasePath: string
  readonly #committedBytes: () => number
  /** Nothing of ours makes it shorter: pages that nothing uses stay in it. */
  #bytes: bigint

  /**
   * To be made while the files are open: the database has its log by then. `committedBytes`: how large
   * it is by SQLite's own word, which a `VACUUM` of another process changes and a cut does not.
   */
  constructor(databasePath: string, committedBytes: () => number) {
    this.#databasePath = databasePath
    this.#committedBytes = committedBytes
    this.#bytes = find(databasePath)?.size ?? 0n
    this.#files = [databasePath, `${databasePath}-wal`].flatMap((path) => {
      const found = find(path)
      return found === null ? [] : [{ path, identity: identityOf(found) }]
    })
  }

  /** Null: they are where they were. Costs a few microseconds, and is asked before each commit. */
  whyLost(): string | null {
    for (const { path, identity } of this.#files) {
      const found = find(path)
      const isDatabase = path === this.#databasePath
      const what = isDatabase ? "DATA_DIR's database" : "the log of DATA_DIR's database"
      if (found === null || identityOf(found) !== identity) {
        return sentence(`${what} was moved, deleted or replaced`)
      }
      if (!isDatabase) continue
      if (found.size < this.#bytes && found.size < this.#committedBytes()) {
        return sentence(`${what} was cut short`)
      }
      this.#bytes = found.size
    }
    return null
  }

  /**
   * SQLite ends by deleting its log and its index by their names: of what stands there by now, such as
   * a copy that was put in our place, that would be the last commits.
   */
  closeFrom(close: () => void): void {
    const others = this.whyLost() === null ? [] : BESIDE.map((end) => this.#databasePath + end)
    const there = others.filter((path) => existsSync(path))
    for (const path of there) renameSync(path, `${path}.kept`)
    try {
      close()
    } finally {
      for (const path of there) renameSync(`${path}.kept`, path)
    }
  }
}

const BESIDE = ['-wal', '-shm']

function sentence(what: string): string {
  return `The store can't commit: ${what} while it was open, so what is written now would not be there at the next start. Put it back as it was, or start the server again.`
}

function find(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true })
  } catch {
    // Not there, or its folder can't be entered any more: whoever starts next can't find it either.
    return null
  }
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}
