/** One run of leads through a contender, from the first POST until the last attempt is recorded. */

import type { BenchWorld } from '../bench-world.ts'
import { monotonicMs } from '../monotonic.ts'
import { type Contender, postLeads } from './contender.ts'

const CONNECTIONS = 64

export interface LeadRun {
  perSecond: number
  /** CPU of all processes of the contender for 1,000 deliveries; NaN where it can't be read. */
  cpuMs: number
}

export async function runLeads(
  world: BenchWorld,
  contender: Contender,
  leads: number,
): Promise<LeadRun> {
  const group = world.newGroup('leads')
  const chatbotId = await contender.addChatbot({ group, count: 1 })
  const cpuBefore = contender.cpuSeconds()
  const startedAt = monotonicMs()
  await postLeads(contender, { chatbotId, leads, connections: CONNECTIONS })
  await world.untilArrived(group, leads)
  await contender.untilRecorded(chatbotId, leads)
  const elapsedMs = monotonicMs() - startedAt
  const cpuUsed = contender.cpuSeconds() - cpuBefore
  return { perSecond: (leads * 1_000) / elapsedMs, cpuMs: (cpuUsed * 1e6) / leads }
}
