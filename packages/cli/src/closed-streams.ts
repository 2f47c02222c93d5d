/** Who reads may go first, as `head -1` does. That is no fault: a command ends quietly, as other tools do. */
import type { Streams } from './output.ts'

/** What a shell tells of a tool that SIGPIPE ended. */
const SIGPIPE_EXIT_CODE = 141
/** Nobody reads any more; the terminal is gone. */
const GONE = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']

/**
 * Watches the streams of this process. `inOrder`: what ends the command when its stdout is closed, instead of
 * ending it at once. Of a closed stderr nothing comes: what a command answers is on stdout. Returns what tells
 * the exit code; null: nothing was closed.
 */
export function endWhenClosed(
  { stdout, stderr }: Streams,
  inOrder: () => (() => void) | null,
): () => number | null {
  let exitCode: number | null = null
  stderr.on?.('error', () => {})
  stdout.on?.('error', (error) => {
    const isGone = GONE.includes(String(error.code))
    if (!isGone) stderr.write(`The answer can't be written: ${error.message}.\n`)
    exitCode = isGone ? SIGPIPE_EXIT_CODE : 1
    const end = inOrder()
    if (end) end()
    else process.exit(exitCode)
  })
  return () => exitCode
}
