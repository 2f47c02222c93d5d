import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Longer than any orderly stop takes when nothing hangs. */
const PATIENCE_MS = 10_000

/** Ends a child of ours: asks, insists, and then leaves it no choice. Resolves when it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  // The server lets open attempts end at the first signal and cuts them at the second.
  const insist = setTimeout(() => child.kill('SIGTERM'), 500)
  const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  await exited
  clearTimeout(insist)
  clearTimeout(force)
}

/** As a power cut would. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
