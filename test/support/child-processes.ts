/**
 * Processes that the tests start. However a test ends, none of them outlives the process that
 * started it, and each is ended by its own id.
 */
import type { ChildProcess } from 'node:child_process'

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Resolves when the child has ended and all it wrote was read. Call it right after the start. */
export function watchChild(child: ChildProcess): Promise<Ended> {
  alive.add(child)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      alive.delete(child)
      reject(cause)
    })
    child.once('exit', () => alive.delete(child))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

/** What a stream says, line by line. */
export function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
