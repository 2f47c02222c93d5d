/**
 * Drain: a backlog goes out, against a bare loop that only signs and posts the same bodies to the
 * same receiver over as many connections.
 */
import { runBareLoop } from '../bare-loop.ts'
import { type BenchWorld, tell, withWorld } from '../bench-world.ts'
import { DRAIN_SETTINGS, drainTurn } from '../drain-turn.ts'
import { warmUp } from '../lead-turn.ts'
import { atLeast, type Figure, figureOf, interleave, type Pair, ratios } from '../measure.ts'
import { orderDeliveryBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'
import type { StoreName } from '../stores.ts'
import { cpuFigures, type Turn, turnText } from '../turn.ts'

interface Case {
  webhooks: number
  deliveries: number
  rounds: number
  /** Share of the bare loop's rate. */
  target: number
  /** Of the bare loop: the window of one webhook; for several, more than it can use. */
  connections: number
}

const TARGETS: Record<StoreName, { one: number; eight: number }> = {
  sqlite: { one: 0.6, eight: 0.5 },
  postgres: { one: 0.45, eight: 0.45 },
}

export const drain: Scenario = {
  name: 'drain',
  about: 'a backlog goes out, against a bare loop that signs and posts',
  run({ quick, profileDir, store }) {
    const deliveries = quick ? 8_000 : 24_000
    const rounds = quick ? 3 : 5
    return withWorld({ settings: DRAIN_SETTINGS, profileDir, store }, async (world) => {
      const targets = TARGETS[store]
      const one = { webhooks: 1, connections: 32, deliveries, rounds, target: targets.one }
      const eight = { webhooks: 8, connections: 64, deliveries, rounds, target: targets.eight }
      // A server that just started runs cold code; nobody drains a backlog only once.
      await warmUp(world)
      await drainTurn(world, { ...eight, deliveries: 8_000 })
      await bareOnce(world, { ...eight, deliveries: 8_000 })
      return [...(await compare(world, one)), ...(await compare(world, eight))]
    })
  },
}

/** What a round of the bare loop came to. */
interface BareRound {
  perSecond: number
  /** Of its process for 1,000 deliveries, all threads. */
  cpuMs: number
}

async function compare(world: BenchWorld, spec: Case): Promise<Figure[]> {
  const pairs = await interleave({
    rounds: spec.rounds,
    a: () => drainTurn(world, spec),
    b: () => bareOnce(world, spec),
  })
  for (const { a, b } of pairs) {
    const bare = `bare loop ${b.perSecond.toFixed(0)}/s, CPU ${b.cpuMs.toFixed(0)} ms`
    tell(`${spec.webhooks} webhook(s): ${turnText(a)}; ${bare}`)
  }
  return figures(spec, pairs)
}

function figures({ webhooks, target }: Case, pairs: Pair<Turn, BareRound>[]): Figure[] {
  const of = webhooks === 1 ? '1 webhook' : `${webhooks} webhooks`
  const turns = pairs.map(({ a }) => a)
  return [
    figureOf(ratios(pairs.map(({ a, b }) => ({ a: a.perSecond, b: b.perSecond }))), {
      what: `draining a backlog, ${of} / bare loop`,
      unit: 'ratio',
      target: atLeast(target),
    }),
    figureOf(ratios(pairs.map(({ a, b }) => ({ a: a.nodesCpuMs, b: b.cpuMs }))), {
      what: '  CPU of the node for as many deliveries / bare loop',
      unit: 'ratio',
    }),
    figureOf(
      turns.map(({ perSecond }) => perSecond),
      { what: '  deliveries recorded', unit: '/s' },
    ),
    ...cpuFigures(turns),
    figureOf(
      pairs.map(({ b }) => b.perSecond),
      { what: '  bare loop', unit: '/s' },
    ),
  ]
}

async function bareOnce(
  world: BenchWorld,
  { deliveries, connections }: Pick<Case, 'deliveries' | 'connections'>,
): Promise<BareRound> {
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
  return {
    perSecond: (deliveries * 1000) / elapsedMs,
    cpuMs: (user + system) / 1_000 / (deliveries / 1_000),
  }
}
