/**
 * Small files beside the data that must be there whole or not at all, also after a power cut: written
 * under another name, synced, then named, and the folder synced after them. What a kill leaves has
 * `unfinished` in its name, is never read, and goes when the file is made next.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemRandom } from '../random.ts'

/** Of file systems without links, such as those of USB sticks and shares. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']
const UNFINISHED = '.unfinished-'

/** Of two that make the same file at once one does, and the other gets false. */
export function makeFileDurably(path: string, text: string): boolean {
  const unfinished = write(path, text)
  const made = nameFile(unfinished, path)
  syncFolder(dirname(path))
  sweep(path)
  return made
}

export function replaceFileDurably(path: string, text: string): void {
  renameSync(write(path, text), path)
  syncFolder(dirname(path))
  sweep(path)
}

/** A link, not a rename, which would take the place of what was made meanwhile. */
export function nameFile(unfinished: string, path: string): boolean {
  try {
    linkSync(unfinished, path)
  } catch (error) {
    // Also where whoever made it has swept ours away.
    if (existsSync(path)) return false
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    renameSync(unfinished, path)
  }
  return true
}

/** Windows syncs no folders, and needs none: NTFS has a journal of names. */
export function syncFolder(path: string): void {
  if (process.platform !== 'win32') sync(path)
}

/** A file's content, on disk. */
export function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Whether a file of this name is what a kill left of one. */
export function isUnfinished(name: string): boolean {
  return name.includes(UNFINISHED)
}

function write(path: string, text: string): string {
  const unfinished = `${path}${UNFINISHED}${systemRandom.bytes(4).toString('hex')}`
  try {
    writeFileSync(unfinished, text, { flag: 'wx', mode: 0o600 })
    chmodSync(unfinished, 0o600)
    sync(unfinished)
    return unfinished
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

function sweep(path: string): void {
  const left = readdirSync(dirname(path)).filter((name) =>
    name.startsWith(`${basename(path)}${UNFINISHED}`),
  )
  for (const name of left) rmSync(join(dirname(path), name), { force: true })
}
