/**
 * HTTP to delivered: leads come in by 64 connections, one a request, and go out to one webhook. The
 * clock runs from the first POST until the last delivery is recorded.
 */
import { runBareLoop } from '../bare-loop.ts'
import { type BenchWorld, tell, withWorld } from '../bench-world.ts'
import { type Figure, figureOf, interleave, type Pair, ratios } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { leadBody, leadDeliveryBody } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const CONNECTIONS = 64

export const httpToDelivered: Scenario = {
  name: 'http-to-delivered',
  about: 'leads over HTTP until they are delivered and recorded, events a second',
  run({ quick, profileDir, store }) {
    const leads = quick ? 4_000 : 12_000
    return withWorld({ profileDir, store }, async (world) => {
      await deliverOnce(world, 2_000)
      const pairs = await interleave({
        rounds: quick ? 3 : 5,
        a: () => deliverOnce(world, leads),
        b: () => bareOnce(world, leads),
      })
      for (const { a, b } of pairs) tell(`${a.toFixed(0)}/s, bare loop ${b.toFixed(0)}/s`)
      return figures(pairs)
    })
  },
}

function figures(pairs: Pair<number>[]): Figure[] {
  return [
    figureOf(
      pairs.map(({ a }) => a),
      {
        what: 'HTTP in → delivered and recorded',
        unit: '/s',
        note: 'the peer comparison comes with --peers',
      },
    ),
    figureOf(ratios(pairs), { what: '  / bare loop that only posts', unit: 'ratio' }),
  ]
}

export async function deliverOnce(world: BenchWorld, leads: number): Promise<number> {
  const group = world.newGroup('leads')
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: 'lead.submit' })
  const startedAt = monotonicMs()
  let next = 0
  const post = async () => {
    for (let index = next++; index < leads; index = next++) {
      await world.api.postLead(chatbotId, leadBody(index))
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, post))
  await world.untilArrived(group, leads)
  await world.untilRecorded(chatbotId)
  return (leads * 1000) / (monotonicMs() - startedAt)
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
