// How the process treats its memory and its code; to be imported before anything else. Measured with
// a million waiting deliveries (npm run bench -- --only memory), at start (--only start), and by the
// CPU of a lead. Why: docs/decisions/0045.
import { lstatSync, mkdirSync } from 'node:fs'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import v8 from 'node:v8'

/** Nearly all that is allocated dies young: in this much room, before anything is copied twice. */
const YOUNG = '--max-semi-space-size'
const YOUNG_MB = 16
/** The store's threads keep little, and what they are sent. */
const YOUNG_MB_OF_THREADS = 4

haveRoomForTheYoung()
// What survives is so little that helpers cost more to wake than they take over.
v8.setFlagsFromString('--no-parallel-scavenge')
// Growing the heap in small steps keeps the resident size near what lives.
v8.setFlagsFromString('--heap-growing-percent=40')
v8.setFlagsFromString(`${YOUNG}=${YOUNG_MB_OF_THREADS}`)
keepCode()

/**
 * The main thread's room is fixed on the command line only. Where the server was started without it,
 * as the installed program is, this process becomes one that has it: the same pid and files.
 */
function haveRoomForTheYoung() {
  const [, , command = 'serve'] = process.argv
  const said = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ').replaceAll('_', '-')
  if (command !== 'serve' || said.includes(YOUNG) || process.connected) return
  const rest = [...process.execArgv, `${YOUNG}=${YOUNG_MB}`, ...process.argv.slice(1)]
  try {
    process.execve?.(process.execPath, [process.argv0, ...rest], process.env)
  } catch {
    // A process that may start no other, as under --permission: it has V8's own size.
  }
}

/**
 * Stripping types and compiling is half of what a start costs; it is kept for the next one. The
 * store's threads keep theirs, too: they find the folder in the environment.
 */
function keepCode() {
  const folder = module.enableCompileCache && ownFolder()
  if (!folder) return
  const { status } = module.enableCompileCache(folder)
  if (status === module.constants.compileCacheStatus.ENABLED) {
    process.env.NODE_COMPILE_CACHE = folder
  }
}

/** What lies in it is run, so nobody else may write there. Null: somebody else could. */
function ownFolder() {
  const uid = process.getuid?.()
  const folder = join(tmpdir(), `chatzuri-code-${uid ?? ''}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = lstatSync(folder)
    // Where there are no user ids, each has a folder for temporary files of their own.
    const isOwn = uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0)
    return isOwn && found.isDirectory() ? folder : null
  } catch {
    return null
  }
}
