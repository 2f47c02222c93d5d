/**
 * Nodes: one, two and four processes of the same program on one PostgreSQL, each with both roles and
 * an equal share of the load. On a machine where they share the processors with the database, the
 * receiver and the load, more nodes can't be faster: the CPU of each kind of process is printed
 * beside the rates, so that one sees what would give way first on machines of their own.
 */

import { type BenchWorld, cpuSince, tell, withWorld } from '../bench-world.ts'
import { type Figure, figureOf, median } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { canReadUsage, cpuSeconds } from '../process-usage.ts'
import { EVENT_TYPE, leadBody, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

/** Longer than loading takes: the requests held at the gate must not time out. */
const SETTINGS = { DELIVERY_TIMEOUT: '120s' }
const COUNTS = [1, 2, 4]
const WEBHOOKS = 16
const CONNECTIONS = 64

/** What one turn came to; CPU in ms for 1,000 deliveries. */
interface Turn {
  perSecond: number
  nodesCpuMs: number
  databaseCpuMs: number
  receiverCpuMs: number
  loadCpuMs: number
}

interface Turns {
  nodes: number
  drained: Turn[]
  delivered: Turn[]
}

export const nodes: Scenario = {
  name: 'nodes',
  about: 'one, two and four nodes on one PostgreSQL, against one',
  stores: ['postgres'],
  cannotRun: () => (canReadUsage() ? null : 'it reads /proc, which this system lacks'),
  run({ quick, profileDir, store }) {
    const amounts = quick
      ? { deliveries: 8_000, leads: 3_000 }
      : { deliveries: 32_000, leads: 8_000 }
    return withWorld({ settings: SETTINGS, profileDir, store }, async (world) => {
      const all: Turns[] = COUNTS.map((count) => ({ nodes: count, drained: [], delivered: [] }))
      for (let round = 0; round < (quick ? 2 : 5); round++) {
        // Another one goes first in each round: a disk and a table that grow favour the first.
        for (const turns of rotated(all, round)) await takeTurn(world, turns, amounts)
      }
      return all.flatMap((turns) => figures(turns, all[0] ?? turns))
    })
  },
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  return items.map((_, index) => items[(index + by) % items.length] as Item)
}

interface Amounts {
  deliveries: number
  leads: number
}

async function takeTurn(world: BenchWorld, turns: Turns, amounts: Amounts): Promise<void> {
  await world.setNodes(turns.nodes)
  // A server that just started runs cold code.
  await deliver(world, 2_000)
  const drained = await drain(world, amounts.deliveries)
  const delivered = await deliver(world, amounts.leads)
  turns.drained.push(drained)
  turns.delivered.push(delivered)
  tell(`${turns.nodes} node(s): drained ${turnText(drained)}`)
  tell(`${turns.nodes} node(s): HTTP → delivered ${turnText(delivered)}`)
}

function turnText(turn: Turn): string {
  const cpu = [
    `nodes ${turn.nodesCpuMs.toFixed(0)}`,
    `database ${turn.databaseCpuMs.toFixed(0)}`,
    `receiver ${turn.receiverCpuMs.toFixed(0)}`,
    `load ${turn.loadCpuMs.toFixed(0)}`,
  ]
  return `${turn.perSecond.toFixed(0)}/s; CPU ms for 1,000: ${cpu.join(', ')}`
}

function figures({ nodes: count, drained, delivered }: Turns, one: Turns): Figure[] {
  const name = count === 1 ? '1 node' : `${count} nodes`
  return [
    ...rateFigures(`draining a backlog, ${name}`, drained, one.drained),
    ...rateFigures(`HTTP in → delivered and recorded, ${name}`, delivered, one.delivered),
  ]
}

function rateFigures(what: string, turns: Turn[], one: Turn[]): Figure[] {
  const rates = turns.map(({ perSecond }) => perSecond)
  const cpu = (label: string, pick: (turn: Turn) => number) =>
    figureOf(turns.map(pick), { what: `  CPU for 1,000: ${label}`, unit: 'ms' })
  const ratio = rates.map((rate, round) => rate / (one[round]?.perSecond ?? Number.NaN))
  return [
    figureOf(rates, { what, unit: '/s' }),
    ...(turns === one ? [] : [figureOf(ratio, { what: '  / 1 node', unit: 'ratio' })]),
    cpu('all nodes together', (turn) => turn.nodesCpuMs),
    cpu("the database's processes", (turn) => turn.databaseCpuMs),
    cpu('receiver and load', (turn) => turn.receiverCpuMs + turn.loadCpuMs),
    figureOf([busyCores(turns)], {
      what: '  CPU used by all of it, of 100 a core',
      unit: '%',
    }),
  ]
}

/** What all processes together took; near 100 for each core: the machine is the limit. */
function busyCores(turns: Turn[]): number {
  const used = turns.map(
    ({ perSecond, nodesCpuMs, databaseCpuMs, receiverCpuMs, loadCpuMs }) =>
      (perSecond / 1000) * ((nodesCpuMs + databaseCpuMs + receiverCpuMs + loadCpuMs) / 10),
  )
  return median(used)
}

async function drain(world: BenchWorld, deliveries: number): Promise<Turn> {
  const group = world.newGroup('drain')
  await world.receiver.ask('shut', group)
  const chatbotId = await world.createChatbot({ group, count: WEBHOOKS, eventType: EVENT_TYPE })
  const { apis } = world
  const each = deliveries / WEBHOOKS / apis.length
  await Promise.all(
    apis.map((api, node) => api.load(chatbotId, each, (index) => orderEvent(node * each + index))),
  )
  return measured(world, async () => {
    const { at: openedAt, counts } = await world.receiver.ask('open', group)
    await world.untilArrived(group, deliveries)
    await world.untilRecorded(chatbotId)
    return { count: deliveries - counts.requests, elapsedMs: monotonicMs() - openedAt }
  })
}

async function deliver(world: BenchWorld, leads: number): Promise<Turn> {
  const group = world.newGroup('leads')
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: 'lead.submit' })
  const { apis } = world
  let next = 0
  const post = async (connection: number) => {
    for (let index = next++; index < leads; index = next++) {
      await apis[connection % apis.length]?.postLead(chatbotId, leadBody(index))
    }
  }
  return measured(world, async () => {
    const startedAt = monotonicMs()
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => post(connection)))
    await world.untilArrived(group, leads)
    await world.untilRecorded(chatbotId)
    return { count: leads, elapsedMs: monotonicMs() - startedAt }
  })
}

async function measured(
  world: BenchWorld,
  work: () => Promise<{ count: number; elapsedMs: number }>,
): Promise<Turn> {
  const before = { cpu: world.cpu(), own: process.cpuUsage(), receiver: receiverCpu(world) }
  const { count, elapsedMs } = await work()
  const { nodes: ofNodes, database } = cpuSince(before.cpu, world.cpu())
  const { user, system } = process.cpuUsage(before.own)
  const perThousand = (seconds: number) => (seconds * 1e6) / count
  return {
    perSecond: (count * 1000) / elapsedMs,
    nodesCpuMs: perThousand(ofNodes.reduce((sum, seconds) => sum + seconds, 0)),
    databaseCpuMs: perThousand(database),
    receiverCpuMs: perThousand(receiverCpu(world) - before.receiver),
    loadCpuMs: perThousand((user + system) / 1e6),
  }
}

function receiverCpu({ receiver }: BenchWorld): number {
  return cpuSeconds(receiver.pid)
}
