/** Which of a peer's settings are the quickest on this machine: tried once in a run, then kept. */
import { tell, type World } from '../world.ts'
import { withPeer } from './contender.ts'
import { runLeads } from './lead-run.ts'
import type { Peer } from './peer.ts'
import type { PeerSettings } from './peer-protocol.ts'

const WARM_LEADS = 1_500
const LEADS = 4_000

const best = new Map<string, Promise<PeerSettings>>()

export function bestSettings(world: World, peer: Peer, quick: boolean): Promise<PeerSettings> {
  if (quick) return Promise.resolve(peer.candidates[0])
  const known = best.get(peer.name)
  if (known) return known
  const found = calibrate(world, peer)
  best.set(peer.name, found)
  return found
}

async function calibrate(world: World, peer: Peer): Promise<PeerSettings> {
  let quickest: { settings: PeerSettings; perSecond: number } | null = null
  for (const settings of peer.candidates) {
    const { perSecond } = await withPeer(world, peer, settings, async (contender) => {
      await runLeads(world, contender, WARM_LEADS)
      return runLeads(world, contender, LEADS)
    })
    tell(`${peer.name} with ${JSON.stringify(settings)}: ${perSecond.toFixed(0)}/s`)
    if (quickest === null || perSecond > quickest.perSecond) quickest = { settings, perSecond }
  }
  return quickest?.settings ?? peer.candidates[0]
}
