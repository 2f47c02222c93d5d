/** What a process uses, from /proc: the figures of memory and CPU need Linux. */
import { existsSync, readFileSync } from 'node:fs'

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
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name, in parentheses, and may itself hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])]
  return (userTicks + systemTicks) / TICKS_PER_SECOND
}
