import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { usageError } from '../command-error.ts'

/** The one file that is named, or stdin: the bytes as they are. */
export async function readInput([path, more]: string[]): Promise<Buffer> {
  if (more !== undefined) throw usageError('One file at a time.')
  if (path === undefined || path === '-') return buffer(process.stdin)
  try {
    return await readFile(path)
  } catch (error) {
    throw usageError(
      `${path} can't be read: ${error instanceof Error ? error.message : error}.`,
      error,
    )
  }
}
