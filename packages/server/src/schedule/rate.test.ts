/** Several schedules over one store: what they start of one webhook together. */
import { afterEach, expect, test } from 'vitest'
import { type Engine, startEngine } from '../../test/engine.ts'
import { settled } from '../../test/settled.ts'
import type { SendResult } from '../outcome.ts'
import type { ScheduledTurn } from './attempts.ts'
import { Lease } from './lease.ts'
import { Schedule } from './schedule.ts'
import { TestSender } from './test-sender.ts'

const engines: Engine[] = []
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  for (const engine of engines.splice(0)) await engine.stop()
})

/** A node that answers every attempt `answerMs` after its start. */
async function startNode(engine: Engine, { answerMs = 20, starts }: NodeOptions) {
  const { store, clock, ids } = engine
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const schedule = new Schedule({
    store,
    clock,
    log,
    maxInFlight: 256,
    windowMax: 32,
    async attempt(turn: ScheduledTurn) {
      starts.push(clock.monotonic())
      await new Promise<void>((resolve) => void clock.setTimer(answerMs, resolve))
      turn.onAnswer(OK)
      const { nodeId, claim } = turn
      const result = await store.recordIfLeased({
        nodeId,
        deliveryId: claim.deliveryId,
        attemptNumber: claim.attemptNumber,
        outcome: { kind: 'delivered' },
        strain: null,
        disableAfterMs: 1e9,
        attempt: { ...ATTEMPT, id: ids.next('attempt'), startedAt: clock.now() },
      })
      return { result }
    },
  })
  const lease = new Lease({
    store,
    clock,
    ids,
    log,
    onTerm: (term) => schedule.beginTerm(term),
    onLost: () => schedule.loseTerm(),
  })
  await lease.start()
  const unsubscribe = store.onWaiting((webhookIds) => schedule.wake(webhookIds))
  const end = async () => {
    unsubscribe()
    const stopped = schedule.stop()
    clock.advance(answerMs)
    await stopped
    await lease.stop()
  }
  return { schedule, end }
}

interface NodeOptions {
  answerMs?: number
  starts: number[]
}

const OK: SendResult = {
  kind: 'answered',
  status: 200,
  headers: {},
  body: '',
  note: null,
  durationMs: 1,
  retryAfterMs: null,
}
const ATTEMPT = {
  durationMs: 1,
  status: 200,
  errorCode: null,
  error: null,
  result: 'delivered' as const,
  responseHeaders: {},
  responseBody: '',
  note: null,
}

async function setup(ratePerSecond: number, { nodes = 1, leads = 200 } = {}) {
  const engine = await startEngine()
  engines.push(engine)
  await engine.lease.stop() // its own schedule looks on
  engine.schedule.loseTerm()
  const chatbotId = await engine.chatbot()
  const webhookId = await engine.webhook(chatbotId)
  await engine.store.updateWebhook(webhookId, { ratePerSecond })
  const starts: number[] = []
  const running: Awaited<ReturnType<typeof startNode>>[] = []
  const share = () => {
    for (const { schedule } of running) schedule.shareAmong(running.length)
  }
  const join = async () => {
    const node = await startNode(engine, { starts })
    running.push(node)
    ends.push(node.end)
    return node
  }
  for (let n = 0; n < nodes; n++) await join()
  share()
  const publish = async (count: number) => {
    const events = Array.from({ length: count }, (_, n) => ({
      id: engine.ids.next('event'),
      eventType: 'a.b',
      payload: `{"n":${n}}`,
      lead: null,
    }))
    await engine.store.accept({
      chatbotId,
      events,
      idempotency: null,
      lease: null,
      backlogMax: 1e6,
    })
    for (const { schedule } of running) schedule.wake([webhookId])
    await settled(5)
  }
  /** Steps smaller than what a start may be late. */
  const pass = async (ms: number, stepMs = 50) => {
    for (let left = ms; left > 0; left -= stepMs) {
      engine.clock.advance(Math.min(left, stepMs))
      await settled(3)
    }
  }
  // What the process before may have sent in its last seconds: buckets begin empty.
  await pass(12_000, 1_000)
  await publish(leads)
  return { ...engine, starts, running, share, join, publish, pass, webhookId }
}

