/** The guard, a process of its own: cleans up after a bench that was killed before it could. */
import { rmSync } from 'node:fs'
import type { GuardOrder } from './cleaning.ts'

const pids = new Set<number>()
const folders = new Set<string>()
/** Until what was killed has let go of its files. */
const SETTLE_MS = 500

process.on('message', ({ command, what }: GuardOrder) => {
  const change = command === 'watch' ? 'add' : 'delete'
  if ('pid' in what) pids[change](what.pid)
  else folders[change](what.folder)
})

process.on('disconnect', () => {
  for (const pid of pids) killed(pid)
  setTimeout(removeFolders, pids.size > 0 ? SETTLE_MS : 0)
})

/** PostgreSQL's main process takes its children with it at SIGQUIT, not when it is killed. */
function killed(pid: number): void {
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    const end = () => {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended by itself.
      }
    }
    if (signal === 'SIGQUIT') end()
    else setTimeout(end, SETTLE_MS / 2)
  }
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
