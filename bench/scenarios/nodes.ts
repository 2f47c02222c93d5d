/**
 * Nodes: one, two and four processes of the same program on one PostgreSQL, each with both roles and
 * an equal share of the load. On a machine where they share the processors with the database, the
 * receiver and the load, more nodes can't be faster: the CPU of each kind of process is printed
 * beside the rates, so that one sees what would give way first on machines of their own.
 */

import { type BenchWorld, tell, withWorld } from '../bench-world.ts'
import { DRAIN_SETTINGS, drainTurn } from '../drain-turn.ts'
import { leadTurn, WARM_LEADS } from '../lead-turn.ts'
import { atMost, type Figure, figureOf, type Target } from '../measure.ts'
import { canReadUsage } from '../process-usage.ts'
import type { Scenario } from '../scenario.ts'
import { cpuFigures, sideCpuMs, type Turn, turnText } from '../turn.ts'

const COUNTS = [1, 2, 4]
const WEBHOOKS = 16
/** CPU of all nodes and the database, against one node's. */
const CPU_TARGETS = new Map([
  [2, atMost(1.2)],
  [4, atMost(1.5)],
])

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
    return withWorld({ settings: DRAIN_SETTINGS, profileDir, store }, async (world) => {
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
  const warm = new Set(world.apis)
  await world.setNodes(turns.nodes)
  // A server that just started runs cold code.
  const cold = world.apis.filter((api) => !warm.has(api))
  if (cold.length > 0) await leadTurn(world, WARM_LEADS * cold.length, cold)
  const drained = await drainTurn(world, { webhooks: WEBHOOKS, deliveries: amounts.deliveries })
  const delivered = await leadTurn(world, amounts.leads)
  turns.drained.push(drained)
  turns.delivered.push(delivered)
  tell(`${turns.nodes} node(s): drained ${turnText(drained)}`)
  tell(`${turns.nodes} node(s): HTTP → delivered ${turnText(delivered)}`)
}

function figures({ nodes: count, drained, delivered }: Turns, one: Turns): Figure[] {
  const name = count === 1 ? '1 node' : `${count} nodes`
  const target = CPU_TARGETS.get(count)
  return [
    ...turnFigures(`draining a backlog, ${name}`, drained, { one: one.drained }),
    ...turnFigures(`HTTP in → delivered and recorded, ${name}`, delivered, {
      one: one.delivered,
      ...(target && { target }),
    }),
  ]
}

function turnFigures(
  what: string,
  turns: Turn[],
  { one, target }: { one: Turn[]; target?: Target },
): Figure[] {
  const rates = turns.map(({ perSecond }) => perSecond)
  const perOne = (pick: (turn: Turn) => number) =>
    turns.map((turn, round) => pick(turn) / pick(one[round] ?? turn))
  const figures = [
    figureOf(
      perOne(({ perSecond }) => perSecond),
      { what: '  / 1 node', unit: 'ratio' },
    ),
    figureOf(perOne(sideCpuMs), {
      what: '  CPU of nodes and database / 1 node',
      unit: 'ratio',
      ...(target && { target }),
    }),
  ]
  return [
    figureOf(rates, { what, unit: '/s' }),
    ...(turns === one ? [] : figures),
    ...cpuFigures(turns, 'all nodes together'),
  ]
}
