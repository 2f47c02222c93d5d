/**
 * Drain: a backlog goes out, against a bare loop that only signs and posts the same bodies to the
 * same receiver over as many connections.
 *
 * The backlog builds up behind a shut gate: the endpoints take the first few requests and don't
 * answer, the rest waits in the store. The clock starts when the gate opens and stops when the last
 * delivery is recorded, not when it is sent.
 */
import { runBareLoop } from '../bare-loop.ts'
import { type BenchWorld, cpuSince, tell, withWorld } from '../bench-world.ts'
import { atLeast, type Figure, figureOf, interleave, type Pair, ratios } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { EVENT_TYPE, orderDeliveryBody, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

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
  run({ quick, profileDir, store }) {
    const deliveries = quick ? 8_000 : 24_000
    const rounds = quick ? 3 : 5
    return withWorld({ settings: SETTINGS, profileDir, store }, async (world) => {
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
  /** CPU for 1,000 deliveries of the sender's process, all threads; NaN where it can't be read. */
  cpuMs: number
  /** The same of the database's processes; 0 without any. */
  databaseCpuMs: number
}

async function compare(world: BenchWorld, spec: Case): Promise<Figure[]> {
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
      { what: '  CPU of the node for as many deliveries / bare loop', unit: 'ratio' },
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
      { what: '  CPU of the node for 1,000 deliveries', unit: 'ms' },
    ),
    ...databaseFigure(a),
  ]
}

/** Only where the database has processes of its own. */
function databaseFigure(rounds: Drained[]): Figure[] {
  const spent = rounds.map(({ databaseCpuMs }) => databaseCpuMs)
  if (spent.every((cpuMs) => cpuMs === 0)) return []
  const what = "  CPU of the database's processes for 1,000 deliveries"
  return [figureOf(spent, { what, unit: 'ms' })]
}

async function drainOnce(world: BenchWorld, { webhooks, deliveries }: Case): Promise<Drained> {
  const group = world.newGroup('drain')
  await world.receiver.ask('shut', group)
  const chatbotId = await world.createChatbot({ group, count: webhooks, eventType: EVENT_TYPE })
  await world.api.load(chatbotId, deliveries / webhooks, orderEvent)
  const before = world.cpu()
  const { at: openedAt, counts } = await world.receiver.ask('open', group)
  await world.untilArrived(group, deliveries)
  await world.untilRecorded(chatbotId)
  const elapsedMs = monotonicMs() - openedAt
  const { nodes, database } = cpuSince(before, world.cpu())
  const count = deliveries - counts.requests
  const cpu = { nodeSeconds: nodes[0] ?? Number.NaN, databaseSeconds: database }
  return drained(count, elapsedMs, cpu)
}

async function bareOnce(world: BenchWorld, { deliveries, connections }: Case): Promise<Drained> {
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
  const cpu = { nodeSeconds: (user + system) / 1e6, databaseSeconds: 0 }
  return drained(deliveries, elapsedMs, cpu)
}

function drained(
  count: number,
  elapsedMs: number,
  { nodeSeconds, databaseSeconds }: { nodeSeconds: number; databaseSeconds: number },
): Drained {
  return {
    perSecond: (count * 1000) / elapsedMs,
    cpuMs: (nodeSeconds * 1e6) / count,
    databaseCpuMs: (databaseSeconds * 1e6) / count,
  }
}
