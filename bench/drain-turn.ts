/**
 * A backlog goes out. It builds up behind a shut gate: the endpoints take the first few requests and
 * don't answer, the rest waits in the store. The clock starts when the gate opens and stops when the
 * last delivery is recorded, not when it is sent.
 */
import type { BenchWorld } from './bench-world.ts'
import { monotonicMs } from './monotonic.ts'
import { EVENT_TYPE, orderEvent } from './sample-events.ts'
import { measureTurn, type Turn } from './turn.ts'

/** Longer than loading takes: the requests held at the gate must not time out. */
export const DRAIN_SETTINGS = { DELIVERY_TIMEOUT: '120s' }

interface Backlog {
  webhooks: number
  deliveries: number
}

export async function drainTurn(
  world: BenchWorld,
  { webhooks, deliveries }: Backlog,
): Promise<Turn> {
  const group = world.newGroup('drain')
  await world.receiver.ask('shut', group)
  const chatbotId = await world.createChatbot({ group, count: webhooks, eventType: EVENT_TYPE })
  const { apis } = world
  const each = deliveries / webhooks / apis.length
  await Promise.all(
    apis.map((api, node) => api.load(chatbotId, each, (index) => orderEvent(node * each + index))),
  )
  return measureTurn(world, async () => {
    const { at: openedAt, counts } = await world.receiver.ask('open', group)
    await world.untilArrived(group, deliveries)
    await world.untilRecorded(chatbotId)
    return { count: deliveries - counts.requests, elapsedMs: monotonicMs() - openedAt }
  })
}
