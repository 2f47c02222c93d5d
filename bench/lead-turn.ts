/**
 * Leads come in by 64 connections, one a request, and go out to one webhook. The clock runs from the
 * first POST until the last delivery is recorded.
 */
import type { ApiClient } from './api-client.ts'
import type { BenchWorld } from './bench-world.ts'
import { leadBody } from './sample-events.ts'
import { measureTurn, type Turn } from './turn.ts'

export const CONNECTIONS = 64
/**
 * After so many a server's CPU for each is steady: V8 has compiled what it will, the store's pages
 * are there. After 2,000 the same code costs a third more.
 */
export const WARM_LEADS = 12_000

export async function warmUp(world: BenchWorld): Promise<void> {
  await leadTurn(world, WARM_LEADS)
}

/** `apis`: the nodes that take them in, each an equal share. */
export async function leadTurn(
  world: BenchWorld,
  leads: number,
  apis: readonly ApiClient[] = world.apis,
): Promise<Turn> {
  const group = world.newGroup('leads')
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: 'lead.submit' })
  let next = 0
  const post = async (connection: number) => {
    for (let index = next++; index < leads; index = next++) {
      await apis[connection % apis.length]?.postLead(chatbotId, leadBody(index))
    }
  }
  return measureTurn(world, async () => {
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => post(connection)))
    await world.untilArrived(group, leads)
    await world.untilRecorded(chatbotId)
    return { count: leads }
  })
}
