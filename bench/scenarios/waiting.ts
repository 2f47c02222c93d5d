/**
 * Waiting: a million deliveries wait for one webhook that hangs, among many webhooks with nothing
 * waiting. The others must not notice, whether what comes is theirs or they have nothing at all, and
 * a restart, which looks for every webhook with something waiting, must not take longer for it.
 */

import { type BenchWorld, tell, withWorld } from '../bench-world.ts'
import { leadTurn, warmUp } from '../lead-turn.ts'
import { atLeast, atMost, type Figure, figureOf, interleave, ratiosOf } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { EVENT_TYPE, orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'
import { type Turn, turnText } from '../turn.ts'

/** The hanging one must hang for as long as we look. */
const SETTINGS = { DELIVERY_TIMEOUT: '120s', RETRY_SCHEDULE: '0s,10m,10m,10m' }

export const waiting: Scenario = {
  name: 'waiting',
  about: 'a million deliveries wait for one webhook, one each for 10,000 others',
  run({ quick, profileDir, store }) {
    const sizes = quick
      ? { backlog: 50_000, lanes: 500, leads: 2_000 }
      : { backlog: 1_000_000, lanes: 10_000, leads: 8_000 }
    const options = { store, profileDir, settings: SETTINGS }
    return withWorld(options, (full) =>
      withWorld(options, async (empty) => {
        await fillLane(full, sizes.backlog)
        const figures = await compare({ full, empty }, { what: laneText(sizes), ...sizes, quick })
        await fillLanes(full, sizes.lanes)
        const what = lanesText(sizes)
        figures.push(...(await compare({ full, empty }, { what, ...sizes, quick })))
        figures.push(await restart(full, sizes.lanes))
        return figures
      }),
    )
  },
}

interface Sizes {
  backlog: number
  lanes: number
}

function laneText({ backlog }: Sizes): string {
  return `${backlog.toLocaleString('en')} waiting for one webhook`
}

function lanesText({ lanes }: Sizes): string {
  return `and one each for ${lanes.toLocaleString('en')} others`
}

async function fillLane(world: BenchWorld, deliveries: number): Promise<void> {
  const group = world.newGroup('hanging')
  await world.receiver.ask('shut', group)
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: EVENT_TYPE })
  const startedAt = monotonicMs()
  await world.api.load(chatbotId, deliveries, orderEvent)
  tell(`${deliveries} are waiting after ${((monotonicMs() - startedAt) / 1000).toFixed(0)} s`)
}

/** As many as a chatbot may have, for as many chatbots as it takes. */
const WEBHOOKS_EACH = 20

async function fillLanes(world: BenchWorld, lanes: number): Promise<void> {
  const group = world.newGroup('lanes')
  await world.receiver.ask('shut', group)
  for (let made = 0; made < lanes; made += WEBHOOKS_EACH) {
    const webhooks = { group, count: WEBHOOKS_EACH, eventType: EVENT_TYPE }
    const chatbotId = await world.createChatbot(webhooks)
    await world.api.publish(chatbotId, [orderEvent(made)])
  }
  tell(`${lanes} webhooks have one waiting each`)
}

interface Comparison {
  what: string
  leads: number
  quick: boolean
}

async function compare(
  { full, empty }: { full: BenchWorld; empty: BenchWorld },
  { what, leads, quick }: Comparison,
): Promise<Figure[]> {
  // A server that just started runs cold code.
  await warmUp(full)
  await warmUp(empty)
  const pairs = await interleave({
    rounds: quick ? 3 : 5,
    a: () => leadTurn(full, leads),
    b: () => leadTurn(empty, leads),
  })
  for (const { a, b } of pairs) tell(`${what}: ${turnText(a)}; nothing: ${turnText(b)}`)
  return [
    figureOf(ratiosOf(pairs, rate), {
      what: `leads of another webhook: ${what} / nothing waiting`,
      unit: 'ratio',
      target: atLeast(0.9),
    }),
    figureOf(
      pairs.map(({ a }) => rate(a)),
      { what: '  delivered and recorded', unit: '/s' },
    ),
  ]
}

const rate = ({ perSecond }: Turn) => perSecond

async function restart(world: BenchWorld, lanes: number): Promise<Figure> {
  await world.stopServer('orderly')
  const { startedInMs } = await world.startServer()
  const what = `start to ready with ${lanes.toLocaleString('en')} webhooks waiting`
  return figureOf([startedInMs], { what, unit: 'ms', target: atMost(1000) })
}
