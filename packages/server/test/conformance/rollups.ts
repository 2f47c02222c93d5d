/** A chart is the same whatever of it is rolled up: each is compared with the sum of single events. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Stats, StatsCounts, StatsQuery } from '../../src/store/desk.ts'
import {
  LATENCY_BUCKETS,
  type LatencyEnds,
  latencyBucket,
  latencyPercentiles,
  widen,
} from '../../src/store/rules/latency.ts'
import type { Store } from '../../src/store/store.ts'
import { FAILED, type StoreWorld, type Suite, setup } from './store-world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const STEPS_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS]

/** One delivery that was accepted and recorded, or cancelled, at once. */
interface Happened {
  at: number
  chatbotId: string
  webhookId: string
  end: 'delivered' | 'exhausted' | 'cancelled'
  durationMs: number
}

export function describeRollups(suite: Suite): void {
  test('nothing is rolled up twice, and nothing of the minute that runs', async () => {
    const { world, store, chatbot } = await setup(suite)
    const now = world.harness.clock.now()
    const query = { from: now - (now % DAY_MS) - DAY_MS, to: now + DAY_MS, stepMs: DAY_MS }
    for (let round = 1; round <= 3; round++) {
      await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
      await rollUpAll(store)
      await rollUpAll(store)
      const { totals } = await store.stats(query)
      expect(totals).toMatchObject({ accepted: round, delivered: round, attempts: round })
    }
  })

  if (!suite.movesTime) return

  test('every chart equals the sum of what happened, however far the roll-ups have come', async () => {
    const { world, store, chatbot, webhook } = await setup(suite)
    const other = await world.chatbot()
    const owned = [
      { chatbotId: chatbot.id, webhookId: webhook.id, eventType: 'lead.submit' },
      ...(await Promise.all([
        ownWebhook(world, chatbot.id, 'order.paid'),
        ownWebhook(world, other.id, 'order.paid'),
      ])),
    ]
    const happened: Happened[] = []
    const gap = fc.constantFrom(0, 20_000, MINUTE_MS, 17 * MINUTE_MS, HOUR_MS, 7 * HOUR_MS, DAY_MS)
    const event = fc.record({
      owner: fc.constantFrom(...owned),
      end: fc.constantFrom('delivered', 'exhausted', 'cancelled'),
      durationMs: fc.integer({ min: 1, max: 40_000 }),
      gapMs: gap,
      rollUp: fc.constantFrom(0, 1, 3, 1_000),
    })
    for (const { owner, gapMs, rollUp, ...rest } of fc.sample(event, {
      numRuns: 60,
      seed: 20_260,
    })) {
      await world.advance(gapMs)
      await world.join()
      happened.push({ ...owner, ...rest, at: world.harness.clock.now() })
      await happen(world, owner, rest)
      if (rollUp > 0) await store.rollUp(rollUp)
    }
    await compareCharts({ world, happened, owned })
    await rollUpAll(store)
    await compareCharts({ world, happened, owned })
    await world.reopen()
    await world.advance(2 * MINUTE_MS)
    await rollUpAll(world.store)
    await compareCharts({ world, happened, owned })
  })

  test('what happens after a clock was set back is in the chart as well', async () => {
    const { world, store, chatbot } = await setup(suite)
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    await world.advance(10 * MINUTE_MS)
    await rollUpAll(store)
    await world.advance(-5 * MINUTE_MS)
    await world.join()
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    await world.advance(20 * MINUTE_MS)
    await rollUpAll(store)
    const to = world.harness.clock.now()
    const { totals } = await store.stats({ from: 0, to, stepMs: DAY_MS })
    expect(totals).toMatchObject({ accepted: 2, delivered: 2, attempts: 2 })
  })

  test('roll-ups that are over are deleted with their retention, and no sooner', async () => {
    const { world, store, chatbot } = await setup(suite)
    const policy = { retentionMs: 30 * DAY_MS, leadRetentionMs: null, limit: 100 }
    const start = world.harness.clock.now()
    await world.advance(DAY_MS - (start % DAY_MS) + 2 * HOUR_MS)
    await world.join()
    await world.record(await world.claim(chatbot.id), { kind: 'delivered' })
    await world.advance(30 * DAY_MS)
    await rollUpAll(store)
    const byDay = { from: 0, to: world.harness.clock.now() + DAY_MS, stepMs: DAY_MS }
    const accepted = async (query: StatsQuery) => (await store.stats(query)).totals.accepted
    await world.advance(2 * HOUR_MS)
    while ((await store.prune(policy)).deleted > 0);
    expect(await accepted({ ...byDay, stepMs: HOUR_MS })).toBe(0)
    // Half of that day is within the retention still.
    expect(await accepted(byDay)).toBe(1)
    await world.advance(DAY_MS)
    while ((await store.prune(policy)).deleted > 0);
    expect(await accepted(byDay)).toBe(0)
  })
}

