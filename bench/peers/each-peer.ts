/** Runs something for each peer that is there, and names those that are not in their place. */

import { tell } from '../bench-world.ts'
import { type Figure, figureOf } from '../measure.ts'
import { installPackages } from './install.ts'
import type { Peer } from './peer.ts'

export async function forEachPeer(
  peers: readonly Peer[],
  measure: (peer: Peer) => Promise<Figure[]>,
): Promise<Figure[]> {
  const noPackages = await installPackages()
  const figures: Figure[] = []
  for (const peer of peers) {
    const obstacle = noPackages ?? peer.obstacle()
    figures.push(...(obstacle === null ? await measure(peer) : missing(peer, obstacle)))
  }
  return figures
}

function missing({ name }: Peer, why: string): Figure[] {
  tell(`${name} is missing: ${why}`)
  return [figureOf([Number.NaN], { what: `${name} is missing`, unit: 'ratio', note: why })]
}
