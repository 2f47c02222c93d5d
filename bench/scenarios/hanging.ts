/**
 * Hanging: what healthy endpoints get delivered while others hang, against the same healthy
 * endpoints with nobody hanging. Their load is the same in both: as much as they take, with a
 * bounded number of deliveries outstanding.
 *
 * The hanging ones answer at first, so that they have earned trust and wide windows, and all begin
 * to hang at one instant: the worst case. The first four seconds after it are told apart from what
 * follows, when their requests have grown old and moved out of the way.
 */

import { type BenchWorld, pause, tell, withWorld } from '../bench-world.ts'
import { warmUp } from '../lead-turn.ts'
import { atLeast, type Figure, figureOf, interleave, type Pair, ratios } from '../measure.ts'
import { orderEvent } from '../sample-events.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'

const HEALTHY_TYPE = 'order.created'
const HANGING_TYPE = 'order.shipped'
/** Deliveries on their way to the healthy endpoints. */
const OUTSTANDING = 4_000
const HANGING_PER_SECOND = 20
/** Of every other one, so that timeouts and retries happen while we look; the rest has the default. */
const SHORT_TIMEOUT_SECONDS = 3
const TRUST_MS = 1_000
const FIRST_MS = 4_000
const WARM_MS = 2_000

interface Case {
  what: string
  healthy: number
  hanging: number
  target: number
}

const CASES: Case[] = [
  { what: '1 of 10 hangs', healthy: 9, hanging: 1, target: 0.95 },
  { what: '9 of 10 and 20 others hang', healthy: 1, hanging: 29, target: 0.9 },
]

/** Deliveries a second to healthy endpoints. */
interface Rates {
  first: number
  steady: number
}

export const hanging: Scenario = {
  name: 'hanging',
  about: 'healthy endpoints while others hang, against none hanging',
  run(options) {
    return withWorld({ profileDir: options.profileDir, store: options.store }, async (world) => {
      // A server that just started runs cold code.
      await warmUp(world)
      await runOnce(world, { healthy: 9, hanging: 1, steadyMs: WARM_MS })
      const figures: Figure[] = []
      for (const spec of CASES) figures.push(...(await compare(world, spec, options)))
      return figures
    })
  },
}

async function compare(world: BenchWorld, spec: Case, { quick }: BenchOptions): Promise<Figure[]> {
  const steadyMs = quick ? 2_000 : 5_000
  const { healthy } = spec
  const pairs = await interleave({
    rounds: quick ? 2 : 3,
    a: () => runOnce(world, { healthy, hanging: spec.hanging, steadyMs }),
    b: () => runOnce(world, { healthy, hanging: 0, steadyMs }),
  })
  for (const { a, b } of pairs) {
    tell(
      `${spec.what}: ${a.steady.toFixed(0)}/s, none: ${b.steady.toFixed(0)}/s; ` +
        `first 4 s: ${a.first.toFixed(0)}/s, ${b.first.toFixed(0)}/s`,
    )
  }
  return [
    figureOf(ratiosOf(pairs, 'steady'), {
      what: `healthy endpoints: ${spec.what} / none hangs`,
      unit: 'ratio',
      target: atLeast(spec.target),
    }),
    figureOf(ratiosOf(pairs, 'first'), {
      what: '  in the first 4 s after they all began to hang',
      unit: 'ratio',
    }),
    figureOf(
      pairs.map(({ b }) => b.steady),
      { what: '  none hangs', unit: '/s' },
    ),
  ]
}

function ratiosOf(pairs: Pair<Rates>[], phase: keyof Rates): number[] {
  return ratios(pairs.map(({ a, b }) => ({ a: a[phase], b: b[phase] })))
}

interface Round {
  healthy: number
  hanging: number
  steadyMs: number
}

async function runOnce(world: BenchWorld, { healthy, hanging, steadyMs }: Round): Promise<Rates> {
  const good = world.newGroup('healthy')
  const bad = world.newGroup('hanging')
  const chatbotId = await world.createChatbot({
    group: good,
    count: healthy,
    eventType: HEALTHY_TYPE,
  })
  const hangingIds = await addHanging(world, { chatbotId, bad, count: hanging })
  const load = startLoad(world, { chatbotId, good, healthy, hanging })
  await pause(TRUST_MS)
  await world.receiver.ask('shut', bad)
  const rates = await measure(world, good, steadyMs)
  const published = await load.stop()
  for (const id of hangingIds) await world.api.deleteWebhook(id)
  await world.receiver.ask('drop', bad)
  await world.untilArrived(good, published * healthy)
  return rates
}

async function addHanging(
  world: BenchWorld,
  { chatbotId, bad, count }: { chatbotId: string; bad: string; count: number },
): Promise<string[]> {
  const short = Math.ceil(count / 2)
  const webhooks = { group: bad, eventType: HANGING_TYPE }
  const timeoutSeconds = SHORT_TIMEOUT_SECONDS
  return [
    ...(await world.addWebhooks(chatbotId, { ...webhooks, count: short, timeoutSeconds })),
    ...(await world.addWebhooks(chatbotId, { ...webhooks, count: count - short })),
  ]
}

async function measure(world: BenchWorld, good: string, steadyMs: number): Promise<Rates> {
  const begun = await world.receiver.ask('counts', good)
  await pause(FIRST_MS)
  const middle = await world.receiver.ask('counts', good)
  await pause(steadyMs)
  const ended = await world.receiver.ask('counts', good)
  return { first: rate(begun, middle), steady: rate(middle, ended) }
}

interface Sample {
  at: number
  counts: { requests: number }
}

function rate(from: Sample, to: Sample): number {
  return ((to.counts.requests - from.counts.requests) / (to.at - from.at)) * 1000
}

interface Load {
  chatbotId: string
  good: string
  healthy: number
  hanging: number
}

/** Publishes until it is stopped; then tells how many events the healthy endpoints get. */
function startLoad(world: BenchWorld, load: Load): { stop(): Promise<number> } {
  let stopped = false
  const isStopped = () => stopped
  const feeding = Promise.all([
    feedHealthy(world, load, isStopped),
    feedHanging(world, load, isStopped),
  ])
  return {
    async stop() {
      stopped = true
      const [published] = await feeding
      return published
    },
  }
}

async function feedHealthy(
  world: BenchWorld,
  load: Load,
  isStopped: () => boolean,
): Promise<number> {
  const { chatbotId, good, healthy } = load
  const batch = Math.min(500, Math.ceil(OUTSTANDING / 4 / healthy))
  let published = 0
  while (!isStopped()) {
    const { requests } = await world.receiver.counts(good)
    if (published * healthy - requests >= OUTSTANDING) {
      await pause(5)
      continue
    }
    const from = published
    await world.api.publish(
      chatbotId,
      Array.from({ length: batch }, (_, index) => orderEvent(from + index, HEALTHY_TYPE)),
    )
    published += batch
  }
  return published
}

async function feedHanging(world: BenchWorld, load: Load, isStopped: () => boolean): Promise<void> {
  if (load.hanging === 0) return
  for (let index = 0; !isStopped(); index++) {
    await world.api.publish(load.chatbotId, [orderEvent(index, HANGING_TYPE)])
    await pause(1000 / HANGING_PER_SECOND)
  }
}