type Owned = Pick<Happened, 'chatbotId' | 'webhookId'> & { eventType: string }

async function ownWebhook(world: StoreWorld, chatbotId: string, eventType: string): Promise<Owned> {
  const { id } = await world.webhook(chatbotId, { eventTypes: [eventType] })
  return { chatbotId, webhookId: id, eventType }
}

async function happen(
  world: StoreWorld,
  { chatbotId, eventType }: Owned,
  { end, durationMs }: Pick<Happened, 'end' | 'durationMs'>,
): Promise<void> {
  const event = eventType === 'lead.submit' ? world.leadEvent() : world.event(eventType)
  const claim = await world.claim(chatbotId, { events: [event] })
  if (end === 'cancelled') {
    await world.store.cancel(claim.deliveryId, 'cancelled_by_owner')
    return
  }
  const attempt = end === 'delivered' ? { durationMs } : { ...FAILED, durationMs }
  await world.record(claim, { kind: end }, { attempt })
}

async function rollUpAll(store: Store): Promise<void> {
  while ((await store.rollUp(5)).more);
}

async function compareCharts(given: { world: StoreWorld; happened: Happened[]; owned: Owned[] }) {
  const { world, happened, owned } = given
  const [first, last] = [happened[0]?.at ?? 0, world.harness.clock.now()]
  const scopes = owned.flatMap(({ chatbotId, webhookId }) => [
    {},
    { chatbotId },
    { webhookId },
    { chatbotId, webhookId },
  ])
  for (const stepMs of STEPS_MS) {
    // Ends in the middle of a step, of a minute, in what is not rolled up yet, and after all.
    for (const to of [last + 1, last - MINUTE_MS, last - 5 * HOUR_MS - 1, last + DAY_MS]) {
      for (const from of [first, Math.max(first, to - 200 * stepMs)]) {
        const start = from - (from % stepMs)
        for (const scope of scopes) {
          const query = { ...scope, from: start, to, stepMs }
          const found = await world.store.stats(query)
          expect({ ...found, current: null }, JSON.stringify(query)).toEqual({
            ...sumUp(happened, query),
            current: null,
          })
        }
      }
    }
  }
}

/** What the chart must be, from nothing but what happened. */
function sumUp(happened: Happened[], query: StatsQuery): Omit<Stats, 'current'> {
  const { from, to, stepMs, chatbotId, webhookId } = query
  const asked = happened.filter((one) => {
    const minute = one.at - (one.at % MINUTE_MS)
    const owned =
      (chatbotId === undefined || one.chatbotId === chatbotId) &&
      (webhookId === undefined || one.webhookId === webhookId)
    return owned && minute >= from && minute < to
  })
  const steps = Map.groupBy(asked, ({ at }) => at - ((at - from) % stepMs))
  const series = [...steps].map(([at, some]) => ({ at, ...countUp(some) }))
  return { totals: countUp(asked), series: series.sort((a, b) => a.at - b.at) }
}

function countUp(some: Happened[]): StatsCounts {
  const countOf = (end: Happened['end']) => some.filter((one) => one.end === end).length
  const [delivered, exhausted] = [countOf('delivered'), countOf('exhausted')]
  const latency = new Array<number>(LATENCY_BUCKETS).fill(0)
  const ends: LatencyEnds = { min: null, max: null }
  for (const { end, durationMs } of some) {
    const bucket = latencyBucket(durationMs)
    if (end === 'cancelled') continue
    latency[bucket] = (latency[bucket] ?? 0) + 1
    widen(ends, durationMs)
  }
  return {
    accepted: some.length,
    delivered,
    exhausted,
    cancelled: countOf('cancelled'),
    attempts: delivered + exhausted,
    failedAttempts: exhausted,
    latencyMs: latencyPercentiles(latency, ends),
  }
}
