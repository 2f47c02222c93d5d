/**
 * HTTP to delivered: leads over HTTP until the last delivery is recorded, against a bare loop that only
 * signs and posts the same bodies.
 */
import { runBareLoop } from '../bare-loop.ts'
import { type BenchWorld, tell, withWorld } from '../bench-world.ts'
import { CONNECTIONS, leadTurn, warmUp } from '../lead-turn.ts'
import { type Figure, figureOf, interleave, type Pair, ratios } from '../measure.ts'
import { leadDeliveryBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'
import { cpuFigures, type Turn, turnText } from '../turn.ts'

export const httpToDelivered: Scenario = {
  name: 'http-to-delivered',
  about: 'leads over HTTP until they are delivered and recorded, events a second',
  run({ quick, profileDir, store }) {
    const leads = quick ? 6_000 : 12_000
    return withWorld({ profileDir, store }, async (world) => {
      await warmUp(world)
      await bareOnce(world, leads)
      const pairs = await interleave({
        rounds: quick ? 3 : 5,
        a: () => leadTurn(world, leads),
        b: () => bareOnce(world, leads),
      })
      for (const { a, b } of pairs) tell(`${turnText(a)}; bare loop ${b.toFixed(0)}/s`)
      return figures(pairs)
    })
  },
}

function figures(pairs: Pair<Turn, number>[]): Figure[] {
  const turns = pairs.map(({ a }) => a)
  return [
    figureOf(
      turns.map(({ perSecond }) => perSecond),
      {
        what: 'HTTP in → delivered and recorded',
        unit: '/s',
        note: 'the peer comparison comes with --peers',
      },
    ),
    ...cpuFigures(turns),
    figureOf(ratios(pairs.map(({ a, b }) => ({ a: a.perSecond, b }))), {
      what: '  / bare loop that only posts',
      unit: 'ratio',
    }),
  ]
}

async function bareOnce(world: BenchWorld, leads: number): Promise<number> {
  const path = `/${world.newGroup('bare')}/0`
  const bodies = Array.from({ length: leads }, (_, index) =>
    leadDeliveryBody(index, 'bot_00000000000000000000000000'),
  )
  const receiverUrl = world.receiver.url
  const elapsedMs = await runBareLoop({ receiverUrl, path, bodies, connections: CONNECTIONS })
  return (leads * 1000) / elapsedMs
}
