/** A large batch is read event by event: the same answers, and turns for others in between. */
import { expect, test } from 'vitest'
import { startApiAlone } from '../../../../test/api/api-alone.ts'
import type { EventSource } from '../../deps.ts'

const LARGE = 'x'.repeat(90_000)

test('a large batch is taken as it was sent, in its order', async () => {
  const { post, call } = await setup()
  const events = Array.from({ length: 40 }, (_, index) => event({ index, text: `ä${LARGE}` }))
  const { status, json } = await post({ events })
  expect([status, json.eventIds.length]).toEqual([202, 40])
  const read = await Promise.all(
    json.eventIds.map((id) => call<{ payload: unknown }>('GET', `/api/v1/events/${id}`)),
  )
  expect(read.map((answer) => answer.json.payload)).toEqual(events.map(({ payload }) => payload))
})

test('the same large batch under the same key is one; another is a conflict', async () => {
  const { post } = await setup()
  const events = Array.from({ length: 5 }, (_, index) => event({ index, text: LARGE }))
  const headers = { 'idempotency-key': 'once' }
  const first = await post({ events }, headers)
  expect((await post({ events }, headers)).json).toEqual(first.json)
  expect((await post({ events: events.toReversed() }, headers)).status).toBe(409)
})

test.each([
  ['events[3].payload', { eventType: 'a.b' }],
  ['events[3].extra', { ...event({}), extra: 1 }],
  ['events[3]', 7],
  [
    'events[3].payload.a["b c"].__proto__',
    '{"eventType":"a.b","payload":{"a":{"b c":{"__proto__":1}}}}',
  ],
  ['events[3].payload.a', '{"eventType":"a.b","payload":{"a":1,"\\u0061":2}}'],
  ['events[3].payload.a[1]', '{"eventType":"a.b","payload":{"a":[1,1e400]}}'],
  ['events[3].payload.a', '{"eventType":"a.b","payload":{"a":"\\u0000"}}'],
])('what is wrong is told by its place: %s', async (path, wrong) => {
  const { post } = await setup()
  const text = typeof wrong === 'string' ? wrong : JSON.stringify(wrong)
  const fine = JSON.stringify(event({ text: LARGE }))
  const { status, json } = await post(`{"events":[${[fine, fine, fine, text, fine].join(',')}]}`)
  expect([status, json.code]).toEqual([400, 'invalid_input'])
  expect(json.details[0]?.path).toBe(path)
  expect(json.message).toContain(`\`${path}\``)
})

test('all that is wrong is told at once, and nothing is kept', async () => {
  const { post, store } = await setup()
  const events = Array.from({ length: 5 }, () => event({ text: LARGE }))
  const { json } = await post({ events: [...events, {}, ...events, 1] })
  expect(json.details.map(({ path }) => path)).toEqual([
    'events[5].eventType',
    'events[5].payload',
    'events[11]',
  ])
  expect(await store.backlog()).toBe(0)
})

test.each([
  ['an unknown field', `{"events":[${large()}],"more":1}`, 'invalid_input'],
  ['a doubled list', `{"events":[${large()}],"events":[]}`, 'invalid_input'],
  ['no list', `{"evants":[${large()}]}`, 'invalid_input'],
  ['no list but a text', `{"events":${JSON.stringify('x'.repeat(300_000))}}`, 'invalid_input'],
  [
    '501 events',
    `{"events":[${Array(501).fill(JSON.stringify(event({ a: 'x'.repeat(600) })))}]}`,
    'invalid_input',
  ],
  ['a million empty lists', `{"events":[${Array(1_000_000).fill('[]')}]}`, 'invalid_input'],
  ['an end that is missing', `{"events":[${large()}]`, 'invalid_json'],
  ['an event that is no JSON', `{"events":[${large()},{"eventType":nul}]}`, 'invalid_json'],
  [
    'an event of 2 MB',
    `{"events":[${JSON.stringify(event({ a: 'x'.repeat(2_000_000) }))}]}`,
    'body_too_large',
  ],
  ['a text', JSON.stringify('x'.repeat(300_000)), 'invalid_json'],
])('%s in a large body is refused', async (_what, body, code) => {
  const { post, store } = await setup()
  expect((await post(body)).json.code).toBe(code)
  expect(await store.backlog()).toBe(0)
})

test('while a large batch is read, others have their turns', async () => {
  let startedAt = 0
  let readAt = 0
  const turnsAt: number[] = []
  const { post } = await setup(async (events) => {
    startedAt = performance.now()
    const turn = () => {
      turnsAt.push(performance.now())
      if (readAt === 0) setImmediate(turn)
    }
    setImmediate(turn)
    for await (const _ of events) expect(readAt).toBe(0)
    readAt = performance.now()
  })
  const list = `[${Array(30_000).fill('{}')}]`
  await post(`{"events":[${Array(88).fill(`{"eventType":"a.b","payload":{"a":${list}}}`)}]}`)
  const gaps = turnsAt.map((at, index) => at - (turnsAt[index - 1] ?? startedAt))
  // A machine that does other things stretches both.
  expect(Math.max(...gaps)).toBeLessThan((readAt - startedAt) / 4)
})

function event(payload: Record<string, unknown>) {
  return { eventType: 'order.created', payload }
}

function large(): string {
  return Array(4)
    .fill(JSON.stringify(event({ text: LARGE })))
    .join(',')
}

async function setup(instead?: (events: EventSource) => Promise<void>) {
  const { call, store } = await startApiAlone(({ ingest }) => ({
    ingest: {
      ...ingest,
      async acceptEvents(...batch) {
        if (!instead) return ingest.acceptEvents(...batch)
        await instead(batch[1])
        return { eventIds: [] }
      },
    },
  }))
  const { json } = await call<{ id: string }>('POST', '/api/v1/chatbots', { body: { name: 'A' } })
  return {
    call,
    store,
    post: (body: unknown, headers: Record<string, string> = {}) =>
      call<{
        eventIds: string[]
        code: string
        message: string
        details: { path: string }[]
      }>('POST', `/api/v1/chatbots/${json.id}/events/batch`, { body, headers }),
  }
}
