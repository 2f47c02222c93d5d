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
import { ourServer, withPeer } from '../contender.ts'
import { forEachPeer } from '../each-peer.ts'
import { type LeadRun, runLeads } from '../lead-run.ts'
import { PEERS, type Peer } from '../peer.ts'

export const peersThroughput: Scenario = {
  name: 'peers-throughput',
  about: 'leads over HTTP until delivered and recorded, and their CPU, against each peer',
  run(options) {
    return withWorld(options, async (world) => {
      await runLeads(world, ourServer(world), WARM_LEADS)
      return forEachPeer(PEERS, (peer) => compare(world, peer, options))
    })
  },
}

async function compare(world: BenchWorld, peer: Peer, { quick }: BenchOptions): Promise<Figure[]> {
  const leads = quick ? 4_000 : 10_000
  const ours = ourServer(world)
  const settings = await bestSettings(world, peer, quick)
  const pairs = await withPeer(world, peer, settings, async (theirs) => {
    await runLeads(world, theirs, WARM_LEADS)
    return interleave({
      rounds: quick ? 2 : 5,
      a: () => runLeads(world, ours, leads),
      b: () => runLeads(world, theirs, leads),
    })
  })
  for (const { a, b } of pairs) {
    const cpu = `CPU ${a.cpuMs.toFixed(0)}, ${b.cpuMs.toFixed(0)} ms`
    tell(`${a.perSecond.toFixed(0)}/s, ${peer.name} ${b.perSecond.toFixed(0)}/s; ${cpu}`)
  }
  return figures(peer, pairs)
}

function figures({ name, targets }: Peer, pairs: Pair<LeadRun>[]): Figure[] {
  const per = (pick: (run: LeadRun) => number) =>
    ratios(pairs.map(({ a, b }) => ({ a: pick(a), b: pick(b) })))
  const cpuText: FigureText = { what: `  CPU for as many deliveries / ${name}`, unit: 'ratio' }
  const cpuTarget = targets.cpu === undefined ? {} : { target: atMost(targets.cpu) }
  return [
    figureOf(
      per(({ perSecond }) => perSecond),
      {
        what: `HTTP in → delivered and recorded / ${name}`,
        unit: 'ratio',
        target: atLeast(targets.rate),
      },
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
  ]
}
