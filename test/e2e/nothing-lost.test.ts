/**
 * 202 means on disk. The real program is killed at random moments, in the middle of traffic and of
 * its own start, and started again on the same folder; the receiver lives on in its own process.
 * NOTHING_LOST_SEED=… repeats the moments of a run, as far as the machine lets them be repeated.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ApiClient, type DeliveryView } from '../support/api-client.ts'
import type { ReceivedRequest } from '../support/receiver-protocol.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { ServerProcess } from '../support/server-process.ts'
import { ServerWorld } from '../support/server-world.ts'
import { Traffic } from '../support/traffic.ts'
import { until } from '../support/until.ts'

const ROUNDS = 20
const BATCH_EVENTS = 5
const SEED = Number(process.env.NOTHING_LOST_SEED ?? Date.now() % 2 ** 32)

test('every event that was answered 202 arrives, though the program is killed again and again', {
  timeout: 180_000,
}, async () => {
  const { world, traffic, endpoint, chatbotId } = await setup()
  traffic.start()
  await dieAndReturn(world, traffic)
  await traffic.stop()

  const promised = [...traffic.promisedLeads.keys(), ...traffic.promisedEvents]
  await until(async () => ((await listDeliveries(world, 'pending')).length === 0 ? true : null), {
    what: 'the last delivery',
    withinMs: 40_000,
  })
  const arrived = Map.groupBy(endpoint.received, ({ headers }) => headers['webhook-id'] ?? '')
  const repeats = endpoint.received.length - arrived.size
  console.log(
    `nothing lost: seed ${SEED}, ${ROUNDS} kills, ${promised.length} events promised, ` +
      `${traffic.unanswered} posts unanswered, ${arrived.size} events arrived, ${repeats} repeats`,
  )
  expect(traffic.surprises).toEqual([])
  expect(promised.length).toBeGreaterThan(ROUNDS * 10)
  expect(promised.filter((id) => !arrived.has(id))).toEqual([])
  expect(differingRepeats(arrived)).toEqual([])
  expect(wrongLeads(arrived, traffic)).toEqual([])
  expect(halfBatches(arrived)).toEqual([])
  expect(await halfLeads(world, chatbotId, arrived)).toEqual([])
})

async function setup() {
  const world = await ServerWorld.open({ settings: { LOG_LEVEL: 'warn' } })
  onTestFinished(() => world.close())
  const { chatbotId, endpoint } = await world.subscribe({
    fields: { eventTypes: ['lead.submit', 'note.taken'] },
  })
  const traffic = new Traffic({
    chatbotId,
    leadPosters: 14,
    batchPosters: 2,
    batchEvents: BATCH_EVENTS,
  })
  onTestFinished(() => traffic.stop())
  traffic.useServer(world.api)
  return { world, traffic, endpoint, chatbotId }
}

/** Leaves it running after the last death. */
async function dieAndReturn(world: ServerWorld, traffic: Traffic): Promise<void> {
  const random = seededRandom(SEED)
  for (let round = 1; round <= ROUNDS; round++) {
    // From the first answer on: it dies while it takes in, delivers and records.
    await traffic.nextAnswer()
    await pause(random.between(0, 400))
    await world.server.kill()
    traffic.useServer(null)
    // Now and then it dies while it starts, perhaps in the middle of taking back what was leased.
    if (round % 4 === 0) await dieWhileStarting(world, random.between(50, 900))
    await world.restart()
    traffic.useServer(world.api)
  }
}

async function dieWhileStarting(world: ServerWorld, afterMs: number): Promise<void> {
  const { dataDir } = world.server
  const starting = ServerProcess.launch({ dataDir })
  await pause(afterMs)
  const { code } = await starting.kill()
  // It did not end by itself before.
  expect([code, starting.err]).toEqual([null, []])
}

type Arrived = Map<string, ReceivedRequest[]>

function differingRepeats(arrived: Arrived): string[] {
  return [...arrived].flatMap(([id, requests]) =>
    requests.every(({ body }) => requests[0]?.body.equals(body)) ? [] : [id],
  )
}

/** Leads that arrived with another content than was promised under their id. */
function wrongLeads(arrived: Arrived, { promisedLeads }: Traffic): string[] {
  return [...promisedLeads].flatMap(([id, number]) => {
    const text = arrived.get(id)?.[0]?.body.toString() ?? '{}'
    return JSON.parse(text).payload?.customerPhone === number ? [] : [id]
  })
}

/** A batch is there whole or not at all, answered or not. */
function halfBatches(arrived: Arrived): string[] {
  const sizes = new Map<number, number>()
  for (const [request] of arrived.values()) {
    const { eventType, payload } = JSON.parse(request?.body.toString() ?? '{}')
    if (eventType === 'note.taken') sizes.set(payload.batch, (sizes.get(payload.batch) ?? 0) + 1)
  }
  return [...sizes].flatMap(([batch, size]) => (size === BATCH_EVENTS ? [] : [`${batch}: ${size}`]))
}

/** A lead that is listed, answered or not, has its event, its one delivery, and has arrived. */
async function halfLeads(
  world: ServerWorld,
  chatbotId: string,
  arrived: Arrived,
): Promise<string[]> {
  const leads = await listAll<{ id: string; eventId: string }>(world, 'leads', { chatbotId })
  const delivered = await listDeliveries(world, 'delivered')
  const byEvent = Map.groupBy(delivered, ({ eventId }) => eventId)
  expect(leads.length).toBeGreaterThan(0)
  return leads.flatMap(({ id, eventId }) =>
    byEvent.get(eventId)?.length === 1 && arrived.has(eventId) ? [] : [id],
  )
}

function listDeliveries(world: ServerWorld, state: DeliveryView['state']): Promise<DeliveryView[]> {
  return listAll<DeliveryView>(world, 'deliveries', { state })
}

async function listAll<Item>(
  { server }: ServerWorld,
  noun: string,
  filter: Record<string, string>,
): Promise<Item[]> {
  const api = new ApiClient(server)
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ ...filter, limit: '100', ...(cursor && { cursor }) })
    const page: { data: Item[]; nextCursor: string | null } = await api.get(
      `/api/v1/${noun}?${query}`,
    )
    items.push(...page.data)
    cursor = page.nextCursor
  }
  return items
}
