/**
 * A mark beside the keys: a database was made here. Keys alone may have been laid out for a first start;
 * keys and this mark without a database are a store that is lost or not mounted, and an empty one in its
 * place would answer 202 as if nothing had happened.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFileDurably } from './durable-file.ts'

export const STORE_MARK = 'store-was-made'

const TEXT = `A Chatzuri database was made in this folder. Without it a server refuses to start here,
instead of beginning an empty one. To begin an empty one, delete this file.
`

export function markPath(dataDir: string): string {
  return join(dataDir, STORE_MARK)
}

export function isMarked(dataDir: string): boolean {
  return existsSync(markPath(dataDir))
}

/** On disk when it returns. */
export function keepMark(dataDir: string): void {
  if (!isMarked(dataDir)) makeFileDurably(markPath(dataDir), TEXT)
}
