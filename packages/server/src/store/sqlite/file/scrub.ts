/**
 * Wipes what SQLite leaves behind. `secure_delete` overwrites a row where it stands, but when pages
 * are split and merged, copies of rows stay in the unused middle of a page, between its list of cells
 * and the cells: of 514 people who were erased out of 600, 6 were still to be found there (measured,
 * files.test.ts). SQLite never reads those bytes, and has no way to clear them short of VACUUM, which
 * rewrites everything and holds up the writer meanwhile. So this writes zeros over them in the file
 * (docs/decisions/0017).
 *
 * Only the engine may call `step`, right after it has emptied the log: then the file is the whole
 * truth, nobody else writes to it, and the engine's own cache, which has the old bytes, was dropped.
 * A crash in the middle leaves a page with fewer of them: no other byte of a page is touched.
 */
import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs'

/** The first byte of a page that holds rows. Of any other page it is that of a page's number. */
const LEAF_TYPES: readonly number[] = [0x0a, 0x0d]
const INNER_TYPES: readonly number[] = [0x02, 0x05]
/** From this number on, the first byte of another kind of page could be one of these. */
const PAGES_MAX = 0x02000000
const FILE_HEADER_BYTES = 100

export class Scrubber {
  readonly #path: string
  #file: number | null = null
  /** The next page to look at, and how many are left of this walk. */
  #next = 0
  #left = 0

  constructor(path: string) {
    this.#path = path
  }

  get isDue(): boolean {
    return this.#left > 0
  }

  /** Something was erased: every page is to be looked at once from now on. */
  begin(pages: number): void {
    this.#left = pages < PAGES_MAX ? pages : 0
  }

  step({ pageBytes, pages, limit }: { pageBytes: number; pages: number; limit: number }): void {
    // Never closed before the database is: closing would drop the locks that SQLite holds on it.
    this.#file ??= openSync(this.#path, 'r+')
    if (this.#next >= pages) this.#next = 0
    const count = Math.min(limit, this.#left, pages - this.#next)
    const bytes = Buffer.allocUnsafe(count * pageBytes)
    const found = readSync(this.#file, bytes, 0, bytes.length, this.#next * pageBytes)
    let wiped = false
    for (let at = 0; at + pageBytes <= found; at += pageBytes) {
      const page = bytes.subarray(at, at + pageBytes)
      const gap = unusedMiddle(page, this.#next === 0 && at === 0 ? FILE_HEADER_BYTES : 0)
      if (gap === null || isZero(page, gap)) continue
      const zeros = Buffer.alloc(gap.end - gap.start)
      writeSync(this.#file, zeros, 0, zeros.length, this.#next * pageBytes + at + gap.start)
      wiped = true
    }
    if (wiped) fdatasyncSync(this.#file)
    this.#next += count
    this.#left -= count
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }
}

/** https://www.sqlite.org/fileformat.html, section 1.6. Null: no page of rows. */
export function unusedMiddle(page: Buffer, header: number): { start: number; end: number } | null {
  const type = page.readUInt8(header)
  const isLeaf = LEAF_TYPES.includes(type)
  if (!isLeaf && !INNER_TYPES.includes(type)) return null
  const start = header + (isLeaf ? 8 : 12) + 2 * page.readUInt16BE(header + 3)
  const end = page.readUInt16BE(header + 5) || 0x10000
  return start < end && end <= page.length ? { start, end } : null
}

function isZero(page: Buffer, { start, end }: { start: number; end: number }): boolean {
  for (let at = start; at < end; at++) if (page[at] !== 0) return false
  return true
}
