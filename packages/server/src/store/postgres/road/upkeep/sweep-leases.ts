/** What lapsed leases leave behind: once in a while, by whichever node it is that looks. */
import type { LeaseSweep } from '../../../road.ts'
import type { Database } from '../../connection/database.ts'
import { sweepListeners } from '../listeners.ts'
import { countLive, rescueDead } from '../nodes.ts'

export async function sweepLeases(database: Database, removeAfterMs: number): Promise<LeaseSweep> {
  const swept = await sweepListeners(database, removeAfterMs)
  const rescued = await rescueDead(database)
  return { ...swept, rescued, liveNodes: await countLive(database) }
}
