/**
 * Turn: one measured stretch of work, with whose processor time it took. Load and receiver share the
 * processors with what is measured, and so does whatever else runs: a rate says little without them.
 */
import { cpus } from 'node:os'
import { type BenchWorld, cpuSince } from './bench-world.ts'
import { type Figure, figureOf } from './measure.ts'
import { monotonicMs } from './monotonic.ts'
import { canReadUsage, cpuSeconds } from './process-usage.ts'

/** CPU in ms for 1,000 of what was done; NaN where it can't be read. */
export interface Turn {
  perSecond: number
  /** Of all nodes together, all threads: the embedded store's too. */
  nodesCpuMs: number
  /** Of the database's processes; 0 for the embedded store. */
  databaseCpuMs: number
  receiverCpuMs: number
  /** Of the bench itself, which sends the load. */
  loadCpuMs: number
  /** How much of all processors was used, by whomever, in percent. */
  busyPercent: number
  /** What of that is none of the above's. */
  othersPercent: number
}

interface Done {
  count: number
  elapsedMs: number
}

/** `work` says how many it did and how long that took; by default as long as it took itself. */
export async function measureTurn(
  world: BenchWorld,
  work: () => Promise<{ count: number; elapsedMs?: number }>,
): Promise<Turn> {
  const startedAt = monotonicMs()
  const own = process.cpuUsage()
  const before = { cpu: world.cpu(), receiver: receiverSeconds(world), machine: machineSeconds() }
  const { count, elapsedMs = monotonicMs() - startedAt } = await work()
  const wallSeconds = (monotonicMs() - startedAt) / 1_000
  const { nodes, database } = cpuSince(before.cpu, world.cpu())
  const { user, system } = process.cpuUsage(own)
  return turnOf({
    done: { count, elapsedMs },
    wallSeconds,
    nodes: nodes.reduce((sum, seconds) => sum + seconds, 0),
    database,
    receiver: receiverSeconds(world) - before.receiver,
    load: (user + system) / 1e6,
    machine: machineSeconds() - before.machine,
  })
}

/** All in seconds of CPU but the time on the wall. */
function turnOf(spent: {
  done: Done
  wallSeconds: number
  nodes: number
  database: number
  receiver: number
  load: number
  machine: number
}): Turn {
  const { done, wallSeconds, nodes, database, receiver, load, machine } = spent
  const perThousand = (seconds: number) => (seconds * 1e6) / done.count
  const ofMachine = (seconds: number) => (100 * seconds) / (wallSeconds * cpus().length)
  return {
    perSecond: (done.count * 1_000) / done.elapsedMs,
    nodesCpuMs: perThousand(nodes),
    databaseCpuMs: perThousand(database),
    receiverCpuMs: perThousand(receiver),
    loadCpuMs: perThousand(load),
    busyPercent: ofMachine(machine),
    othersPercent: Math.max(0, ofMachine(machine - nodes - database - receiver - load)),
  }
}

function receiverSeconds({ receiver }: BenchWorld): number {
  return canReadUsage() ? cpuSeconds(receiver.pid) : Number.NaN
}

/** What all processors did for anybody since the machine started. */
function machineSeconds(): number {
  const used = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq)
  return used.reduce((sum, ms) => sum + ms, 0) / 1_000
}

/** What a side that is compared costs: the node's and, where it has processes, its database's. */
export function sideCpuMs({ nodesCpuMs, databaseCpuMs }: Turn): number {
  return nodesCpuMs + databaseCpuMs
}

export function turnText(turn: Turn): string {
  const cpu = [
    `node ${turn.nodesCpuMs.toFixed(0)}`,
    ...(turn.databaseCpuMs === 0 ? [] : [`database ${turn.databaseCpuMs.toFixed(0)}`]),
    `receiver ${turn.receiverCpuMs.toFixed(0)}`,
    `load ${turn.loadCpuMs.toFixed(0)}`,
  ]
  const busy = `${turn.busyPercent.toFixed(0)} % busy`
  return `${turn.perSecond.toFixed(0)}/s; CPU ms for 1,000: ${cpu.join(', ')}; ${busy}`
}

/** Lines to stand below a rate. */
export function cpuFigures(turns: readonly Turn[], ofNodes = 'the node'): Figure[] {
  const cpu = (label: string, pick: (turn: Turn) => number) =>
    figureOf(turns.map(pick), { what: `  CPU for 1,000: ${label}`, unit: 'ms' })
  const database = cpu("the database's processes", ({ databaseCpuMs }) => databaseCpuMs)
  return [
    cpu(ofNodes, ({ nodesCpuMs }) => nodesCpuMs),
    ...(turns.every(({ databaseCpuMs }) => databaseCpuMs === 0) ? [] : [database]),
    cpu("the bench's own load and receiver", (turn) => turn.loadCpuMs + turn.receiverCpuMs),
    figureOf(
      turns.map(({ busyPercent }) => busyPercent),
      { what: '  the machine was busy, all processors', unit: '%' },
    ),
    figureOf(
      turns.map(({ othersPercent }) => othersPercent),
      { what: '    with what is none of these', unit: '%' },
    ),
  ]
}
