import { expect, test } from 'vitest'
import type { Batch, BatchReply, Call, CallReply } from '../engine.ts'
import { packBatch, packReply, unpackBatch, unpackReply } from './packing.ts'

const TEXTS: [string, ...string[]] = [
  '',
  'a',
  'Zoë',
  '東京 🦊',
  '\ud800',
  '\udfff x',
  'nul \0 nul',
  '"\\\u2028',
  'x'.repeat(70_000),
]
const NUMBERS: [number, ...number[]] = [
  0,
  -0,
  1,
  0.5,
  -7,
  2 ** 31,
  1_795_000_000_000,
  2 ** 53 - 1,
  1e300,
  Number.POSITIVE_INFINITY,
]

interface Draw {
  one<Item>(items: readonly [Item, ...Item[]]): Item
  text(): string
  number(): number
  several<Item>(make: () => Item): Item[]
}

/** What one seed draws. */
function drawing(seed: number): Draw {
  let state = seed
  const fraction = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const one: Draw['one'] = (items) => items[Math.floor(fraction() * items.length)] ?? items[0]
  return {
    one,
    text: () => one(TEXTS),
    number: () => one(NUMBERS),
    several: (make) => Array.from({ length: Math.floor(fraction() * 4) }, make),
  }
}

function drawAccept({ one, text, number, several }: Draw) {
  const lead = () => ({
    conversationId: text(),
    customerName: text(),
    customerEmail: text(),
    customerPhone: text(),
    consent: one([null, { given: true, text: text(), at: number(), page: text() }]),
    extras: one([null, { custom: { [text()]: number() }, context: null, channel: text() }]),
  })
  const events = several(() => {
    const of = one([null, lead()])
    // A lead's payload stays behind: it is made of its fields.
    return { id: text(), eventType: text(), payload: of === null ? text() : '', lead: of }
  })
  return {
    chatbotId: text(),
    events,
    idempotency: one([null, { route: text(), key: text(), bodyHash: text(), answer: text() }]),
    lease: one([null, { nodeId: text(), except: several(text) }]),
    backlogMax: number(),
  }
}

/** Mostly of an attempt that delivered, or nearly so. */
function drawRecord({ one, text, number }: Draw) {
  const attempt = {
    id: text(),
    startedAt: number(),
    durationMs: number(),
    result: one(['delivered', 'delivered', 'delivered', 'failed']),
    status: one([200, 200, 200, null, number()]),
    errorCode: one([null, null, null, text()]),
    error: one([null, null, null, text()]),
    responseHeaders: one<object>([
      {},
      { [text()]: text(), date: text() },
      JSON.parse('{"__proto__":"a","2":"b","1":"c"}'),
    ]),
    responseBody: text(),
    note: one([null, null, null, 'acknowledged']),
  }
  return {
    nodeId: text(),
    deliveryId: text(),
    attemptNumber: number(),
    attempt,
    outcome: one<object>([
      { kind: 'delivered' },
      { kind: 'delivered' },
      { kind: 'retry', delayMs: number(), charged: false, forMsMax: number() },
    ]),
    strain: one([null, null, { askedMs: number(), enough: number(), draw: number() }]),
    disableAfterMs: number(),
  }
}

/** Of any other call; some look like the answers that are packed. */
function drawAny({ one, text, number, several }: Draw): unknown {
  const likeAnswers = { kind: one(['accepted', 'recorded']), made: undefined, state: 'delivered' }
  return one<unknown>([undefined, null, text(), number(), several(text), likeAnswers])
}

function drawCall(draw: Draw): Call {
  const { one, text } = draw
  const call = one<() => Call>([
    () => ({ name: 'accept', input: drawAccept(draw) }),
    () => ({ name: 'recordIfLeased', input: drawRecord(draw) }),
    () => ({ name: one(['read', 'ping', 'settle']), input: drawAny(draw) }),
  ])()
  const audit = { action: text() } as unknown as NonNullable<Call['audit']>
  return one([call, call, call, { ...call, audit }])
}

function drawReply(draw: Draw, { name }: Call): CallReply {
  const { one, text, number, several } = draw
  const made = () => ({
    eventIndex: number(),
    deliveryId: text(),
    webhookId: text(),
    spelling: text(),
    shape: one([null, text()]),
  })
  const recorded = () => ({
    kind: 'recorded',
    state: one(['delivered', 'delivered', 'pending']),
    dueInMs: one([null, null, number()]),
    ...one<object>([{}, {}, { rest: 'ended' }, { rest: { probeInMs: number() } }]),
  })
  const accepted = () => ({
    kind: 'accepted',
    made: several(made),
    waiting: several(text),
    acceptedAt: number(),
  })
  const answers: Partial<Record<Call['name'], () => unknown>> = {
    accept: () => one<object>([accepted(), accepted(), { kind: 'replayed', answer: text() }]),
    recordIfLeased: () => one<object>([recorded(), recorded(), { kind: 'lease_lost' }]),
  }
  const value = answers[name]?.() ?? drawAny(draw)
  return one<CallReply>([
    { value },
    { value },
    { value },
    { fault: { kind: 'bug', message: text() } },
  ])
}

function setup(seed: number): { batch: Batch; reply: BatchReply } {
  const draw = drawing(seed)
  const { one, text, several } = draw
  const calls = [...several(() => drawCall(draw)), ...several(() => drawCall(draw))]
  const change = { type: 'lead.created' } as unknown as BatchReply['changes'][number]
  return {
    batch: { calls, wantChanges: one([true, false]) },
    reply: {
      replies: calls.map((call) => drawReply(draw, call)),
      changes: several(() => change),
      woken: several(text),
      cleaning: one([true, false]),
    },
  }
}

test('what comes out of a packed batch is what went in, whatever the calls and their answers', () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const { batch, reply } = setup(seed)
    expect(unpackBatch(structuredClone(packBatch(batch)))).toStrictEqual(batch)
    expect(unpackReply(structuredClone(packReply(reply, batch.calls)))).toStrictEqual(reply)
  }
})

test('calls with one list of full lanes have one list on the other side, too', () => {
  const except = ['wh_1', 'wh_2']
  const input = () => ({
    chatbotId: 'b',
    events: [],
    idempotency: null,
    lease: { nodeId: 'n', except },
    backlogMax: 1,
  })
  const calls: Call[] = [1, 2].map(() => ({ name: 'accept', input: input() }))
  const unpacked = unpackBatch(structuredClone(packBatch({ calls, wantChanges: false })))
  const inputs = unpacked.calls.map((call) => call.input as ReturnType<typeof input>)
  expect(inputs.map(({ lease }) => lease.except)).toEqual([except, except])
  expect(inputs[0]?.lease.except).toBe(inputs[1]?.lease.except)
})
