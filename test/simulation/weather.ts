/** What befalls a world besides its owners: endpoints change their mood, processes and power fail. */
import { MOODS } from './network.ts'
import type { SimWorld } from './sim-world.ts'

export const BLOWS = {
  mood: 5,
  kill: 1,
  freeze: 1.2,
  stop: 0.6,
  away: 0.8,
  cutOff: 1.5,
  powerCut: 0.4,
} as const
export type Blow = keyof typeof BLOWS

export async function strike(world: SimWorld, blow: Blow): Promise<void> {
  const { draw } = world
  const node = draw.pick(world.nodes)
  switch (blow) {
    case 'mood': {
      const webhookId = draw.pick(world.owner.webhooks)
      if (webhookId === undefined) return
      const mood = draw.weighted(MOODS)
      world.note(`${webhookId.slice(-5)} is ${mood} from now on`)
      return world.network.setMood(webhookId, mood)
    }
    case 'kill':
      return node && world.kill(node)
    case 'freeze':
      return node && world.freeze(node.process, 'in between')
    case 'stop':
      return node && world.stop(node)
    case 'powerCut':
      return world.cutPower()
    case 'cutOff': {
      if (!node) return
      const { process } = node
      const durationMs = draw.pick([5_000, 20_000, 60_000]) ?? 5_000
      world.note(`${process.name} is cut off from the store for ${durationMs} ms`)
      world.cutOff.add(process)
      world.timeline.after(durationMs, () => world.cutOff.delete(process))
      return
    }
    case 'away': {
      const durationMs = draw.pick([500, 5_000, 40_000]) ?? 500
      world.note(`the store is away for ${durationMs} ms`)
      world.storeAway = true
      world.timeline.after(durationMs, () => {
        world.storeAway = false
      })
    }
  }
}

/** From now on nothing fails any more. */
export function calm(world: SimWorld): void {
  world.isCalm = true
  world.storeAway = false
  world.cutOff.clear()
  for (const webhookId of world.owner.webhooks) world.network.setMood(webhookId, 'ok')
  world.thawAll()
}
