/**
 * Resting: endpoints that take less than there is for them. What they get, how long it takes, and
 * what a new lead and the others notice of it.
 */

import { type BenchWorld, pause, tell, until, withWorld } from '../bench-world.ts'
import { atLeast, atMost, type Figure, figureOf, percentile } from '../measure.ts'
import { monotonicMs } from '../monotonic.ts'
import { orderEvent } from '../sample-events.ts'
import type { BenchOptions, Scenario } from '../scenario.ts'

const TYPE = 'order.created'
const LIMITED = { deliveries: 3_000, perSecond: 20, withinS: 200 }
const BACKLOG = 20_000
const ASKED_S = 20
const LEADS = 60
const LEAD_EVERY_MS = 60
const FAIL_SHARE = 0.05
const FLEET = { webhooks: 5_000, perChatbot: 50, events: 2 }

export const resting: Scenario = {
  name: 'resting',
  about: 'endpoints that take less than there is: what they get, and what others notice',
  run({ profileDir, store, quick }: BenchOptions) {
    const settings = { RETRY_SCHEDULE: '0s,2s,4s,8s' }
    return withWorld({ profileDir, store, settings }, async (world) => {
      // Twenty a second are no work: the other one's time is not its own.
      const [slow, asked] = await Promise.all([limited(world, quick), asking(world)])
      return [
        ...slow,
        ...asked,
        ...(await newLead(world)),
        ...(await failingNowAndThen(world, quick)),
        ...(await comingBack(world, quick)),
      ]
    })
  },
}

async function load(world: BenchWorld, chatbotId: string, count: number): Promise<void> {
  await world.api.load(chatbotId, count, (index) => orderEvent(index, TYPE))
}

async function limited(world: BenchWorld, quick: boolean): Promise<Figure[]> {
  const count = quick ? 300 : LIMITED.deliveries
  const group = world.newGroup('limited')
  await world.receiver.rule(group, { perSecond: LIMITED.perSecond })
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: TYPE })
  const startedAt = monotonicMs()
  await load(world, chatbotId, count)
  let counts = await world.receiver.counts(group)
  await until(`${count} are taken`, 400_000, async () => {
    await pause(100)
    counts = await world.receiver.counts(group)
    return counts.taken >= count
  })
  const seconds = (monotonicMs() - startedAt) / 1_000
  tell(`20 a second: ${count} in ${seconds.toFixed(1)} s with ${counts.requests} requests`)
  await world.untilRecorded(chatbotId)
  const target = atMost((LIMITED.withinS * count) / LIMITED.deliveries)
  return [
    figureOf([seconds], { what: `${count} to an endpoint of 20 a second`, unit: 's', target }),
    figureOf([counts.requests / count], {
      what: '  requests for each',
      unit: 'ratio',
      target: atMost(1.2),
    }),
  ]
}

async function asking(world: BenchWorld): Promise<Figure[]> {
  const group = world.newGroup('asking')
  const chatbotId = await world.createChatbot({ group, count: 1, eventType: TYPE })
  await world.receiver.rule(group, { refuses: { status: 429, retryAfterSeconds: ASKED_S } })
  await load(world, chatbotId, BACKLOG)
  await pause(1_000)
  const begun = await world.receiver.counts(group)
  await pause((ASKED_S - 3) * 1_000)
  const ended = await world.receiver.counts(group)
  await world.receiver.rule(group, {})
  const startedAt = monotonicMs()
  await world.untilRecordedOf(chatbotId)
  const seconds = (monotonicMs() - startedAt) / 1_000
  tell(`asks for 20 s: ${begun.requests} requests in its first second, ${ended.requests} in all`)
  return [
    figureOf([begun.requests], {
      what: 'requests when 20,000 wait and it asks for 20 s (a window is open at first)',
      unit: 'ratio',
      target: atMost(4 + 3),
    }),
    figureOf([ended.requests - begun.requests], {
      what: '  later in its rest',
      unit: 'ratio',
      target: atMost(3),
    }),
    figureOf([seconds], { what: '  until all were delivered, once it takes them', unit: 's' }),
  ]
}

