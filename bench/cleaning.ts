/**
 * Cleaning up: whatever happens, processes are ended and folders removed. A guard beside the bench
 * does it when the bench itself is killed: a store of five million deliveries is ten gigabytes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { killProcess } from './end-process.ts'

export interface GuardOrder {
  command: 'watch' | 'forget'
  what: { pid: number } | { folder: string }
}

const children = new Set<ChildProcess>()
const folders = new Set<string>()
const closers = new Set<() => Promise<void>>()
let guard: ChildProcess | null = null

/** The child is killed at the end, if it still runs. */
export function watch(child: ChildProcess): void {
  children.add(child)
  order('watch', { pid: child.pid ?? 0 })
  child.once('exit', () => {
    children.delete(child)
    order('forget', { pid: child.pid ?? 0 })
  })
}

/** The folder is removed at the end, if it is still there. */
export function watchFolder(folder: string): void {
  folders.add(folder)
  order('watch', { folder })
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
  order('forget', { folder })
}

/** Called at the end, before what still runs is killed. */
export function onCleanUp(close: () => Promise<void>): void {
  closers.add(close)
}

/** Ends what is still running and removes what is still there. */
export async function cleanUp(): Promise<void> {
  for (const close of closers) await close()
  closers.clear()
  await Promise.all([...children].map(killProcess))
  for (const folder of folders) removeFolder(folder)
  guard?.disconnect()
  guard = null
}

function order(command: GuardOrder['command'], what: GuardOrder['what']): void {
  guard ??= startGuard()
  if (guard.connected) guard.send({ command, what } satisfies GuardOrder)
}

/** In a process group of its own: what interrupts the bench from the terminal spares it. */
function startGuard(): ChildProcess {
  const child = fork(new URL('./guard.ts', import.meta.url), { detached: true, stdio: 'ignore' })
  // It shall outlive the bench, not keep it alive.
  child.unref()
  child.channel?.unref()
  return child
}
