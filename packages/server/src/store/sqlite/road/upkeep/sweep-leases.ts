/** What lapsed leases leave behind: once in a while, by whichever node it is that looks. */
import type { LeaseSweep } from '../../../road.ts'
import type { Core } from '../../core.ts'
import { sweepListeners } from '../listeners.ts'
import { countLive, rescueDead } from '../nodes.ts'

export function sweepLeases(core: Core, removeAfterMs: number): LeaseSweep {
  const swept = sweepListeners(core, removeAfterMs)
  return { ...swept, rescued: rescueDead(core), liveNodes: countLive(core) }
}
