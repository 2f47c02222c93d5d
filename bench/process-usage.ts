/** What a process uses, from /proc: the figures of memory and CPU need Linux. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export function canReadUsage(): boolean {
  return existsSync('/proc/self/status')
}

/** Resident memory in MB (10^6 bytes), now and at its highest. */
export function residentMb(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return { now: toMb(kibibytes('VmRSS')), peak: toMb(kibibytes('VmHWM')) }
}

function toMb(kibibytes: number): number {
  return (kibibytes * 1024) / 1e6
}

/** Linux tells CPU time in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100

/** CPU time of all its threads so far, in seconds. */
export function cpuSeconds(pid: number): number {
  return ticksOf(statOf(pid)) / TICKS_PER_SECOND
}

function ticksOf(fields: readonly string[] | null): number {
  const [userTicks, systemTicks] = [Number(fields?.[11] ?? 0), Number(fields?.[12] ?? 0)]
  return userTicks + systemTicks
}

/** The fields of `stat` from the state on; null: the process has ended. */
function statOf(pid: number | string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name, in parentheses, and may itself hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** CPU time of a process and all that it ever started itself, ended ones too, in seconds. */
export function treeCpuSeconds(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => statOf(name)?.[1] === String(pid))
  const waitedFor = (statOf(pid) ?? []).slice(13, 15).reduce((sum, ticks) => sum + Number(ticks), 0)
  return (
    cpuSeconds(pid) +
    waitedFor / TICKS_PER_SECOND +
    children.reduce((sum, child) => sum + ticksOf(statOf(child)), 0) / TICKS_PER_SECOND
  )
}
