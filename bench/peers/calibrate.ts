/** Which of a peer's settings are the quickest on this machine: tried once in a run, then kept. */
import { type BenchWorld, tell } from '../bench-world.ts'
import { withPeer } from './contender.ts'
import { runLeads } from './lead-run.ts'
import type { Peer } from './peer.ts'
import type { PeerSettings } from './peer-protocol.ts'

const WARM_LEADS = 6_000
const LEADS = 3_000
const ROUNDS = 2

const best = new Map<string, Promise<PeerSettings>>()

export function bestSettings(world: BenchWorld, peer: Peer, quick: boolean): Promise<PeerSettings> {
  if (quick) return Promise.resolve(peer.candidates[0])
  const known = best.get(peer.name)
  if (known) return known
  const found = calibrate(world, peer)
  best.set(peer.name, found)
  return found
}

/** Every setting in turns, and each by its best round: what else a machine does only slows down. */
async function calibrate(world: BenchWorld, peer: Peer): Promise<PeerSettings> {
  const tried = peer.candidates.map((settings) => ({ settings, perSecond: 0 }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const candidate of tried) {
      const { perSecond } = await withPeer(world, peer, candidate.settings, async (contender) => {
        await runLeads(world, contender, WARM_LEADS)
        return runLeads(world, contender, LEADS)
      })
      candidate.perSecond = Math.max(candidate.perSecond, perSecond)
    }
  }
  for (const { settings, perSecond } of tried) {
    tell(`${peer.name} with ${JSON.stringify(settings)}: ${perSecond.toFixed(0)}/s`)
  }
  const quickest = tried.toSorted((left, right) => right.perSecond - left.perSecond)[0]
  return quickest?.settings ?? peer.candidates[0]
}
