/**
 * Peers, throughput: leads over HTTP until they are delivered and recorded, our server against each
 * peer in turns. What the same leads cost in processor time, of all processes of a side, is told
 * from the same runs.
 */

import { type BenchWorld, tell, withWorld } from '../../bench-world.ts'
import { WARM_LEADS } from '../../lead-turn.ts'
import {
  atLeast,
  atMost,
  type Figure,
  type FigureText,
  figureOf,
  interleave,
  type Pair,
  ratios,
} from '../../measure.ts'
import type { BenchOptions, Scenario } from '../../scenario.ts'
import { bestSettings } from '../calibrate.ts'
import { type Match, ourServer, withPeer } from '../contender.ts'
import { forEachPeer } from '../each-peer.ts'
import { type LeadRun, runLeads } from '../lead-run.ts'
import { PEERS } from '../peer.ts'

export const peersThroughput: Scenario = {
  name: 'peers-throughput',
  about: 'leads over HTTP until delivered and recorded, and their CPU, against each peer',
  run(options) {
    return withWorld(options, (world) =>
      forEachPeer(PEERS, async (peer) => {
        const settings = await bestSettings(world, peer, options.quick)
        const { targets } = peer
        return withPeer(world, peer, settings, (theirs) =>
          compareThroughput(world, { ours: ourServer(world), theirs, targets }, options),
        )
      }),
    )
  },
}

export async function compareThroughput(
  world: BenchWorld,
  match: Match,
  { quick }: BenchOptions,
): Promise<Figure[]> {
  const leads = quick ? 4_000 : 10_000
  const { ours, theirs } = match
  await runLeads(world, ours, WARM_LEADS)
  await runLeads(world, theirs, WARM_LEADS)
  const pairs = await interleave({
    rounds: quick ? 2 : 5,
    a: () => runLeads(world, ours, leads),
    b: () => runLeads(world, theirs, leads),
  })
  for (const { a, b } of pairs) {
    const cpu = `CPU ${a.cpuMs.toFixed(0)}, ${b.cpuMs.toFixed(0)} ms`
    tell(`${a.perSecond.toFixed(0)}/s, ${theirs.name} ${b.perSecond.toFixed(0)}/s; ${cpu}`)
  }
  return figures(match, pairs)
}

function figures({ theirs: { name }, targets }: Match, pairs: Pair<LeadRun>[]): Figure[] {
  const per = (pick: (run: LeadRun) => number) =>
    ratios(pairs.map(({ a, b }) => ({ a: pick(a), b: pick(b) })))
  const cpuText: FigureText = { what: `  CPU for as many deliveries / ${name}`, unit: 'ratio' }
  const rateText: FigureText = {
    what: `HTTP in → delivered and recorded / ${name}`,
    unit: 'ratio',
  }
  const rateTarget = targets.rate === undefined ? {} : { target: atLeast(targets.rate) }
  const cpuTarget = targets.cpu === undefined ? {} : { target: atMost(targets.cpu) }
  return [
    figureOf(
      per(({ perSecond }) => perSecond),
      { ...rateText, ...rateTarget },
    ),
    figureOf(
      per(({ cpuMs }) => cpuMs),
      { ...cpuText, ...cpuTarget },
    ),
    figureOf(
      pairs.map(({ a }) => a.perSecond),
      { what: '  ours', unit: '/s' },
    ),
    figureOf(
      pairs.map(({ b }) => b.perSecond),
      { what: `  ${name}`, unit: '/s' },
    ),
    figureOf(
      pairs.map(({ a }) => a.cpuMs),
      { what: '  ours, CPU for 1,000 deliveries', unit: 'ms' },
    ),
    figureOf(
      pairs.map(({ b }) => b.cpuMs),
      { what: `  ${name} and its store, CPU for 1,000 deliveries`, unit: 'ms' },
    ),
    figureOf(
      pairs.flatMap(({ a, b }) => [a.ownCpuMs, b.ownCpuMs]),
      { what: "  the bench's own load and receiver, CPU for 1,000", unit: 'ms' },
    ),
    figureOf(
      pairs.flatMap(({ a, b }) => [a.busyPercent, b.busyPercent]),
      { what: '  the machine was busy, all processors', unit: '%' },
    ),
  ]
}
