/** Leads at their times, whether or not earlier ones were answered, to one webhook in good health. */
import { type BenchWorld, pause } from './bench-world.ts'
import { monotonicMs } from './monotonic.ts'
import { leadBody } from './sample-events.ts'

export const PER_SECOND = 200

/** Instants on the machine's monotonic clock. */
export interface Lead {
  sentAt: number
  acceptedAt: number
  arrivedAt: number
}

export async function deliverAtRate(
  world: BenchWorld,
  count: number,
  perSecond = PER_SECOND,
): Promise<Lead[]> {
  const group = world.newGroup('latency')
  await world.receiver.ask('stamp', group)
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: 'lead.submit' })
  const sent = new Map<string, { sentAt: number; acceptedAt: number }>()
  await atRate({ count, perSecond }, async (index) => {
    const sentAt = monotonicMs()
    const eventId = await world.api.postLead(chatbotId, leadBody(index))
    sent.set(eventId, { sentAt, acceptedAt: monotonicMs() })
  })
  await world.untilArrived(group, count)
  const { stamps } = await world.receiver.ask('counts', group)
  return stamps.flatMap(([id, arrivedAt]) => {
    const times = sent.get(id)
    return times ? [{ ...times, arrivedAt }] : []
  })
}

/** Starts each at its time; waits for all at the end only. */
export async function atRate(
  { count, perSecond = PER_SECOND }: { count: number; perSecond?: number },
  start: (index: number) => Promise<void>,
): Promise<void> {
  const startedAt = monotonicMs()
  const running: Promise<void>[] = []
  for (let index = 0; index < count; index++) {
    const waitMs = startedAt + (index * 1000) / perSecond - monotonicMs()
    if (waitMs > 0) await pause(waitMs)
    running.push(start(index))
  }
  await Promise.all(running)
}
