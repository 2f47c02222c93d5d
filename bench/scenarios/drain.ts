/**
 * Drain: a backlog goes out, against a bare loop that only signs and posts the same bodies to the
 * same receiver over as many connections.
 *
 * The backlog builds up behind a shut gate: the endpoints take the first few requests and don't
 * answer, the rest waits in the store. The clock starts when the gate opens and stops when the last
 * delivery is recorded, not when it is sent.
 */
import { runBareLoop } from '../bare-loop.ts'
import { atLeast, type Figure, figureOf, interleave, type Pair, ratios } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { canReadUsage, cpuSeconds } from '../process-usage.ts'
import { EVENT_TYPE, orderDeliveryBody, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'
import { tell, type World, withWorld } from '../world.ts'

/** Longer than loading takes: the requests held at the gate must not time out. */
const SETTINGS = { DELIVERY_TIMEOUT: '120s' }

interface Case {
  webhooks: number
  deliveries: number
  rounds: number
  /** Of the bare loop: the window of one webhook; for several, more than it can use. */
  connections: number
}

export const drain: Scenario = {
  name: 'drain',
  about: 'a backlog goes out, against a bare loop that signs and posts',
  run({ quick, profileDir }) {
    const deliveries = quick ? 8_000 : 24_000
    const rounds = quick ? 3 : 5
    return withWorld({ settings: SETTINGS, profileDir }, async (world) => {
      const one = { webhooks: 1, connections: 32, deliveries, rounds }
      const eight = { webhooks: 8, connections: 64, deliveries, rounds }
      // A server that just started runs cold code; nobody drains a backlog only once.
      await drainOnce(world, { ...eight, deliveries: 4_000 })
      return [...(await compare(world, one)), ...(await compare(world, eight))]
    })
  },
}

/** What one round came to. */
interface Drained {
  perSecond: number
  /** CPU of the sender, all threads, for 1,000 deliveries; NaN where it can't be read. */
  cpuMs: number
}

async function compare(world: World, spec: Case): Promise<Figure[]> {
  const pairs = await interleave({
    rounds: spec.rounds,
    a: () => drainOnce(world, spec),
    b: () => bareOnce(world, spec),
  })
  for (const { a, b } of pairs) {
    const rates = `${a.perSecond.toFixed(0)}/s, bare loop ${b.perSecond.toFixed(0)}/s`
    tell(
      `${spec.webhooks} webhook(s): ${rates}; CPU ${a.cpuMs.toFixed(0)}, ${b.cpuMs.toFixed(0)} ms`,
    )
  }
  return figures(spec, pairs)
}

function figures({ webhooks }: Case, pairs: Pair<Drained>[]): Figure[] {
  const of = webhooks === 1 ? '1 webhook' : `${webhooks} webhooks`
  const a = pairs.map((pair) => pair.a)
  const b = pairs.map((pair) => pair.b)
  const per = (pick: (round: Drained) => number) =>
    ratios(pairs.map((pair) => ({ a: pick(pair.a), b: pick(pair.b) })))
  return [
    figureOf(
      per(({ perSecond }) => perSecond),
      { what: `draining a backlog, ${of} / bare loop`, unit: 'ratio', target: atLeast(0.5) },
    ),
    figureOf(
      per(({ cpuMs }) => cpuMs),
      { what: '  CPU for as many deliveries / bare loop', unit: 'ratio' },
    ),
    figureOf(
      a.map(({ perSecond }) => perSecond),
      { what: '  deliveries recorded', unit: '/s' },
    ),
    figureOf(
      b.map(({ perSecond }) => perSecond),
      { what: '  bare loop', unit: '/s' },
    ),
    figureOf(
      a.map(({ cpuMs }) => cpuMs),
      { what: '  CPU for 1,000 deliveries', unit: 'ms' },
    ),
  ]
}

async function drainOnce(world: World, { webhooks, deliveries }: Case): Promise<Drained> {
  const group = world.newGroup('drain')
  await world.receiver.ask('shut', group)
  const chatbotId = await world.createChatbot({ group, count: webhooks, eventType: EVENT_TYPE })
  await world.api.load(chatbotId, deliveries / webhooks, orderEvent)
  const cpuBefore = serverCpuSeconds(world)
  const { at: openedAt, counts } = await world.receiver.ask('open', group)
  await world.untilArrived(group, deliveries)
  await world.untilRecorded(chatbotId)
  const elapsedMs = monotonicMs() - openedAt
  const cpuSecondsUsed = serverCpuSeconds(world) - cpuBefore
  return drained(deliveries - counts.requests, elapsedMs, cpuSecondsUsed)
}

function serverCpuSeconds(world: World): number {
  return canReadUsage() ? cpuSeconds(world.server.pid) : Number.NaN
}

async function bareOnce(world: World, { deliveries, connections }: Case): Promise<Drained> {
  const path = `/${world.newGroup('bare')}/0`
  const bodies = Array.from({ length: deliveries }, (_, index) =>
    orderDeliveryBody(index, 'bot_00000000000000000000000000'),
  )
  const before = process.cpuUsage()
  const elapsedMs = await runBareLoop({
    receiverUrl: world.receiver.url,
    path,
    bodies,
    connections,
  })
  const { user, system } = process.cpuUsage(before)
  return drained(deliveries, elapsedMs, (user + system) / 1e6)
}

function drained(count: number, elapsedMs: number, cpuSecondsUsed: number): Drained {
  return { perSecond: (count * 1000) / elapsedMs, cpuMs: (cpuSecondsUsed * 1e6) / count }
}
