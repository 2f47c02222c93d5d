/** CPU of a process and of all that it started: PostgreSQL is a process for each connection. */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux tells CPU time in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100

/** In seconds, of those that live and of those that ended and were waited for. */
export function cpuSecondsOfTree(pid: number): number {
  const stats = readStats()
  const own = stats.get(pid)
  if (!own) return Number.NaN
  const children = [...stats].filter(([, { parent }]) => parent === pid)
  const below = children.map(([child]) => cpuSecondsOfTree(child))
  return [own.ticks / TICKS_PER_SECOND, ...below].reduce((sum, seconds) => sum + seconds, 0)
}

function readStats(): Map<number, { parent: number; ticks: number }> {
  const stats = new Map<number, { parent: number; ticks: number }>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The second field is the name, in parentheses, and may itself hold spaces.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // Own time in user and system mode, then that of children that were waited for.
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
      stats.set(pid, { parent: Number(fields[1]), ticks })
    } catch {
      // It ended while we looked.
    }
  }
  return stats
}