async function newLead(world: BenchWorld): Promise<Figure[]> {
  const measure = async (backlog: number) => {
    const group = world.newGroup('lead')
    await world.receiver.rule(group, { afterMs: 20 })
    await world.receiver.ask('stamp', group)
    const chatbotId = await world.createChatbot({ group, count: 0, eventType: TYPE })
    const [webhookId = ''] = await world.addWebhooks(chatbotId, {
      group,
      count: 1,
      eventType: TYPE,
    })
    await world.addTypes(webhookId, [TYPE, 'lead.submit'])
    await world.api.setWebhook(webhookId, 'pause')
    await load(world, chatbotId, backlog)
    await world.api.setWebhook(webhookId, 'resume')
    await pause(1_000)
    const sent: [id: string, at: number][] = []
    const accepted: number[] = []
    for (let index = 0; index < LEADS; index++) {
      const at = monotonicMs()
      const body = JSON.stringify({ customerName: 'Ann', customerEmail: `a${index}@shop.example` })
      sent.push([await world.api.postLead(chatbotId, body), at])
      accepted.push(monotonicMs() - at)
      await pause(LEAD_EVERY_MS)
    }
    const { counts } = await world.receiver.ask('counts', group)
    await pause(2_000)
    const arrived = new Map((await world.receiver.ask('counts', group)).stamps)
    const took = sent.flatMap(([id, at]) => {
      const arrivedAt = arrived.get(id)
      return arrivedAt === undefined ? [] : [arrivedAt - at]
    })
    if (took.length < LEADS) tell(`only ${took.length} of ${LEADS} leads have arrived`)
    const p50 = percentile(took, 0.5)
    const accepting = percentile(accepted, 0.5).toFixed(1)
    tell(
      `a lead with ${backlog} waiting: p50 ${p50.toFixed(1)} ms (202 after ${accepting}), ${counts.taken} were taken`,
    )
    await world.untilRecordedOf(chatbotId)
    return p50
  }
  await measure(0)
  const alone = await measure(0)
  const behind = await measure(BACKLOG)
  return [
    figureOf([behind / alone], {
      what: 'p50 of a new lead with 20,000 waiting / with none, at an endpoint of 20 ms',
      unit: 'ratio',
      target: atMost(2),
    }),
  ]
}

async function failingNowAndThen(world: BenchWorld, quick: boolean): Promise<Figure[]> {
  const count = quick ? 5_000 : 20_000
  const measure = async (failShare: number) => {
    const group = world.newGroup('failing')
    await world.receiver.rule(group, { failShare, afterMs: 5 })
    const chatbotId = await world.createChatbot({ group, count: 1, eventType: TYPE })
    const startedAt = monotonicMs()
    await load(world, chatbotId, count)
    const enough = Math.floor(count * 0.9)
    await until(`${enough} are taken`, 120_000, async () => {
      return (await world.receiver.counts(group)).taken >= enough
    })
    const perSecond = (enough / (monotonicMs() - startedAt)) * 1_000
    await world.untilRecordedOf(chatbotId)
    return perSecond
  }
  await measure(0)
  const well = await measure(0)
  const failing = await measure(FAIL_SHARE)
  tell(`5 % of 503s: ${failing.toFixed(0)}/s, none: ${well.toFixed(0)}/s`)
  return [
    figureOf([failing / well], {
      what: 'rate with 5 % of 503s / with none',
      unit: 'ratio',
      target: atLeast(0.8),
    }),
  ]
}

/** Thousands of endpoints ask for the same few seconds; then all of them take what waits. */
async function comingBack(world: BenchWorld, quick: boolean): Promise<Figure[]> {
  const webhooks = quick ? 500 : FLEET.webhooks
  const fleet = world.newGroup('fleet')
  const good = world.newGroup('good')
  await world.receiver.ask('stamp', good)
  await world.receiver.rule(fleet, { refuses: { status: 503, retryAfterSeconds: 15 } })
  const healthy = await world.createChatbot({ group: good, count: 1, eventType: 'lead.submit' })
  const chatbots = await Promise.all(
    Array.from({ length: webhooks / FLEET.perChatbot }, () => {
      return world.createChatbot({ group: fleet, count: FLEET.perChatbot, eventType: TYPE })
    }),
  )
  for (const id of chatbots) await load(world, id, FLEET.events)
  await until('all have refused', 60_000, async () => {
    return (await world.receiver.counts(fleet)).requests >= webhooks
  })
  const alone = await leadsOf(world, { chatbotId: healthy, group: good, count: 60 })
  await world.receiver.rule(fleet, {})
  const startedAt = monotonicMs()
  const beside = await leadsOf(world, { chatbotId: healthy, group: good, count: 300 })
  await until('all are taken', 180_000, async () => {
    return (await world.receiver.counts(fleet)).taken >= webhooks * FLEET.events
  })
  const seconds = (monotonicMs() - startedAt) / 1_000
  tell(
    `${webhooks} come back: all taken after ${seconds.toFixed(1)} s; a healthy one's p95 ${beside.toFixed(1)} ms, before ${alone.toFixed(1)} ms`,
  )
  return [
    figureOf([seconds], {
      what: `${webhooks} endpoints that come back at once: all have all (asked for 15 s)`,
      unit: 's',
      target: atMost(60),
    }),
    figureOf([beside], {
      what: '  p95 of a healthy one meanwhile',
      unit: 'ms',
      target: atMost(250),
    }),
  ]
}

async function leadsOf(
  world: BenchWorld,
  { chatbotId, group, count }: { chatbotId: string; group: string; count: number },
): Promise<number> {
  const sent: [id: string, at: number][] = []
  for (let index = 0; index < count; index++) {
    const at = monotonicMs()
    const body = JSON.stringify({ customerName: 'Ann', customerEmail: `b${index}@shop.example` })
    sent.push([await world.api.postLead(chatbotId, body), at])
    await pause(LEAD_EVERY_MS)
  }
  await pause(1_000)
  const arrived = new Map((await world.receiver.ask('counts', group)).stamps)
  const took = sent.map(([id, at]) => (arrived.get(id) ?? Number.POSITIVE_INFINITY) - at)
  return percentile(took, 0.95)
}
