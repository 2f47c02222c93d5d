/** One run of leads through a contender, from the first POST until the last attempt is recorded. */

import type { BenchWorld } from '../bench-world.ts'
import { CONNECTIONS } from '../lead-turn.ts'
import { measureTurn } from '../turn.ts'
import { type Contender, postLeads } from './contender.ts'

export interface LeadRun {
  perSecond: number
  /** CPU of all processes of the contender for 1,000 deliveries; NaN where it can't be read. */
  cpuMs: number
  /** The same of the bench and its receiver. */
  ownCpuMs: number
  /** Of all processors, by whomever. */
  busyPercent: number
}

export async function runLeads(
  world: BenchWorld,
  contender: Contender,
  leads: number,
): Promise<LeadRun> {
  const group = world.newGroup('leads')
  const chatbotId = await contender.addChatbot({ group, count: 1 })
  const cpuBefore = contender.cpuSeconds()
  const turn = await measureTurn(world, async () => {
    await postLeads(contender, { chatbotId, leads, connections: CONNECTIONS })
    await world.untilArrived(group, leads)
    await contender.untilRecorded(chatbotId, leads)
    return { count: leads }
  })
  const cpuUsed = contender.cpuSeconds() - cpuBefore
  return {
    perSecond: turn.perSecond,
    cpuMs: (cpuUsed * 1e6) / leads,
    ownCpuMs: turn.loadCpuMs + turn.receiverCpuMs,
    busyPercent: turn.busyPercent,
  }
}
