/**
 * Peers, hanging: what nine healthy endpoints get while a tenth hangs, against the same nine with
 * none hanging; each contender against itself. The load on the healthy ones is as much as they take,
 * with a bounded number of deliveries outstanding; the one that hangs gets twenty leads a second.
 */

import { type BenchWorld, pause, tell, withWorld } from '../../bench-world.ts'
import { WARM_LEADS } from '../../lead-turn.ts'
import { type Figure, figureOf, interleave, ratios } from '../../measure.ts'
import { leadBody } from '../../sample-events.ts'
import type { BenchOptions, Scenario } from '../../scenario.ts'
import { bestSettings } from '../calibrate.ts'
import { type Contender, ourServer, withPeer } from '../contender.ts'
import { forEachPeer } from '../each-peer.ts'
import { runLeads } from '../lead-run.ts'
import { PEERS, type Peer } from '../peer.ts'

const HEALTHY = 9
/** Deliveries on their way to the healthy endpoints. */
const OUTSTANDING = 1_000
const LEADS_AT_ONCE = 16
const HANGING_PER_SECOND = 20
/** Of all endpoints, and for all contenders: what senders in the field have is 5 to 30. */
const TIMEOUT_SECONDS = 10
const TRUST_MS = 1_000
/** Until its requests have filled whatever they fill. */
const FILL_MS = 5_000

export const peersHanging: Scenario = {
  name: 'peers-hanging',
  about: 'healthy endpoints while 1 of 10 hangs, each contender against itself',
  run(options) {
    return withWorld(options, async (world) => [
      ...(await measureHanging(world, ourServer(world), options)),
      ...(await forEachPeer(PEERS, (peer) => measurePeer(world, peer, options))),
    ])
  },
}

async function measurePeer(
  world: BenchWorld,
  peer: Peer,
  options: BenchOptions,
): Promise<Figure[]> {
  const settings = await bestSettings(world, peer, options.quick)
  const run = (label: string, chosen: typeof settings) =>
    withPeer(world, peer, chosen, (contender) =>
      measureHanging(world, { ...contender, name: label }, options),
    )
  const figures = await run(peer.name, settings)
  if (!peer.againstHanging) return figures
  const label = `${peer.name}, with a limit for each endpoint`
  return [...figures, ...(await run(label, peer.againstHanging))]
}

export async function measureHanging(
  world: BenchWorld,
  contender: Contender,
  { quick }: BenchOptions,
): Promise<Figure[]> {
  const { name } = contender
  const steadyMs = quick ? 2_000 : 5_000
  await runLeads(world, contender, WARM_LEADS)
  await runOnce(world, contender, { hangs: false, steadyMs: 1_000 })
  const pairs = await interleave({
    rounds: quick ? 1 : 3,
    a: () => runOnce(world, contender, { hangs: true, steadyMs }),
    b: () => runOnce(world, contender, { hangs: false, steadyMs }),
  })
  for (const { a, b } of pairs) {
    tell(`${name}: 1 of 10 hangs ${a.toFixed(0)}/s, none hangs ${b.toFixed(0)}/s`)
  }
  return [
    figureOf(ratios(pairs), {
      what: `healthy endpoints, ${name}: 1 of 10 hangs / none hangs`,
      unit: 'ratio',
    }),
    figureOf(
      pairs.map(({ b }) => b),
      { what: '  none hangs', unit: '/s' },
    ),
  ]
}

/** Deliveries a second to the healthy endpoints. */
async function runOnce(
  world: BenchWorld,
  contender: Contender,
  { hangs, steadyMs }: { hangs: boolean; steadyMs: number },
): Promise<number> {
  const good = world.newGroup('healthy')
  const bad = world.newGroup('hanging')
  const timeoutSeconds = TIMEOUT_SECONDS
  const healthyBot = await contender.addChatbot({ group: good, count: HEALTHY, timeoutSeconds })
  const hangingBot = await contender.addChatbot({ group: bad, count: 1, timeoutSeconds })
  let stopped = false
  const isStopped = () => stopped
  const feeding = Promise.all([
    feedHealthy(world, { contender, chatbotId: healthyBot, good }, isStopped),
    hangs ? feedHanging(contender, hangingBot, isStopped) : null,
  ])
  // A fault of the load is told where it is awaited, below.
  feeding.catch(() => {})
  await pause(TRUST_MS)
  await world.receiver.ask('shut', bad)
  await pause(FILL_MS)
  const perSecond = await rateOver(world, good, steadyMs)
  stopped = true
  const [published] = await feeding
  await contender.dropChatbot(hangingBot)
  await world.receiver.ask('open', bad)
  await world.untilArrived(good, published * HEALTHY)
  await contender.untilRecorded(healthyBot, published * HEALTHY)
  return perSecond
}

async function rateOver(world: BenchWorld, group: string, ms: number): Promise<number> {
  const before = await world.receiver.ask('counts', group)
  await pause(ms)
  const after = await world.receiver.ask('counts', group)
  return ((after.counts.requests - before.counts.requests) * 1_000) / (after.at - before.at)
}

/** Posts until it is stopped; resolves with how many leads that were. */
async function feedHealthy(
  world: BenchWorld,
  { contender, chatbotId, good }: { contender: Contender; chatbotId: string; good: string },
  isStopped: () => boolean,
): Promise<number> {
  let published = 0
  while (!isStopped()) {
    const { requests } = await world.receiver.counts(good)
    if (published * HEALTHY - requests >= OUTSTANDING) {
      await pause(5)
      continue
    }
    const from = published
    published += LEADS_AT_ONCE
    await Promise.all(
      Array.from({ length: LEADS_AT_ONCE }, (_, index) =>
        contender.api.postLead(chatbotId, leadBody(from + index)),
      ),
    )
  }
  return published
}

async function feedHanging(
  { api }: Contender,
  chatbotId: string,
  isStopped: () => boolean,
): Promise<void> {
  for (let index = 0; !isStopped(); index++) {
    await api.postLead(chatbotId, leadBody(index))
    await pause(1_000 / HANGING_PER_SECOND)
  }
}
