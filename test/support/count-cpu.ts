/**
 * Beside each file's tests: how much processor time the file's own process took, and the processes
 * that it started and that have ended. What is left of its duration it has waited.
 */
import { readFileSync } from 'node:fs'
import { afterAll } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    cpuMs?: number
  }
}

const TICK_MS = 10

const before = cpuMs()
// The first to be registered is the last to run: after the file's own, which end its servers.
// biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern there, and the file comes second.
afterAll(({}, file) => {
  file.meta.cpuMs = cpuMs() - before
})

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + childrenMs()
}

/** Only Linux says it. */
function childrenMs(): number {
  try {
    // The program's name stands in brackets and may hold blanks: what follows is counted from there.
    const [, fields = ''] = readFileSync('/proc/self/stat', 'latin1').split(') ')
    const [user, system] = fields.split(' ').slice(13, 15)
    return (Number(user) + Number(system)) * TICK_MS
  } catch {
    return 0
  }
}
