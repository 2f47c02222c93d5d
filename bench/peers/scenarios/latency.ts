/** Peers, latency: from the 202 in the client's hands to the receiver, at a rate that all can keep. */

import { type BenchWorld, tell, withWorld } from '../../bench-world.ts'
import { atRate, PER_SECOND } from '../../lead-rate.ts'
import { WARM_LEADS } from '../../lead-turn.ts'
import {
  atMost,
  type Figure,
  type FigureText,
  figureOf,
  interleave,
  type Pair,
  percentile,
  ratios,
} from '../../measure.ts'
import { monotonicMs } from '../../monotonic.ts'
import { leadBody, leadEmail } from '../../sample-events.ts'
import type { BenchOptions, Scenario } from '../../scenario.ts'
import { bestSettings } from '../calibrate.ts'
import { type Contender, type Match, ourServer, withPeer } from '../contender.ts'
import { forEachPeer } from '../each-peer.ts'
import { runLeads } from '../lead-run.ts'
import { PEERS } from '../peer.ts'

/** In ms. */
interface Waits {
  p50: number
  p99: number
}

export const peersLatency: Scenario = {
  name: 'peers-latency',
  about: `accepted until at the receiver at ${PER_SECOND} leads a second, against each peer`,
  run(options) {
    return withWorld(options, (world) =>
      forEachPeer(PEERS, async (peer) => {
        const settings = peer.prompt ?? (await bestSettings(world, peer, options.quick))
        const { targets } = peer
        return withPeer(world, peer, settings, (theirs) =>
          compareLatency(world, { ours: ourServer(world), theirs, targets }, options),
        )
      }),
    )
  },
}

export async function compareLatency(
  world: BenchWorld,
  match: Match,
  { quick }: BenchOptions,
): Promise<Figure[]> {
  const seconds = quick ? 3 : 10
  const { ours, theirs } = match
  for (const contender of [ours, theirs]) {
    // Compiled code and open connections, as after a minute.
    await runLeads(world, contender, WARM_LEADS)
    await deliverAtRate(world, contender, 2)
  }
  const pairs = await interleave({
    rounds: quick ? 2 : 3,
    a: () => deliverAtRate(world, ours, seconds),
    b: () => deliverAtRate(world, theirs, seconds),
  })
  for (const { a, b } of pairs) tell(`ours ${text(a)}, ${theirs.name} ${text(b)}`)
  return [...figures('p50', match, pairs), ...figures('p99', match, pairs)]
}

function text({ p50, p99 }: Waits): string {
  return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`
}

function figures(
  which: keyof Waits,
  { theirs: { name }, targets }: Match,
  pairs: Pair<Waits>[],
): Figure[] {
  const a = pairs.map((pair) => pair.a[which])
  const b = pairs.map((pair) => pair.b[which])
  const what = `accepted → at the receiver, ${which} / ${name}`
  const ratioText: FigureText = { what, unit: 'ratio' }
  const target = targets.latency ? { target: atMost(1) } : {}
  const each = ratios(pairs.map((pair) => ({ a: pair.a[which], b: pair.b[which] })))
  return [
    figureOf(each, { ...ratioText, ...target }),
    figureOf(a, { what: `  ours, ${which}`, unit: 'ms' }),
    figureOf(b, { what: `  ${name}, ${which}`, unit: 'ms' }),
  ]
}

async function deliverAtRate(
  world: BenchWorld,
  contender: Contender,
  seconds: number,
): Promise<Waits> {
  const group = world.newGroup('latency')
  const count = seconds * PER_SECOND
  // By what is in the body: whose ids the receiver sees is each server's own affair.
  await world.receiver.ask('stamp-leads', group)
  const chatbotId = await contender.addChatbot({ group, count: 1 })
  const acceptedAt = new Map<string, number>()
  await atRate({ count }, async (index) => {
    await contender.api.postLead(chatbotId, leadBody(index))
    acceptedAt.set(leadEmail(index), monotonicMs())
  })
  await world.untilArrived(group, count)
  await contender.untilRecorded(chatbotId, count)
  const { stamps } = await world.receiver.ask('counts', group)
  const waits = stamps.map(
    ([email, arrivedAt]) => arrivedAt - (acceptedAt.get(email) ?? Number.NaN),
  )
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) }
}
