/**
 * A file that is there whole or not at all: written under another name, synced, then named, and never
 * in the place of one that is there. What is left by a kill has `unfinished` in its name.
 */
import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from '../errors.ts'
import { nameFile, sync, syncFolder } from '../files/durable-file.ts'
import { systemRandom } from '../random.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** What SQLite may have put beside it. */
const BESIDE = ['', '-journal', '-wal', '-shm']

/** `write` makes the file that it is given the name of. Throws `StartError` where nothing can be. */
export async function makeNewFile<T>(
  path: string,
  write: (unfinished: string) => Promise<T>,
): Promise<T> {
  assertFree(path)
  // Of its own for each run: two that write the same file must not publish each other's half.
  const unfinished = `${path}.unfinished-${systemRandom.bytes(4).toString('hex')}`
  const clear = () => {
    for (const end of BESIDE) rmSync(unfinished + end, { force: true })
  }
  const onSignal = () => {
    clear()
    process.exit(1)
  }
  for (const signal of SIGNALS) process.once(signal, onSignal)
  try {
    return await told(path, async () => {
      const written = await write(unfinished)
      publish(unfinished, path)
      return written
    })
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    clear()
  }
}

/** What the disk refuses, full as it may be, is one sentence that names what could not be made. */
export async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const { errcode, syscall } = cause as { errcode?: unknown; syscall?: unknown }
    const isDisk = typeof errcode === 'number' || typeof syscall === 'string'
    if (!isDisk || !(cause instanceof Error)) throw cause
    throw new StartError(`${path} can't be made: ${cause.message}. Nothing of it is left.`, {
      cause,
    })
  }
}

export function assertFree(path: string): void {
  assertFolder(path)
  if (!existsSync(path)) return
  throw new StartError(`${path} is there already, and is not overwritten: choose another name.`)
}

export function assertFolder(path: string): void {
  if (existsSync(dirname(path))) return
  throw new StartError(`The folder ${dirname(path)} is not there.`)
}

function publish(unfinished: string, path: string): void {
  sync(unfinished)
  if (!nameFile(unfinished, path)) assertFree(path)
  syncFolder(dirname(path))
}
