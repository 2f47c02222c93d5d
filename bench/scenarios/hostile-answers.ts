/**
 * Hostile answers: what healthy endpoints get while fifty others answer with all that makes a reader
 * work, in as many kinds as we could think of. Against the same fifty with ordinary answers, while
 * the same writers write to a sink: they burn the same cores either way, so what is left is what the
 * server itself does because of them.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type BenchWorld, cpuSince, pause, tell, withWorld } from '../bench-world.ts'
import { watch } from '../cleaning.ts'
import { endProcess } from '../end-process.ts'
import { type HostileAsk, KINDS } from '../hostile-endpoints.ts'
import { deliverAtRate, PER_SECOND } from '../lead-rate.ts'
import { warmUp } from '../lead-turn.ts'
import {
  atLeast,
  atMost,
  type Figure,
  figureOf,
  interleave,
  type Pair,
  percentile,
  ratios,
} from '../measure.ts'
import { orderEvent } from '../sample-events.ts'
import type { Scenario } from '../scenario.ts'

const ENDPOINTS = 50
/** To one after the other. */
const HOSTILE_PER_SECOND = 200
const HEALTHY = 5
const HEALTHY_TYPE = 'order.created'
const OUTSTANDING = 2_000
/** Until they are all at it. */
const BEGIN_MS = 1_500
const TIMES_WORSE_MAX = 1.2

interface Measured {
  /**
   * From the POST to the receiver. What follows the 202 alone is a tenth of a millisecond, in which
   * the client's own delays decide.
   */
  p50Ms: number
  p99Ms: number
  /** From the POST to the 202. */
  acceptedP50Ms: number
  perSecond: number
  /** Of the server's process, of one core. */
  cpuShare: number
}

interface Helper {
  child: ChildProcess
  port: number
}

export const hostileAnswers: Scenario = {
  name: 'hostile-answers',
  about: `healthy endpoints beside ${ENDPOINTS} whose answers make us work, against a sink`,
  run(options) {
    const { quick, profileDir, store } = options
    const seconds = quick ? 3 : 8
    return withWorld({ profileDir, store }, async (world) => {
      const hostile = await startHelper('hostile')
      const sink = await startHelper('sink')
      await warmUp(world)
      await deliverAtRate(world, 2 * PER_SECOND)
      const pairs = await interleave({
        rounds: quick ? 2 : 3,
        a: () => besideHostile(world, seconds, hostile),
        b: () => besideSink(world, seconds, { hostile, sink }),
      })
      for (const { child } of [hostile, sink]) await endProcess(child)
      return figures(pairs)
    })
  },
}

async function besideHostile(
  world: BenchWorld,
  seconds: number,
  { port }: Helper,
): Promise<Measured> {
  const kinds = Object.keys(KINDS)
  const urls = Array.from({ length: ENDPOINTS }, (_, index) => {
    const kind = encodeURIComponent(kinds[index % kinds.length] ?? '')
    return `http://127.0.0.1:${port}/${kind}/${index}`
  })
  return measureBeside('hostile', world, { urls, seconds })
}

/** The fifty webhooks get the same deliveries, and ordinary answers. */
async function besideSink(
  world: BenchWorld,
  seconds: number,
  { hostile, sink }: { hostile: Helper; sink: Helper },
): Promise<Measured> {
  const group = world.newGroup('ordinary')
  const urls = Array.from(
    { length: ENDPOINTS },
    (_, index) => `${world.receiver.url}/${group}/${index}`,
  )
  tellHelper(hostile, { command: 'sink', port: sink.port, connections: ENDPOINTS })
  const measured = await measureBeside('sink', world, { urls, seconds })
  tellHelper(hostile, { command: 'stop' })
  return measured
}

