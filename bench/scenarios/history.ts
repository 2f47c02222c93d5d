/**
 * History: a store with millions of finished deliveries against an empty one. What comes in, goes
 * out and is recorded must cost the same; what people look up must be there at once.
 *
 * Both servers run at the same time and take turns. In the full store the traffic belongs to the
 * chatbot with the longest past, so that it lands in the middle of the long indexes.
 */

import { type BenchWorld, tell, withWorld } from '../bench-world.ts'
import { type FilledStore, withFilledStore } from '../history/filled-store.ts'
import type { Question } from '../history/question.ts'
import { makeQuestions } from '../history/questions.ts'
import { leadTurn, WARM_LEADS } from '../lead-turn.ts'
import {
  atLeast,
  atMost,
  type Figure,
  figureOf,
  interleave,
  percentile,
  ratios,
} from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

/** Nothing may be deleted while we look; requests held at the gate must not time out. */
const SETTINGS = { RETENTION: '3650d', DELIVERY_TIMEOUT: '120s' }
const DELIVERIES_PROMISED = 5_000_000
const DELIVERIES_QUICK = 200_000
const CALLS = 21
const ANSWER_MS_MAX = 50
const WEBHOOKS = 8
const RATE_MIN = 0.95

export const history: Scenario = {
  name: 'history',
  about: 'a store with 5 million finished deliveries, against an empty one; lists in it',
  run({ quick, profileDir, store, history: asked, keepDir }) {
    const deliveries = asked ?? (quick ? DELIVERIES_QUICK : DELIVERIES_PROMISED)
    return withFilledStore({ store, deliveries, keepDir }, (filled) =>
      withWorld({ store, profileDir, settings: SETTINGS, home: filled.home }, (full) =>
        withWorld({ store, profileDir, settings: SETTINGS }, async (empty) => {
          const lists = await timeQuestions(full, filled)
          const rates = await compare({ full, empty, filled }, quick)
          return [...rates, ...lists].map((figure) => noteSize(figure, deliveries))
        }),
      ),
    )
  },
}

/** What was promised for five million is told with its size when it was measured with fewer. */
function noteSize(figure: Figure, deliveries: number): Figure {
  if (deliveries >= DELIVERIES_PROMISED || figure.target === null) return figure
  return { ...figure, note: `with ${deliveries.toLocaleString('en')} deliveries only` }
}

// ─── what people look up ──────────────────────────────────────────────────────────────────────────

async function timeQuestions(world: BenchWorld, filled: FilledStore): Promise<Figure[]> {
  const questions = await makeQuestions(world.api, filled)
  const figures: Figure[] = []
  for (const question of questions) {
    const took = await timeQuestion(world, question)
    const p95 = percentile(took, 0.95)
    tell(`${question.name}: ${p95.toFixed(1)} ms (first ${took[0]?.toFixed(1)} ms)`)
    const what = `  ${question.name}, p95`
    figures.push(figureOf([p95], { what, unit: 'ms', target: atMost(ANSWER_MS_MAX) }))
  }
  return figures
}

async function timeQuestion({ api }: BenchWorld, { paths, body }: Question): Promise<number[]> {
  const took: number[] = []
  for (let call = 0; call < CALLS; call++) {
    const startedAt = monotonicMs()
    await api.ask(paths[call % paths.length] ?? '', body)
    took.push(monotonicMs() - startedAt)
    // What takes so long that it misses the target by far is not asked twenty times more.
    if (took.reduce((sum, ms) => sum + ms, 0) > 10_000) break
  }
  return took
}

// ─── what comes in and goes out ───────────────────────────────────────────────────────────────────

interface Rates {
  accepted: number
  drained: number
  delivered: number
}

interface Sides {
  full: BenchWorld
  empty: BenchWorld
  filled: FilledStore
}

async function compare({ full, empty, filled }: Sides, quick: boolean): Promise<Figure[]> {
  const longest = filled.shop.id
  const fresh = await empty.api.createChatbot()
  const counts = quick ? { batch: 4_000, leads: 2_000 } : { batch: 16_000, leads: 6_000 }
  // A server that just started runs cold code.
  const warming = { batch: 8_000, leads: WARM_LEADS }
  await measureOnce(full, longest, warming)
  await measureOnce(empty, fresh, warming)
  const pairs = await interleave({
    rounds: quick ? 3 : 7,
    a: () => measureOnce(full, longest, counts),
    b: () => measureOnce(empty, fresh, counts),
  })
  for (const { a, b } of pairs) tell(`full ${ratesText(a)}; empty ${ratesText(b)}`)
  const ratio = (rate: keyof Rates, what: string) => [
    figureOf(ratios(pairs.map(({ a, b }) => ({ a: a[rate], b: b[rate] }))), {
      what: `${what}, full / empty store`,
      unit: 'ratio' as const,
      target: atLeast(RATE_MIN),
    }),
    figureOf(
      pairs.map(({ a }) => a[rate]),
      { what: '  in the full store', unit: '/s' },
    ),
  ]
  return [
    ...ratio('accepted', 'accepting in batches'),
    ...ratio('drained', 'claiming, sending and recording'),
    ...ratio('delivered', 'leads over HTTP → delivered and recorded'),
  ]
}

function ratesText({ accepted, drained, delivered }: Rates): string {
  return [accepted, drained, delivered].map((rate) => `${rate.toFixed(0)}/s`).join(' ')
}

/** Behind a shut gate a backlog comes in, which is accepting; then it opens. */
async function measureOnce(
  world: BenchWorld,
  chatbotId: string,
  { batch, leads }: { batch: number; leads: number },
): Promise<Rates> {
  const group = world.newGroup('history')
  await world.receiver.ask('shut', group)
  const eventType = `bench.${group.replace('-', '_')}`
  const webhookIds = await world.addWebhooks(chatbotId, { group, count: WEBHOOKS, eventType })
  const startedAt = monotonicMs()
  await world.api.load(chatbotId, batch / WEBHOOKS, (index) => orderEvent(index, eventType))
  const acceptedAt = monotonicMs()
  const { at: openedAt, counts } = await world.receiver.ask('open', group)
  await world.untilArrived(group, batch)
  await world.untilRecorded(chatbotId)
  const drained = ((batch - counts.requests) * 1000) / (monotonicMs() - openedAt)
  for (const id of webhookIds) await world.api.deleteWebhook(id)
  const accepted = (batch * 1000) / (acceptedAt - startedAt)
  return { accepted, drained, delivered: (await leadTurn(world, leads)).perSecond }
}
