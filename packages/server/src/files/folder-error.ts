/** What a disk says of a folder or a file, in a sentence for whoever runs the server. */
import { StartError } from '../errors.ts'

/** Null: it isn't the disk's word. */
export function folderError(error: unknown, dataDir: string): StartError | null {
  if (error instanceof StartError) return error
  if (!(error instanceof Error)) return null
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (typeof code !== 'string' || typeof syscall !== 'string') return null
  const why = reasonOf(code, path ?? dataDir) ?? `${error.message}.`
  return new StartError(`The folder DATA_DIR=${dataDir} cannot be used: ${why}`, { cause: error })
}

function reasonOf(code: string, path: string): string | null {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `this user may not read and write ${path}; give the folder and all in it to the user that runs the server.`
    case 'ENOTDIR':
    case 'EEXIST':
      return 'it is no folder; give DATA_DIR the name of a folder.'
    case 'EISDIR':
      return `${path} is a folder where a file belongs; move it away.`
    case 'EROFS':
      return 'its disk can only be read; mount it for writing, or give another DATA_DIR.'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full; make room and start again.'
    case 'EIO':
      return `its disk failed at ${path}; look at the disk, and restore a backup if need be.`
    default:
      return null
  }
}