async function measureBeside(
  what: string,
  world: BenchWorld,
  { urls, seconds }: { urls: string[]; seconds: number },
): Promise<Measured> {
  const chatbotId = await world.api.createChatbot()
  const ids: string[] = []
  for (const [index, url] of urls.entries()) {
    ids.push(await world.api.createWebhook(chatbotId, { url, eventTypes: [typeOf(index)] }))
  }
  let isOver = false
  const feeding = feed(world, chatbotId, () => isOver)
  await pause(BEGIN_MS)

  const before = world.cpu()
  const leads = await deliverAtRate(world, seconds * PER_SECOND)
  const [cpu = 0] = cpuSince(before, world.cpu()).nodes
  const arrived = leads.map(({ sentAt, arrivedAt }) => arrivedAt - sentAt)
  const answered = leads.map(({ sentAt, acceptedAt }) => acceptedAt - sentAt)
  const perSecond = await healthyRate(world, seconds)

  isOver = true
  await feeding
  for (const id of ids) await world.api.deleteWebhook(id)
  const measured: Measured = {
    p50Ms: percentile(arrived, 0.5),
    p99Ms: percentile(arrived, 0.99),
    acceptedP50Ms: percentile(answered, 0.5),
    perSecond,
    cpuShare: cpu / seconds,
  }
  tell(
    `${what}: p50 ${measured.p50Ms.toFixed(2)} ms, p99 ${measured.p99Ms.toFixed(1)} ms, ` +
      `202 in ${measured.acceptedP50Ms.toFixed(2)} ms, ${perSecond.toFixed(0)}/s, ` +
      `server ${(100 * measured.cpuShare).toFixed(0)} % of a core at ${PER_SECOND} leads a second`,
  )
  return measured
}

async function feed(world: BenchWorld, chatbotId: string, isOver: () => boolean): Promise<void> {
  for (let index = 0; !isOver(); index++) {
    await world.api.publish(chatbotId, [orderEvent(index, typeOf(index))])
    await pause(1_000 / HOSTILE_PER_SECOND)
  }
}

function typeOf(index: number): string {
  return `order.shipped_${index % ENDPOINTS}`
}

/** What healthy endpoints take while there is always more for them. */
async function healthyRate(world: BenchWorld, seconds: number): Promise<number> {
  const group = world.newGroup('healthy')
  const chatbotId = await world.createChatbot({ group, count: HEALTHY, eventType: HEALTHY_TYPE })
  let isOver = false
  let published = 0
  const feeding = (async () => {
    while (!isOver) {
      const { requests } = await world.receiver.counts(group)
      if (published * HEALTHY - requests >= OUTSTANDING) {
        await pause(5)
        continue
      }
      const events = Array.from({ length: 100 }, (_, at) =>
        orderEvent(published + at, HEALTHY_TYPE),
      )
      await world.api.publish(chatbotId, events)
      published += events.length
    }
  })()
  await pause(500)
  const begun = await world.receiver.ask('counts', group)
  await pause(seconds * 1_000)
  const ended = await world.receiver.ask('counts', group)
  isOver = true
  await feeding
  await world.untilArrived(group, published * HEALTHY)
  return ((ended.counts.requests - begun.counts.requests) / (ended.at - begun.at)) * 1_000
}

async function startHelper(role: 'hostile' | 'sink'): Promise<Helper> {
  const child = fork(new URL('../hostile-endpoints.ts', import.meta.url), [role])
  watch(child)
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { child, port }
}

function tellHelper({ child }: Helper, ask: HostileAsk): void {
  child.send(ask)
}

function figures(pairs: readonly Pair<Measured>[]): Figure[] {
  const ratiosOf = (key: keyof Measured) =>
    ratios(pairs.map(({ a, b }) => ({ a: a[key], b: b[key] })))
  const cpu = (which: 'a' | 'b') => pairs.map((pair) => 100 * pair[which].cpuShare)
  return [
    figureOf(ratiosOf('p50Ms'), {
      what: `POST sent → at a healthy receiver, p50: beside ${ENDPOINTS} hostile / a sink`,
      unit: 'ratio',
      target: atMost(TIMES_WORSE_MAX),
    }),
    figureOf(ratiosOf('acceptedP50Ms'), {
      what: '  POST sent → 202 received, p50',
      unit: 'ratio',
      target: atMost(TIMES_WORSE_MAX),
    }),
    figureOf(ratiosOf('perSecond'), {
      what: '  deliveries to healthy endpoints a second',
      unit: 'ratio',
      target: atLeast(1 / TIMES_WORSE_MAX),
    }),
    figureOf(ratiosOf('p99Ms'), {
      what: '  POST sent → at a healthy receiver, p99',
      unit: 'ratio',
    }),
    figureOf(cpu('a'), { what: "  the server's CPU beside hostile ones, of a core", unit: '%' }),
    figureOf(cpu('b'), { what: "  the server's CPU beside a sink, of a core", unit: '%' }),
  ]
}