function mostInTenSeconds(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  let [from, most] = [0, 0]
  for (const [to, time] of sorted.entries()) {
    while ((sorted[from] ?? 0) < time - 10_000) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}

test.each([
  [20, 1, 15_000],
  [20, 4, 15_000],
  [3, 4, 40_000],
  [0.5, 4, 60_000],
  [0.1, 1, 100_000],
  [0.1, 4, 100_000],
])('%s a second on %i nodes: never more, and at least 0.8 of it', async (rate, nodes, forMs) => {
  const { starts, pass } = await setup(rate, { nodes, leads: Math.ceil(rate * 120) })
  await pass(forMs, rate < 1 ? 200 : 50)
  expect(mostInTenSeconds(starts)).toBeLessThanOrEqual(10 * rate)
  expect(starts.length).toBeGreaterThanOrEqual(Math.floor(0.8 * rate * (forMs / 1_000)))
})

test('nodes that come and go, and count each other late, never exceed it together', async () => {
  const { starts, pass, join, running, share } = await setup(10, { leads: 600 })
  await pass(3_000)
  for (let n = 0; n < 3; n++) {
    await join() // still taken for one by the others
    await pass(2_000)
  }
  share()
  await pass(5_000)
  const gone = running.splice(0, 2)
  for (const { end } of gone) await end()
  ends.splice(0, 2)
  await pass(5_000)
  share()
  await pass(10_000)
  expect(mostInTenSeconds(starts)).toBeLessThanOrEqual(100)
  expect(starts.length).toBeGreaterThanOrEqual(0.8 * 10 * 29)
})

test('one node of four that has all the work uses the whole rate', async () => {
  const { starts, pass, running, publish } = await setup(5, { nodes: 4, leads: 0 })
  for (const { schedule } of running.slice(1)) schedule.loseTerm()
  await publish(200)
  await pass(20_000)
  expect(mostInTenSeconds(starts)).toBeLessThanOrEqual(50)
  expect(starts.length).toBeGreaterThanOrEqual(80)
})

test('a rate that changes holds for the very next starts', async () => {
  const { starts, pass, store, webhookId } = await setup(100, { leads: 900 })
  await pass(2_000)
  const before = starts.length
  expect(before).toBeGreaterThan(150)
  await store.updateWebhook(webhookId, { ratePerSecond: 0.1 })
  await pass(10_000, 200)
  expect(starts.length - before).toBeLessThanOrEqual(2)
  await store.updateWebhook(webhookId, { ratePerSecond: 50 })
  const slow = starts.length
  await pass(4_000)
  expect(starts.length - slow).toBeGreaterThan(120)
  await store.updateWebhook(webhookId, { ratePerSecond: null })
  await pass(1_000, 20)
  expect(starts.length).toBe(900)
})

test('a test event waits for no start, and what comes after it waits for its', async () => {
  const engine = await startEngine()
  engines.push(engine)
  const { store, ids, clock } = engine
  const webhookId = await engine.webhook(await engine.chatbot())
  await store.updateWebhook(webhookId, { ratePerSecond: 1 })
  clock.advance(20_000)
  let sent = 0
  const sender = new TestSender({
    store,
    ids,
    exampleOf: () => '{}',
    async attempt() {
      sent += 1
      return { attempt: { ...ATTEMPT, id: ids.next('attempt'), startedAt: clock.now() } }
    },
  })
  sender.beginTerm({ nodeId: 'node_1', signal: new AbortController().signal, isLive: () => true })
  for (let n = 0; n < 3; n++) await sender.send(webhookId)
  expect(sent).toBe(3)
  const wanted = [{ webhookId, ratePerSecond: 1, count: 1 }]
  expect(await store.takeStarts(wanted)).toMatchObject([{ count: 0 }])
  clock.advance(3_000)
  expect(await store.takeStarts(wanted)).toMatchObject([{ count: 1 }])
})
